import assert from "@std/assert";
import type { Pool } from "../../sql/db.ts";
import clean from "../../tasks/clean.ts";
import ingest from "../../tasks/ingest.ts";
import { testRun, type TestRunOptions } from "../support/context.ts";
import { testPool } from "../support/database.ts";
import { addMovies, addSource, addUnparsable, post, type RawRating, soundRatings } from "./_archive.ts";
import { assertAccounted, lakeRows } from "./_found.ts";
import { ask } from "./import/_ask.ts";

const ALL = { bootstrap: { ratings: 1_000_000, atMost: 1 } };
const REJECTS = "select raw_id, reason from data_lake_db.rejects order by lane, raw_id";
const sound: RawRating = { user: 1, movie: 1, rating: 4, at: "2020-01-01T00:00:00Z" };

/** One run of ingest and clean; `signal` and `onProgress` are clean's. */
async function cleanRun(pool: Pool, { kind, day, chunk, ...rest }: TestRunOptions & { chunk?: number }) {
  await using run = await testRun(pool, { kind, day, settings: ALL, ...rest });
  await run.stage("ingest", ingest);
  return await run.stage("clean", clean, { chunk });
}

Deno.test("clean refuses each fault with its reason and the raw row", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  const faults: [Partial<RawRating>, string][] = [
    [{ rating: NaN }, "rating_not_a_number"],
    [{ rating: Infinity }, "rating_not_a_number"],
    [{ rating: -Infinity, movie: 9 }, "rating_not_a_number"],
    [{ rating: 0 }, "rating_off_scale"],
    [{ rating: 5.5 }, "rating_off_scale"],
    [{ rating: 4.1 }, "rating_off_scale"],
    [{ rating: 1e300, at: "1970-01-01Z" }, "rating_off_scale"],
    [{ rating: -4 }, "rating_off_scale"],
    [{ movie: 9 }, "unknown_movie"],
    [{ at: "1970-01-01T00:00:00Z" }, "impossible_date"],
    [{ at: "1994-12-31T23:59:59.999999Z" }, "impossible_date"],
    [{ at: "2026-03-02T02:00:00.000001Z" }, "impossible_date"],
    [{ at: "infinity" }, "impossible_date"],
    [{ at: "-infinity" }, "impossible_date"],
    [{ at: "294000-01-01Z" }, "impossible_date"],
    [{ at: "4000-01-01 BC" }, "impossible_date"],
    [{ user: 2 }, "exact_repeat"],
  ];
  await addSource(pool, [{ ...sound, user: 2 }, ...faults.map(([parts]) => ({ ...sound, ...parts }))]);
  const result = await cleanRun(pool, { kind: "bootstrap" });
  assert.deepEqual(result, { rowsIn: faults.length + 1, rowsOut: 1, rejects: faults.length, late: 0 });
  assert.deepEqual(await ask(pool.url, REJECTS), faults.map(([, reason], i) => [String(i + 2), reason]));
  assert.deepEqual(
    await ask(
      pool.url,
      "select lane, batch_id, raw_row::text from data_lake_db.rejects where raw_id in (2, 14) order by 1",
    ),
    await ask(
      pool.url,
      "select lane, 0, to_jsonb(r)::text from raw_db.ratings r where rating_id in (2, 14) order by 1",
    ),
  );
});

Deno.test("clean accepts the ends of the scale and of time", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  const ends = [
    { ...sound, rating: 0.5 },
    { ...sound, rating: 5, movie: 2 },
    { ...sound, movie: 3, at: "1995-01-01T00:00:00Z" },
    { ...sound, movie: 4, at: "2026-03-02T02:00:00Z" },
  ];
  await addSource(pool, ends);
  await cleanRun(pool, { kind: "bootstrap" });
  assert.deepEqual(
    await ask(
      pool.url,
      `select r.user_id, r.movie_id, r.rating, r.rated_at = raw.rated_at, r.lane, r.batch_id
       from data_lake_db.ratings r join raw_db.ratings raw using (rating_id) order by rating_id`,
    ),
    ends.map(({ movie, rating }) => ["1", String(movie), String(rating), "true", "import", "0"]),
  );
});

Deno.test("clean keeps microseconds", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  await addSource(pool, [{ ...sound, at: "2025-12-31T23:59:59.123457Z" }]);
  await cleanRun(pool, { kind: "bootstrap" });
  assert.deepEqual(await ask(pool.url, "select to_char(rated_at, 'SS.US') from data_lake_db.ratings"), [[
    "59.123457",
  ]]);
});

Deno.test("clean says what each rating replaces, across batches and lanes", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  const at = (minute: number, rating: number) => ({ ...sound, rating, at: `2020-01-01T00:0${minute}:00Z` });
  await addSource(pool, [at(2, 4), at(3, 5), at(1, 1), at(3, 5), { ...sound, user: 2 }]);
  await cleanRun(pool, { kind: "bootstrap" });
  await post(pool, [at(2, 2), at(4, 3), at(2, 4), at(4, 0.5), { ...at(1, 2), user: 3 }, at(5, 0.5)]);
  await cleanRun(pool, { kind: "daily" });
  assert.deepEqual(await lakeRows(pool), [
    { id: 1, batch: 0, replaces: null, isStale: false },
    { id: 2, batch: 0, replaces: 4, isStale: false },
    { id: 3, batch: 0, replaces: null, isStale: true },
    { id: 5, batch: 0, replaces: null, isStale: false },
    { id: 6, batch: 1, replaces: null, isStale: true },
    { id: 7, batch: 1, replaces: 5, isStale: false },
    { id: 9, batch: 1, replaces: 3, isStale: false },
    { id: 10, batch: 1, replaces: null, isStale: false },
    { id: 11, batch: 1, replaces: 0.5, isStale: false },
  ]);
  assert.deepEqual(await ask(pool.url, REJECTS), [["4", "exact_repeat"], ["8", "exact_repeat"]]);
});

