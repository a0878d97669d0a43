/** The first batch takes a way of its own through clean and features: it must end where the ordinary way does. */
import assert from "@std/assert";
import fc from "fast-check";
import type { Pool } from "../../sql/db.ts";
import clean from "../../tasks/clean.ts";
import features from "../../tasks/features.ts";
import ingest from "../../tasks/ingest.ts";
import { structureOf } from "../sql/_structure.ts";
import { testRun, type TestRunOptions } from "../support/context.ts";
import { testPool } from "../support/database.ts";
import { addMovies, addSource, post, type RawRating, soundRatings } from "./_archive.ts";
import { until } from "../support/until.ts";
import { lakeRows } from "./_found.ts";
import { ask } from "./import/_ask.ts";

const ALL = { bootstrap: { ratings: 1_000, atMost: 1 }, batch: { size: 1_000, atMost: 1 } };
const LAKE = "data_lake_db.ratings";
const TABLES = ["data_lake_db.rejects", "ops_db.batch_ranges"];
const PROCESSED = ["rating_totals", "user_features", "movie_features"].map((name) => `processed_db.${name}`);

// Few users, movies and moments, so that re-ratings, late ones and repeats are the rule.
const rating: fc.Arbitrary<RawRating> = fc.record({
  user: fc.constantFrom(1, 2, 3, 2 ** 31 - 1),
  movie: fc.constantFrom(1, 2, 3, 4, 4, 9),
  rating: fc.constantFrom(0.5, 3, 3.5, 5, 5, 2.3, NaN),
  at: fc.constantFrom(...[0, 1, 2, 3].map((s) => `2024-02-29T12:00:0${s}.000001Z`), "1969-12-31T23:59:59.5Z"),
});

/** One run of the three stages; a bootstrap takes the first batch's way, a daily run the ordinary one. */
async function stages(pool: Pool, options: TestRunOptions & { chunk?: number }): Promise<void> {
  const { chunk, ...rest } = options;
  await using run = await testRun(pool, { settings: ALL, ...rest });
  await run.stage("ingest", ingest);
  await run.stage("clean", clean, { chunk });
  await run.stage("features", features, { chunk });
}

/** All rows of `table` as text. */
async function rowsOf(pool: Pool, table: string): Promise<unknown[]> {
  return await ask(pool.url, `select t::text from ${table} t order by 1`);
}

Deno.test("the first batch leaves the rows that any batch leaves, and the next day finds them so", async () => {
  const property = fc.asyncProperty(
    fc.array(rating, { minLength: 1, maxLength: 80 }),
    fc.array(rating, { maxLength: 10 }),
    fc.integer({ min: 1, max: 90 }),
    async (imported, posted, chunk) => {
      const [first, ordinary] = await Promise.all((["bootstrap", "daily"] as const).map(async (kind) => {
        await using pool = await testPool();
        await addMovies(pool);
        await addSource(pool, imported);
        const found: unknown[] = [];
        const take = async () => {
          for (const table of [LAKE, ...TABLES, ...PROCESSED]) found.push(await rowsOf(pool, table));
        };
        await stages(pool, { kind, chunk });
        await take();
        await post(pool, posted);
        await stages(pool, { kind: "daily", day: "2026-03-02" });
        await take();
        return found;
      }));
      assert.deepEqual(first, ordinary);
    },
  );
  await fc.assert(property, { numRuns: 5 });
});

Deno.test("the first batch leaves the lake's table as the migrations made it, views and grants as well", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  await addSource(pool, [...soundRatings(9), soundRatings(1)[0]]);
  const reader = `matinee_reader_${crypto.randomUUID().slice(0, 8)}`;
  await pool.script(`create role ${reader}; grant select on ${LAKE} to ${reader}`);
  try {
    const structure = await structureOf(pool, LAKE);
    assert.ok(structure.some((part) => part.startsWith("view data_lake_db.current_ratings")));
    await stages(pool, { kind: "bootstrap" });
    assert.deepEqual(await structureOf(pool, LAKE), structure);
    const views = ["data_lake_db.current_ratings", "data_lake_db.seen_movies"];
    for (const view of views) assert.equal((await rowsOf(pool, view)).length, 9, view);
    assert.deepEqual(await ask(pool.url, `select has_table_privilege('${reader}', '${LAKE}', 'select')`), [[
      "true",
    ]]);
    assert.deepEqual(
      await ask(pool.url, "select relname from pg_class where relname ~ 'loaded|emptied'"),
      [],
      "nothing is left behind",
    );
  } finally {
    await pool.script(`drop owned by ${reader}; drop role ${reader}`);
  }
});

Deno.test("the first batch asks for the lake's table when all is loaded, and waits for who reads it", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  await addSource(pool, soundRatings(30));
  const done = Promise.withResolvers<void>();
  const isRead = Promise.withResolvers<void>();
  const reader = pool.transaction(async (tx) => {
    await tx.script(`select from ${LAKE}`);
    isRead.resolve();
    await done.promise;
  });
  await isRead.promise;
  let judged = 0;
  const work = stages(pool, {
    kind: "bootstrap",
    chunk: 10,
    onProgress: (done) => judged = Math.max(judged, done),
  });
  const waiting = `select from pg_locks where relation = '${LAKE}'::regclass and not granted`;
  await until(async () => (await ask(pool.url, waiting)).length > 0, "clean waits for the table");
  assert.equal(judged, 30);
  done.resolve();
  await Promise.all([reader, work]);
  assert.equal((await lakeRows(pool)).length, 30);
});

Deno.test("replace_ratings() refuses a lake that holds ratings by now", async () => {
  await using pool = await testPool();
  await pool.script(`
    create table data_lake_db.loaded_ratings (like ${LAKE});
    insert into ${LAKE} values (99, 0, 'live', 1, 1, 3, null, false, now())`);
  await assert.rejects(pool.row("clean/replace_ratings"), /as it holds some by now/);
  assert.deepEqual((await lakeRows(pool)).map(({ id }) => id), [99]);
});
