import assert from "@std/assert";
import type { Pool } from "../../sql/db.ts";
import clean from "../../tasks/clean.ts";
import ingest from "../../tasks/ingest.ts";
import { readCheckResults } from "../../tasks/runner/checks/check_results.ts";
import { testRun } from "../support/context.ts";
import { testPool } from "../support/database.ts";
import { addMovies, addSource, addUnparsable, type RawRating, soundRatings } from "./_archive.ts";
import { checksFrom } from "./_checks.ts";
import { assertAccounted, lakeRows } from "./_found.ts";
import { ask } from "./import/_ask.ts";

const ALL = { bootstrap: { ratings: 1_000_000, atMost: 1 }, batch: { size: 1_000_000, atMost: 1 } };
const LEFT = `
  select (select count(*) from data_lake_db.ratings), (select count(*) from data_lake_db.rejects),
    (select count(*) from ops_db.batch_stages where task = 'clean')`;

/** ingest and clean under checks; what became of clean, and its results. */
async function cleanUnder(pool: Pool, lines: string, kind: "bootstrap" | "daily" = "bootstrap") {
  await using run = await testRun(pool, { kind, settings: ALL, checks: checksFrom(lines) });
  const unchecked = await testRun(pool, { kind, day: "2026-03-09", settings: ALL });
  await unchecked.stage("ingest", ingest).finally(() => unchecked[Symbol.asyncDispose]());
  const error = await run.stage("clean", clean).then(() => null, (error: Error) => error);
  await assertAccounted(pool);
  return { error, lines: run.lines, results: await readCheckResults(pool, { run_id: run.id }) };
}

Deno.test("a failed check leaves nothing of the batch, and its results", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  await addSource(pool, soundRatings(10)); // 0.5 to 5 stars, one each
  const { error, results } = await cleanUnder(
    pool,
    `
      - row_count: { min: 10 }
      - between: { column: rating, min: 2 }
      - not_null: user_id
        on_fail: quarantine`,
  );
  assert.match(
    error!.message,
    /^Cannot finish batch 0 in stage "clean" as a check failed: data_lake_db\.ratings, /,
  );
  assert.match(error!.message, /: 3 of 10 rows break it, none may\n {2}such as \{.*"rating":0\.5.*\}\n/);
  assert.deepEqual(await ask(pool.url, LEFT), [["0", "0", "0"]]);
  assert.deepEqual(
    results.map((
      { kind, batch_id, n_rows, n_broken, outcome },
    ) => [kind, batch_id, n_rows, n_broken, outcome]),
    [["row_count", 0, 10, 0, "passed"], ["between", 0, 10, 3, "failed"], ["not_null", 0, 10, 0, "passed"]],
  );
  const again = await cleanUnder(pool, "- between: { column: rating, min: 0.5 }", "daily");
  assert.equal(again.error, null);
  assert.equal((await lakeRows(pool)).length, 10);
});

Deno.test("on_fail: quarantine sets rows aside before repeats are marked, and names the check", async () => {
  await using pool = await testPool();
  await addMovies(pool);
  const at = "2020-01-01T00:00:00Z";
  const rows: RawRating[] = [
    { user: 1, movie: 1, rating: 4, at },
    { user: 1, movie: 1, rating: 4, at }, // an exact repeat of what is kept
    { user: 2, movie: 1, rating: 1, at },
    { user: 2, movie: 1, rating: 1, at }, // a repeat of what is set aside, so set aside as well
    { user: 3, movie: 2, rating: 5, at: "2010-01-01T00:00:00Z" },
    { user: 3, movie: 9, rating: 1, at }, // its own fault comes first
    { user: 9, movie: 2, rating: 1, at: "2010-01-01T00:00:00Z" }, // breaks three: the first names it
  ];
  await addSource(pool, rows);
  await addUnparsable(pool, ["1,2"]);
  const { error, lines, results } = await cleanUnder(
    pool,
    `
      - between: { column: rated_at, min: 2015-01-01 }
        on_fail: quarantine
      - between: { column: rating, min: 1.5 }
        on_fail: quarantine
      - in: { column: user_id, values: [1, 2, 3] }
        on_fail: quarantine
      - row_count: { min: 1, max: 1 }`,
  );
  assert.equal(error, null);
  const rejects = await ask(
    pool.url,
    "select raw_id, reason, detail from data_lake_db.rejects where lane = 'import' order by raw_id",
  );
  assert.deepEqual(rejects, [
    ["2", "exact_repeat", null],
    ["3", "failed_check", "between: { column: rating, min: 1.5 }"],
    ["4", "failed_check", "between: { column: rating, min: 1.5 }"],
    ["5", "failed_check", "between: { column: rated_at, min: 2015-01-01 }"],
    ["6", "unknown_movie", null],
    ["7", "failed_check", "between: { column: rated_at, min: 2015-01-01 }"],
  ]);
  assert.deepEqual((await lakeRows(pool)).map(({ id }) => id), [1]);
  assert.deepEqual(results.map(({ n_rows, n_broken, outcome }) => [n_rows, n_broken, outcome]), [
    [6, 2, "quarantined"], // of the seven, one names no movie that there is
    [6, 2, "quarantined"],
    [6, 0, "passed"],
    [1, 0, "passed"],
  ]);
  assert.equal(results[0].examples[0].rating_id, 5);
  const text = "between: { column: rating, min: 1.5 }: 2 of 6 rows break it";
  assert.ok(lines.includes(`warn set aside by data_lake_db.ratings, ${text}`), lines.join("\n"));
});

Deno.test("a quarantine that holds more than mostly leaves over fails, or warns", async () => {
  for (const [n, severity, ends] of [[1, "error", true], [2, "error", false], [2, "warn", true]] as const) {
    await using pool = await testPool();
    await addMovies(pool);
    await addSource(pool, soundRatings(10).map((row, i) => ({ ...row, rating: i < n ? 1 : 4 })));
    const { error, results } = await cleanUnder(
      pool,
      `
        - between: { column: rating, min: 2 }
          on_fail: quarantine
          mostly: 0.9
          severity: ${severity}`,
    );
    assert.equal(error === null, ends);
    const found = n === 1 ? "quarantined" : severity === "warn" ? "warned" : "failed";
    assert.deepEqual(results.map(({ n_broken, outcome }) => [n_broken, outcome]), [[n, found]]);
    const left = ends ? [String(10 - n), String(n), "1"] : ["0", "0", "0"];
    assert.deepEqual(await ask(pool.url, LEFT), [left]);
  }
});