Deno.test("clean judges an imported rating that comes after a live one of the same moment by its id", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  await addSource(pool, [{ ...sound, movie: 2 }, { ...sound, rating: 1 }]);
  const settings = { bootstrap: { ratings: 1, atMost: 1 }, batch: { size: 1, atMost: 1 } };
  await post(pool, [{ ...sound, rating: 5 }]);
  await cleanRun(pool, { kind: "bootstrap", settings });
  await cleanRun(pool, { kind: "daily", settings });
  // Batch 1 holds the import row 2, then the live row 3: same moment, and the greater id is current.
  assert.deepEqual(await lakeRows(pool), [
    { id: 1, batch: 0, replaces: null, isStale: false },
    { id: 2, batch: 1, replaces: null, isStale: false },
    { id: 3, batch: 1, replaces: 1, isStale: false },
  ]);
  await addSource(pool, [{ ...sound, rating: 2 }, { ...sound, rating: 3, at: "2020-01-01T00:00:01Z" }]);
  await cleanRun(pool, {
    kind: "daily",
    day: "2026-03-02",
    settings: { ...settings, batch: { size: 9, atMost: 1 } },
  });
  assert.deepEqual((await lakeRows(pool)).slice(3), [
    { id: 4, batch: 2, replaces: 5, isStale: false },
    { id: 5, batch: 2, replaces: 2, isStale: false },
  ]);
});

Deno.test("clean makes a reject of every unparsable line", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  await addSource(pool, soundRatings(4));
  await addUnparsable(pool, ["1,2", "x"]);
  await cleanRun(pool, { kind: "bootstrap" });
  await assertAccounted(pool);
  assert.deepEqual(await cleanRun(pool, { kind: "daily" }), { rowsIn: 2, rowsOut: 0, rejects: 2, late: 0 });
  await assertAccounted(pool);
  assert.deepEqual(
    await ask(
      pool.url,
      "select lane, raw_id, reason, raw_row->>'line' from data_lake_db.rejects order by raw_id",
    ),
    [["unparsable", "1", "unparsable", "1,2"], ["unparsable", "2", "unparsable", "x"]],
  );
});

Deno.test("clean gives the same rows in chunks of any size", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  // Repeats lie two ids apart: no chunk of two holds both.
  await addSource(pool, [...soundRatings(5).flatMap((rating) => [rating, { ...rating, movie: 9 }, rating])]);
  assert.deepEqual(await cleanRun(pool, { kind: "bootstrap", chunk: 2 }), {
    rowsIn: 15,
    rowsOut: 5,
    rejects: 10,
    late: 0,
  });
  assert.deepEqual((await lakeRows(pool)).map(({ id }) => id), [1, 4, 7, 10, 13]);
});

Deno.test("clean that is stopped midway leaves nothing, and does it all the next time", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  await addSource(pool, soundRatings(30));
  const stop = new AbortController();
  const half = cleanRun(pool, {
    kind: "bootstrap",
    chunk: 10,
    signal: stop.signal,
    onProgress: (done) => done === 20 && stop.abort(new Error("stopped by a person")),
  });
  await assert.rejects(half, { message: "stopped by a person" });
  assert.deepEqual([await lakeRows(pool), await ask(pool.url, REJECTS)], [[], []]);
  await assertAccounted(pool);
  assert.deepEqual(await cleanRun(pool, { kind: "daily" }), { rowsIn: 30, rowsOut: 30, rejects: 0, late: 0 });
  await assertAccounted(pool);
});

Deno.test("clean twice, or by two at once, gives each row once", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  await addSource(pool, [...soundRatings(20), { ...sound, movie: 9 }]);
  await using run = await testRun(pool, { kind: "bootstrap", settings: ALL });
  await run.stage("ingest", ingest);
  const results = await Promise.all([run.stage("clean", clean), run.stage("clean", clean)]);
  const nothing = { rowsIn: 0, rowsOut: 0, rejects: 0, late: 0 };
  results.sort((a, b) => Number(a.rowsIn) - Number(b.rowsIn));
  assert.deepEqual(results, [nothing, { rowsIn: 21, rowsOut: 20, rejects: 1, late: 0 }]);
  assert.deepEqual(await run.stage("clean", clean), nothing);
  assert.equal((await lakeRows(pool)).length, 20);
});

Deno.test("clean makes up for two batches at once, in their order", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  await addSource(pool, [sound]);
  await using first = await testRun(pool, { kind: "bootstrap", settings: ALL });
  await first.stage("ingest", ingest);
  await post(pool, [{ ...sound, rating: 2, at: "2021-01-01Z" }]);
  await using second = await testRun(pool, { kind: "daily", settings: ALL });
  await second.stage("ingest", ingest);
  assert.deepEqual(await second.stage("clean", clean), { rowsIn: 2, rowsOut: 2, rejects: 0, late: 0 });
  assert.deepEqual(await lakeRows(pool), [
    { id: 1, batch: 0, replaces: null, isStale: false },
    { id: 2, batch: 1, replaces: 4, isStale: false },
  ]);
});

Deno.test("clean refuses a batch whose raw rows are not all there", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  await addSource(pool, soundRatings(10));
  await using run = await testRun(pool, { kind: "bootstrap", settings: ALL });
  await run.stage("ingest", ingest);
  await pool.script("delete from raw_db.ratings where rating_id = 5");
  await assert.rejects(run.stage("clean", clean), {
    message:
      "Cannot clean batch 0 as it took 10 raw rows: found 9 (9 accepted, 0 refused). Next: deno task status",
  });
  assert.deepEqual(await lakeRows(pool), []);
});
