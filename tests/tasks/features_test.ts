import assert from "@std/assert";
import type { Pool } from "../../sql/db.ts";
import clean from "../../tasks/clean.ts";
import features from "../../tasks/features.ts";
import ingest from "../../tasks/ingest.ts";
import { testRun, type TestRunOptions } from "../support/context.ts";
import { testPool } from "../support/database.ts";
import { addMovies, addSource, post, type RawRating, soundRatings } from "./_archive.ts";
import { storedSums } from "./_found.ts";
import { ask, askOne } from "./import/_ask.ts";

const ALL = { bootstrap: { ratings: 1_000_000, atMost: 1 } };
const USERS =
  "select user_id, n_ratings, rating_sum, genre_counts, genre_sums from processed_db.user_features order by 1";
const at = (user: number, movie: number, rating: number, minute = 0): RawRating => {
  return { user, movie, rating, at: new Date(Date.UTC(2020, 0, 1, 0, minute)).toISOString() };
};

async function featureRun(pool: Pool, { chunk, ...options }: TestRunOptions & { chunk?: number }) {
  await using run = await testRun(pool, { settings: ALL, ...options });
  await run.stage("ingest", ingest);
  await run.stage("clean", clean);
  return await run.stage("features", features, { chunk });
}

Deno.test("features adds up ratings per user, genre and movie", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  await addSource(pool, [at(1, 1, 4), at(1, 2, 2.5), at(1, 4, 5), at(2, 3, 0.5)]);
  assert.deepEqual(await featureRun(pool, { kind: "bootstrap" }), {
    rowsIn: 4,
    users: 2,
    movies: 4,
    rowsOut: 6,
  });
  // Movie 1: genre 0; 2: genres 0 and 1; 3: genre 2; 4: genres 1 and 2.
  assert.deepEqual(await ask(pool.url, USERS), [
    ["1", "3", "11.5", "2,2,1", "6.5,7.5,5"],
    ["2", "1", "0.5", "0,0,1", "0,0,0.5"],
  ]);
  assert.deepEqual(
    await ask(pool.url, "select * from processed_db.movie_features order by 1"),
    [["1", "1", "4"], ["2", "1", "2.5"], ["3", "1", "0.5"], ["4", "1", "5"]],
  );
  assert.deepEqual(await ask(pool.url, "select * from processed_db.rating_totals"), [["true", "4", "12"]]);
});

Deno.test("features counts a re-rating once, with its newest stars, and a late one not at all", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  await addSource(pool, [at(1, 2, 4, 5), at(1, 2, 1, 6)]);
  await featureRun(pool, { kind: "bootstrap" });
  assert.deepEqual(await ask(pool.url, USERS), [["1", "1", "1", "1,1,0", "1,1,0"]]);
  await post(pool, [at(1, 2, 5, 1), at(2, 1, 3, 1)]);
  await featureRun(pool, { kind: "daily" });
  assert.deepEqual((await ask(pool.url, USERS))[0], ["1", "1", "1", "1,1,0", "1,1,0"]);
  await post(pool, [at(1, 2, 5, 9)]);
  await featureRun(pool, { kind: "daily", day: "2026-03-02" });
  assert.deepEqual(await ask(pool.url, USERS), [
    ["1", "1", "5", "1,1,0", "5,5,0"],
    ["2", "1", "3", "1,0,0", "3,0,0"],
  ]);
  assert.deepEqual(
    await ask(pool.url, "select * from processed_db.movie_features order by 1"),
    [["1", "1", "3"], ["2", "1", "5"]],
  );
  await post(pool, [at(3, 2, 1)]);
  await featureRun(pool, { kind: "daily", day: "2026-03-03" });
  assert.deepEqual(
    await ask(pool.url, "select * from processed_db.movie_features where movie_id = 2"),
    [["2", "2", "6"]],
  );
  assert.deepEqual(await ask(pool.url, "select * from processed_db.rating_totals"), [["true", "3", "9"]]);
});

Deno.test("features touches only the users and movies of the batch", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  await addSource(pool, soundRatings(40));
  await featureRun(pool, { kind: "bootstrap" });
  const versions = `
    select 'user ' || user_id, xmin::text from processed_db.user_features
    union all select 'movie ' || movie_id, xmin::text from processed_db.movie_features order by 1`;
  const before = await ask(pool.url, versions);
  await post(pool, [at(7, 4, 3, 59), at(8, 4, 3, 59)]);
  await featureRun(pool, { kind: "daily" });
  const after = await ask(pool.url, versions);
  const touched = after.filter(([, version], i) => version !== before[i][1]).map(([key]) => key);
  assert.deepEqual(touched, ["movie 4", "user 7", "user 8"]);
});

