import assert from "@std/assert";
import postgres from "@db/postgres";
import type { Pool } from "../../sql/db.ts";
import ingest from "../../tasks/ingest.ts";
import type { StageResult } from "../../tasks/runner/task.ts";
import { testRun, type TestRunOptions } from "../support/context.ts";
import { testPool } from "../support/database.ts";
import { addSource, addUnparsable, post, soundRatings } from "./_archive.ts";
import { ask, askOne } from "./import/_ask.ts";

const RANGES = "select batch_id, lane, first_id, last_id, n_rows from ops_db.batch_ranges order by 1, 2";
const rating = (user: number) => ({ user, movie: 1, rating: 4, at: "2026-02-28T12:00:00Z" });

async function ingestDay(pool: Pool, options: TestRunOptions): Promise<StageResult> {
  await using run = await testRun(pool, options);
  return { ...await run.stage("ingest", ingest), log: run.lines.join("\n") };
}

/** Days 2026-03-01, 02, … */
const day = (n: number) => `2026-03-${String(n).padStart(2, "0")}`;

Deno.test("ingest takes the archive's head, then a share of it a day, to its end", async () => {
  await using pool = await testPool();
  // ml-latest-small has 100,836 ratings.
  await pool.script(`
    insert into raw_db.sources (sha256, name, edition, n_rows, n_copied, first_id, imported_at)
    values ('x', 'ratings.csv', 'small', 100836, 100836, 1, now());
    insert into raw_db.ratings select i, 'import', i, 1, 4, now(), 1, i from generate_series(1, 100836) i`);
  const first = await ingestDay(pool, { kind: "bootstrap" });
  assert.deepEqual(first, { rowsIn: 80668, rowsOut: 80668, batch: 0, import: 80668, log: "" });
  for (let n = 1; n <= 21; n++) await ingestDay(pool, { kind: "daily", day: day(n) });
  const ranges = await ask(pool.url, RANGES);
  assert.deepEqual(ranges.slice(0, 2), [
    ["0", "import", "1", "80668", "80668"],
    ["1", "import", "80669", "81676", "1008"],
  ]);
  assert.deepEqual(
    ranges.slice(-1),
    [["21", "import", "100829", "100836", "8"]],
    "20 days of 1,008, and the rest",
  );
  assert.equal((await ingestDay(pool, { kind: "daily", day: day(22) })).batch, null);
  assert.equal(await askOne(pool.url, "select max(batch_id) from ops_db.batches"), "21");
});

Deno.test("ingest takes one rating where a share of the archive is none", async () => {
  await using pool = await testPool();
  await addSource(pool, soundRatings(1));
  assert.equal((await ingestDay(pool, { kind: "bootstrap" })).import, 1);
  await addSource(pool, soundRatings(3));
  assert.equal((await ingestDay(pool, { kind: "daily" })).import, 1);
});

Deno.test("ingest forms one batch in a run, however often and by how many it is called", async () => {
  await using pool = await testPool();
  await addSource(pool, soundRatings(10));
  await using run = await testRun(pool, { kind: "bootstrap" });
  const results = await Promise.all([1, 2, 3].map(() => run.stage("ingest", ingest)));
  const expected = { rowsIn: 8, rowsOut: 8, batch: 0, import: 8 };
  assert.deepEqual([...results, await run.stage("ingest", ingest)], Array(4).fill(expected));
  assert.equal(await askOne(pool.url, "select count(*) from ops_db.batches"), "1");
});

Deno.test("ingest forms no batch when there is nothing to take, and leaves no gap", async () => {
  await using pool = await testPool();
  const nothing = { rowsIn: 0, rowsOut: 0, batch: null, log: "" };
  assert.deepEqual(await ingestDay(pool, { kind: "bootstrap" }), nothing);
  assert.deepEqual(await ingestDay(pool, { kind: "daily" }), nothing);
  await post(pool, [rating(1)]);
  assert.equal((await ingestDay(pool, { kind: "daily", day: day(2) })).batch, 0);
});

Deno.test("ingest never makes a live rating wait behind the import lane", async () => {
  await using pool = await testPool();
  await addSource(pool, soundRatings(1000));
  await addUnparsable(pool, ["a,b", "c,d"]);
  await post(pool, [rating(7)]);
  assert.equal(
    (await ingestDay(pool, { kind: "bootstrap" })).rowsIn,
    800,
    "the bootstrap takes imported rows only",
  );
  await post(pool, [rating(8), rating(9)]);
  const result = await ingestDay(pool, { kind: "daily", settings: { batch: { size: 5, atMost: 0.5 } } });
  assert.deepEqual(result, {
    rowsIn: 10,
    rowsOut: 10,
    batch: 1,
    import: 5,
    live: 3,
    unparsable: 2,
    log: "detail 3 live ratings drained from the inbox",
  });
  assert.deepEqual(
    await ask(pool.url, "select rating_id, user_id from raw_db.ratings where lane = 'live' order by 1"),
    [["1001", "7"], ["1002", "8"], ["1003", "9"]],
  );
  assert.equal(await askOne(pool.url, "select count(*) from raw_db.inbox"), "0");
});

