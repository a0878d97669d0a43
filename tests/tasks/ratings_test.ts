import assert from "@std/assert";
import { IdIndex } from "../../models/id_index.ts";
import type { Ratings } from "../../models/ratings.ts";
import { isHeldOut } from "../../models/evaluation/split.ts";
import type { Pool } from "../../sql/db.ts";
import { readMovies } from "../../tasks/_lake.ts";
import {
  collect,
  type RatingsOptions,
  readHistories,
  readRatings,
  repeatedly,
} from "../../tasks/_ratings.ts";
import clean from "../../tasks/clean.ts";
import ingest from "../../tasks/ingest.ts";
import { testRun } from "../support/context.ts";
import { testPool } from "../support/database.ts";
import { addMovies, addSource, post, type RawRating, soundRatings } from "./_archive.ts";
import { ask } from "./import/_ask.ts";

/** Ten ratings in the bootstrap; two days with imported and live ones, some again, late or refused. */
async function fillLake(pool: Pool): Promise<void> {
  await addMovies(pool);
  await addSource(pool, soundRatings(40));
  const settings = { bootstrap: { ratings: 10, atMost: 1 }, batch: { size: 12, atMost: 1 } };
  const day = (user: number, movie: number, rating: number, at: string): RawRating => ({
    user,
    movie,
    rating,
    at,
  });
  const posted = [[], [day(1, 1, 5, "2025-01-01T00:00:00Z"), day(2, 2, 0.5, "1999-01-01T00:00:00Z")], [
    day(60, 3, 4, "2025-01-02T00:00:00Z"),
    day(60, 9, 4, "2025-01-02T00:00:00Z"),
    day(60, 3, 3, "2025-01-03T00:00:00Z"),
    day(60, 4, 2, "2025-01-04T00:00:00Z"),
    day(2, 3, 3, "2025-01-05T00:00:00Z"),
  ]];
  for (const [n, ratings] of posted.entries()) {
    await post(pool, ratings);
    await using run = await testRun(pool, {
      kind: n === 0 ? "bootstrap" : "daily",
      day: `2026-03-0${n + 1}`,
      settings,
    });
    await run.stage("ingest", ingest);
    await run.stage("clean", clean);
  }
}

async function reading(pool: Pool, batches: readonly [number, number]): Promise<RatingsOptions> {
  const { catalogue } = await readMovies(pool);
  return { users: new IdIndex(), catalogue, batches, rule: { seed: 1, newestBatch: 2, holdoutDays: 7 } };
}

const LAKE = `
  select rating_id, batch_id, user_id, movie_id, rating, replaces, is_stale, extract(epoch from rated_at)::float8
  from data_lake_db.ratings order by batch_id, lane, rating_id`;

/** `ratings` as rows of text, as LAKE gives them. */
function rowsOf(ratings: Ratings, { users, catalogue }: RatingsOptions): (string | null)[][] {
  return Array.from({ length: ratings.length }, (_, i) =>
    [
      ratings.ratingIds[i],
      ratings.batches[i],
      users.ids[ratings.users[i]],
      catalogue.movies.ids[ratings.movies[i]],
      ratings.ratings[i],
      Number.isNaN(ratings.replaces[i]) ? null : ratings.replaces[i],
      ratings.isStale[i] === 1,
      ratings.ratedAt[i],
    ].map((value) => value === null ? null : String(value)));
}

Deno.test("readRatings() gives the lake in arrival order, and marks the hold-out", async () => {
  await using pool = await testPool();
  await fillLake(pool);
  const options = await reading(pool, [0, 2]);
  const all = await collect(readRatings(pool, options));
  const wanted = await ask(pool.url, LAKE);
  assert.deepEqual(rowsOf(all, options), wanted);
  assert.ok(wanted.some((row) => row[5] !== null) && wanted.some((row) => row[6] === "true"));
  const kinds = ["bootstrap", "daily", "daily"] as const;
  const sizes = Map.groupBy(wanted, (row) => row[1]);
  const places = new Map<number, number>();
  for (let i = 0; i < all.length; i++) {
    const id = all.batches[i];
    const position = places.get(id) ?? 0;
    places.set(id, position + 1);
    const batch = { id, kind: kinds[id], nRatings: sizes.get(String(id))!.length };
    const held = isHeldOut({ ratingId: all.ratingIds[i], batch, position }, options.rule);
    assert.equal(all.isHeldOut[i] === 1, held, `rating ${all.ratingIds[i]}`);
  }
  assert.equal(all.isHeldOut[9], 1, "the bootstrap's last tenth");
});