Deno.test("features fills a row up that is from before the newest genre", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  await addSource(pool, [at(1, 1, 4), at(2, 1, 4)]);
  await featureRun(pool, { kind: "bootstrap" });
  await pool.script(`
    insert into data_lake_db.genres values (3, 'Western');
    insert into data_lake_db.movies values (5, 'Movie 5', 1990, '{1,3}'), (6, 'Movie 6', null, '{}');`);
  await post(pool, [at(1, 5, 2, 1), at(1, 6, 3, 1)]);
  await featureRun(pool, { kind: "daily" });
  assert.deepEqual(await ask(pool.url, USERS), [
    ["1", "3", "9", "1,1,0,1", "4,2,0,2"],
    ["2", "1", "4", "1,0,0", "4,0,0"],
  ]);
});

Deno.test("features writes nothing for a batch without an accepted rating", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  await addSource(pool, [at(1, 9, 4), at(2, 1, 7)]);
  assert.deepEqual(await featureRun(pool, { kind: "bootstrap" }), {
    rowsIn: 2,
    users: 0,
    movies: 0,
    rowsOut: 0,
  });
  assert.equal((await storedSums(pool)).size, 0);
  assert.equal(
    await askOne(pool.url, "select count(*) from ops_db.batch_stages where task = 'features'"),
    "1",
  );
});

Deno.test("clean and features take a range's own lane, not what lies between its sources", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  const settings = { bootstrap: { ratings: 1, atMost: 1 }, batch: { size: 1, atMost: 1 } };
  await addSource(pool, [at(1, 1, 1), at(2, 1, 1), at(3, 1, 1)]);
  await featureRun(pool, { kind: "bootstrap", settings });
  await post(pool, [at(4, 1, 1)]);
  await featureRun(pool, { kind: "daily", settings });
  await addSource(pool, [at(5, 1, 1), at(6, 1, 1)]);
  // Import ids 3 and 5, with the live row 4 of the batch before between them.
  const next = { ...settings, batch: { size: 2, atMost: 1 } };
  await featureRun(pool, { kind: "daily", day: "2026-03-02", settings: next });
  assert.deepEqual(
    await ask(pool.url, "select first_id, last_id, n_rows from ops_db.batch_ranges where batch_id = 2"),
    [["3", "5", "2"]],
  );
  assert.equal((await storedSums(pool)).get("all")?.n, 5);
});

Deno.test("features gives the same sums in chunks of any size", async () => {
  await using pools = new AsyncDisposableStack();
  const sums = await Promise.all([7, 500_000].map(async (chunk) => {
    const pool = pools.use(await testPool());
    await addMovies(pool);
    await addSource(pool, soundRatings(20).flatMap((rating) => [rating, { ...rating, user: 1, movie: 2 }]));
    await featureRun(pool, { kind: "bootstrap", chunk });
    return await storedSums(pool);
  }));
  assert.ok(sums[1].size > 40);
  assert.deepEqual(sums[0], sums[1]);
});

Deno.test("features that is stopped midway leaves the sums as they were, and adds all the next time", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  await addSource(pool, soundRatings(30));
  await using run = await testRun(pool, { kind: "bootstrap", settings: ALL });
  await run.stage("ingest", ingest);
  await run.stage("clean", clean);
  const stop = new AbortController();
  await using stopped = await testRun(pool, {
    kind: "daily",
    signal: stop.signal,
    onProgress: (done) => done === 20 && stop.abort(new Error("stopped by a person")),
  });
  await assert.rejects(stopped.stage("features", features, { chunk: 10 }), {
    message: "stopped by a person",
  });
  assert.equal((await storedSums(pool)).size, 0);
  await run.stage("features", features);
  assert.equal((await storedSums(pool)).get("all")?.n, 30);
});

Deno.test("features twice, or by two at once, adds each batch once", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  await addSource(pool, soundRatings(20));
  await using run = await testRun(pool, { kind: "bootstrap", settings: ALL });
  await run.stage("ingest", ingest);
  await run.stage("clean", clean);
  await Promise.all([run.stage("features", features), run.stage("features", features)]);
  const nothing = { rowsIn: 0, users: 0, movies: 0, rowsOut: 0 };
  assert.deepEqual(await run.stage("features", features), nothing);
  assert.equal((await storedSums(pool)).get("all")?.n, 20);
});