Deno.test("ingest takes a rating that commits late with the next batch, once", async () => {
  await using pool = await testPool();
  const slow = postgres(pool.url, { max: 1 });
  await slow`begin`;
  await slow`insert into raw_db.inbox (user_id, movie_id, rating) values (1, 1, 4)`;
  await post(pool, [rating(2)]);
  assert.equal((await ingestDay(pool, { kind: "daily" })).live, 1);
  await slow`commit`;
  await slow.end();
  assert.equal((await ingestDay(pool, { kind: "daily", day: day(2) })).live, 1);
  assert.deepEqual(
    await ask(
      pool.url,
      "select user_id, is_processed, batch_id from raw_db.rating_states order by rating_id",
    ),
    [["2", "false", "0"], ["1", "false", "1"]],
  );
});

Deno.test("ingest loses none and takes none twice while others write", async () => {
  await using pool = await testPool();
  const writers = Array.from({ length: 4 }, async (_, writer) => {
    for (let i = 0; i < 50; i++) await post(pool, [rating(100 * writer + i)]);
  });
  let isWriting = true;
  const written = Promise.all(writers).then(() => isWriting = false);
  let taken = 0;
  for (let n = 1; isWriting && n < 28; n++) {
    taken += Number((await ingestDay(pool, { kind: "daily", day: day(n) })).rowsIn);
  }
  await written;
  taken += Number((await ingestDay(pool, { kind: "daily", day: day(28) })).rowsIn);
  assert.equal(taken, 200);
  assert.deepEqual(
    await ask(pool.url, "select count(*), count(distinct user_id), max(rating_id) from raw_db.ratings"),
    [["200", "200", "200"]],
  );
  assert.equal(await askOne(pool.url, "select sum(n_rows) from ops_db.batch_ranges"), "200");
});

Deno.test("ingest goes on in the next source, past the live ratings between", async () => {
  await using pool = await testPool();
  await addSource(pool, soundRatings(4), { name: "first.csv" });
  await post(pool, [rating(1), rating(2)]);
  const settings = { batch: { size: 3, atMost: 1 }, bootstrap: { ratings: 2, atMost: 1 } };
  await ingestDay(pool, { kind: "bootstrap", settings });
  await ingestDay(pool, { kind: "daily", settings: { ...settings, batch: { size: 1, atMost: 1 } } });
  assert.equal(await addSource(pool, soundRatings(6), { name: "second.csv" }), 7);
  for (const n of [2, 3, 4]) await ingestDay(pool, { kind: "daily", day: day(n), settings });
  assert.deepEqual(await ask(pool.url, RANGES), [
    ["0", "import", "1", "2", "2"],
    ["1", "import", "3", "3", "1"],
    ["1", "live", "5", "6", "2"],
    ["2", "import", "4", "8", "3"],
    ["3", "import", "9", "11", "3"],
    ["4", "import", "12", "12", "1"],
  ]);
});

Deno.test("ingest begins the next source at its first id", async () => {
  await using pool = await testPool();
  await addSource(pool, soundRatings(4));
  const settings = { batch: { size: 3, atMost: 1 }, bootstrap: { ratings: 4, atMost: 1 } };
  await ingestDay(pool, { kind: "bootstrap", settings });
  await post(pool, [rating(1), rating(2)]);
  await ingestDay(pool, { kind: "daily", settings });
  await addSource(pool, soundRatings(6));
  await ingestDay(pool, { kind: "daily", day: day(2), settings });
  assert.deepEqual((await ask(pool.url, RANGES)).slice(-2), [
    ["1", "live", "5", "6", "2"],
    ["2", "import", "7", "9", "3"],
  ]);
});

Deno.test("ingest refuses a bootstrap from a part of the archive", async () => {
  await using pool = await testPool();
  await addSource(pool, soundRatings(10), { name: "ratings.csv", copied: 4 });
  await assert.rejects(ingestDay(pool, { kind: "bootstrap" }), {
    message: "Cannot form the bootstrap batch as the archive must be imported whole: " +
      'found 4 of 10 ratings of "ratings.csv". Next: deno task import',
  });
});

Deno.test("ingest takes live ratings while a source is still being imported, at ids that are not promised", async () => {
  await using pool = await testPool();
  await addSource(pool, soundRatings(10), { name: "ratings.csv", copied: 4 });
  await addUnparsable(pool, ["a,b"]);
  await post(pool, [rating(1)]);
  const result = await ingestDay(pool, { kind: "daily" });
  assert.deepEqual([result.rowsIn, result.live, result.import], [1, 1, undefined]);
  assert.match(
    String(result.log),
    /^warn Imported ratings wait until their file is in: found 4 of 10 ratings of "ratings.csv"\. Next: deno task import$/m,
  );
  assert.deepEqual(await ask(pool.url, RANGES), [["0", "live", "11", "11", "1"]]);
});

Deno.test("ingest that fails takes nothing out of the inbox", async () => {
  await using pool = await testPool();
  await post(pool, [rating(1)]);
  const stopped = AbortSignal.abort(new Error("stop"));
  await assert.rejects(ingestDay(pool, { kind: "daily", signal: stopped }), { message: "stop" });
  assert.deepEqual(
    await ask(pool.url, "select (select count(*) from raw_db.inbox), (select count(*) from raw_db.ratings)"),
    [["1", "0"]],
  );
});