Deno.test("readRatings() of some batches gives those, and of none nothing", async () => {
  await using pool = await testPool();
  await fillLake(pool);
  const options = await reading(pool, [1, 1]);
  const wanted = (await ask(pool.url, LAKE)).filter((row) => row[1] === "1");
  assert.deepEqual(rowsOf(await collect(readRatings(pool, options)), options), wanted);
  assert.equal((await collect(readRatings(pool, await reading(pool, [7, 9])))).length, 0);
});

Deno.test("repeatedly() gives the same ratings again, though the table is gone", async () => {
  await using pool = await testPool();
  await fillLake(pool);
  const options = await reading(pool, [0, 2]);
  const pass = repeatedly(pool, options);
  const first = rowsOf(await collect(pass()), options);
  await pool.script("drop table data_lake_db.ratings cascade");
  assert.deepEqual(rowsOf(await collect(pass()), options), first);
});

Deno.test("repeatedly() given up midway reads everything the next time", async () => {
  await using pool = await testPool();
  await fillLake(pool);
  const options = await reading(pool, [0, 2]);
  const pass = repeatedly(pool, options);
  for await (const _ of pass()) break;
  const n = (await ask(pool.url, LAKE)).length;
  assert.deepEqual([(await collect(pass())).length, (await collect(pass())).length], [n, n]);
});

Deno.test("collect() begins at the first rating that is asked for", async () => {
  await using pool = await testPool();
  await fillLake(pool);
  const options = await reading(pool, [0, 2]);
  const wanted = await ask(pool.url, LAKE);
  for (const at of [0, 9, 10, 21, wanted.length - 1]) {
    const id = Number(wanted[at][0]);
    const part = await collect(readRatings(pool, options), (chunk, row) => chunk.ratingIds[row] === id);
    assert.deepEqual(rowsOf(part, options), wanted.slice(at));
  }
  assert.equal((await collect(readRatings(pool, options), () => false)).length, 0);
});

Deno.test("readRatings() with a tail leaves out what is older, and marks the same hold-out", async () => {
  await using pool = await testPool();
  await fillLake(pool);
  const options = await reading(pool, [0, 2]);
  const all = await collect(readRatings(pool, options));
  const wanted = rowsOf(all, options);
  const upTo = (batch: number) => wanted.filter((row) => Number(row[1]) <= batch).length;
  for (const through of [-1, 0, 1, 2]) {
    for (const n of [0, 1, 3, 11, 12, 500]) {
      const tail = { through, n };
      const part = await collect(readRatings(pool, { ...options, tail }));
      const left = Math.max(0, upTo(through) - n);
      assert.deepEqual(rowsOf(part, options), wanted.slice(left), `${n} through ${through}`);
      assert.deepEqual(part.isHeldOut, all.isHeldOut.slice(left), `${n} through ${through}`);
    }
  }
});

Deno.test("readHistories() of some people reads theirs alone", async () => {
  await using pool = await testPool();
  await fillLake(pool);
  const options = await reading(pool, [1, 2]);
  const ratings = await collect(readRatings(pool, options));
  const [one, two] = [1, 2].map((id) => options.users.get(id)!);
  const histories = await readHistories(pool, { ...options, ratings, of: [one] });
  assert.deepEqual([histories.of(one).movies.length, histories.of(two).movies.length], [1, 0]);
});

Deno.test("readHistories() holds what the users of a window had rated before it, wherever it begins", async () => {
  await using pool = await testPool();
  await fillLake(pool);
  const wanted = await ask(pool.url, LAKE);
  for (let at = 0; at < wanted.length; at++) {
    const options = await reading(pool, [0, 2]);
    const id = Number(wanted[at][0]);
    const ratings = await collect(readRatings(pool, options), (chunk, row) => chunk.ratingIds[row] === id);
    const histories = await readHistories(pool, { ...options, ratings });
    for (const user of new Set(wanted.slice(at).map((row) => row[2]))) {
      const before = wanted.slice(0, at).filter((row) => row[2] === user && row[6] === "false");
      const { movies, stars } = histories.of(options.users.get(Number(user))!);
      const found = Array.from(movies, (movie, i) => [options.catalogue.movies.ids[movie], stars[i]]);
      const current = new Map(before.map((row) => [Number(row[3]), Number(row[4])]));
      assert.deepEqual(found.sort(), [...current].sort(), `user ${user} before rating ${id}`);
    }
  }
});
