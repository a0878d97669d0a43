import assert from "@std/assert";
import type { Pool } from "../../../../sql/db.ts";
import { checkLines, readCheckResults } from "../../../../tasks/runner/checks/check_results.ts";
import type { Run } from "../../../../tasks/runner/run/journal.ts";
import { readRunDetail, runDetailText } from "../../../../tasks/runner/history/run_status.ts";
import { testRun, type TestRunOptions } from "../../../support/context.ts";
import { testPool } from "../../../support/database.ts";
import { checksFrom } from "../../_checks.ts";
import { fakeTask } from "../_fake_day.ts";

/** Twenty users: ages 1 to 16 and four without, five genders twice and ten without, a zip code each but the last. */
const USERS = `
  insert into raw_db.users (user_id, gender, age, zip_code)
  select i, case when i <= 10 then chr(65 + i % 5) end, case when i <= 16 then i end,
    case when i < 20 then lpad(i::text, 5, '0') end
  from generate_series(1, 20) i`;

interface Checked {
  lines: string;
  options?: Partial<TestRunOptions>;
  day?: string;
}

/** Runs a stage that writes nothing and is held to checks of raw_db.users; returns its results and how it ended. */
async function checkUsers(pool: Pool, { lines, options = {}, day }: Checked) {
  const checks = checksFrom(lines, { writes: ["raw_db.users"] });
  await using run = await testRun(pool, { kind: "daily", checks, day, ...options });
  const error = await run.stage("look", fakeTask()).then(() => null, (error: Error) => error);
  return { error, lines: run.lines, results: await readCheckResults(pool, { run_id: run.id }) };
}

Deno.test("checks of each kind count the rows that break them", async () => {
  await using pool = await testPool();
  await pool.script(USERS);
  const { results, error } = await checkUsers(pool, {
    lines: `
      - not_null: user_id
      - not_null: [age, gender]
      - between: { column: age, min: 3 }
      - between: { column: age, min: 3, max: 12 }
      - in: { column: gender, values: [A, B] }
      - in: { column: age, values: [1, 2, 16] }
      - matches: { column: zip_code, pattern: "^0{3,4}[1-8]$" }
      - unique: user_id
      - unique: [gender, occupation]
      - unique: gender
      - references: { column: age, in: raw_db.users, key: user_id }
      - references: { column: user_id, in: raw_db.users, key: age }
      - references: { column: age, in: raw_db.movies, key: movie_id }
      - row_count: { min: 20, max: 20 }`,
  });
  assert.equal(error?.name, "CheckError");
  const counts = results.map(({ kind, n_broken, outcome }) => `${kind} ${n_broken} ${outcome}`);
  assert.deepEqual(counts, [
    "not_null 0 passed",
    "not_null 10 failed", // users 11 to 20 have no gender; 17 to 20 no age either
    "between 2 failed", // ages 1 and 2; a user without an age breaks nothing
    "between 6 failed", // ages 1, 2 and 13 to 16
    "in 6 failed", // users 1 to 10 are B C D E A twice over: C, D, E
    "in 13 failed", // ages 3 to 15
    "matches 11 failed", // zip codes 00009 to 00019
    "unique 0 passed",
    "unique 0 passed", // occupation is null everywhere: no two such rows are alike
    "unique 5 failed", // the second of each gender
    "references 0 passed",
    "references 4 failed", // no age is 17 to 20
    "references 16 failed", // there is no movie; users 17 to 20 refer to none
    "row_count 0 passed",
  ]);
  assert.deepEqual(new Set(results.map(({ n_rows }) => n_rows)), new Set([20]));
  assert.deepEqual(results[5].share, 7 / 20);
  assert.deepEqual(results[9].examples[0], { gender: "A", n_rows: 2 });
});

Deno.test("a failed check names itself, the table, the counts, three of the rows, and what to do", async () => {
  await using pool = await testPool();
  await pool.script("insert into raw_db.users (user_id, age) select i, i from generate_series(1, 5) i");
  const { error, results } = await checkUsers(pool, {
    lines: `
      - between: { column: age, max: 1 }
      - row_count: { min: 6 }`,
  });
  const row = (id: number) =>
    `  such as {"age":${id},"gender":null,"user_id":${id},"zip_code":null,"occupation":null}`;
  assert.deepEqual(error?.message.split("\n"), [
    'Cannot finish stage "look" as a check failed: raw_db.users, between: { column: age, max: 1 }: 4 of 5 rows break it, none may',
    row(2),
    row(3),
    row(4),
    "also raw_db.users, row_count: { min: 6 }: 5 rows, wanted at least 6",
    "Next: mend the rows, or the check in the manifest; then deno task daily",
  ]);
  const { checked_at: _, ...kept } = results[0];
  assert.deepEqual(kept, {
    check_result_id: 1,
    run_id: 1,
    stage: "look",
    attempt: 1,
    batch_id: null,
    place: 0,
    kind: "between",
    check_text: "between: { column: age, max: 1 }",
    table_name: "raw_db.users",
    column_name: "age",
    n_rows: 5,
    n_broken: 4,
    share: 0.2,
    threshold: 1,
    severity: "error",
    outcome: "failed",
    found: "4 of 5 rows break it, none may",
    examples: [2, 3, 4].map((id) => ({
      age: id,
      gender: null,
      user_id: id,
      zip_code: null,
      occupation: null,
    })),
  });
});

Deno.test("a warning leaves the stage be, and stands in the log", async () => {
  await using pool = await testPool();
  await pool.script(USERS);
  const { error, lines, results } = await checkUsers(pool, {
    lines: `
      - not_null: gender
        severity: warn
      - not_null: user_id`,
  });
  assert.equal(error, null);
  assert.deepEqual(lines, [
    "warn check of raw_db.users, not_null: gender: 10 of 20 rows break it, none may",
  ]);
  assert.deepEqual(results.map(({ outcome }) => outcome), ["warned", "passed"]);
});

Deno.test("row_count is held against the median of the seven runs before, of its kind, that did not fail", async () => {
  await using pool = await testPool();
  let rows = 0;
  const grow = async (to: number) => {
    await pool.script(`insert into raw_db.users (user_id) select generate_series(${rows + 1}, ${to})`);
    rows = to;
  };
  const day = async (n: number, to: number, kind: "bootstrap" | "daily" = "daily") => {
    await grow(to);
    const { results } = await checkUsers(pool, {
      lines: "- row_count: { max_change: 0.5 }",
      day: `2026-03-${String(n).padStart(2, "0")}`,
      options: { kind },
    });
    return `${results[0].outcome}: ${results[0].found}`;
  };
  assert.equal(await day(1, 1, "bootstrap"), "passed: 1 rows");
  // One after the other against the median of all before: 10 of 10, 12 of 10 and 12, 16 of …
  for (const [n, to] of [[1, 10], [2, 12], [3, 16], [4, 16], [5, 18]]) {
    assert.equal(await day(n, to), `passed: ${to} rows`);
  }
  // 10 12 16 16 18: the median is 16, of which 25 is 156 %.
  assert.equal(
    await day(6, 25),
    "failed: 25 rows, 56.3 % off the median 16 of 5 before, wanted at most 50 %",
  );
  await pool.script("delete from raw_db.users where user_id > 20");
  rows = 20;
  assert.equal(await day(7, 24), "passed: 24 rows", "what failed does not count: still the five");
  assert.equal(
    await day(8, 26),
    "failed: 26 rows, 62.5 % off the median 16 of 6 before, wanted at most 50 %",
  );
  await pool.script("delete from raw_db.users where user_id > 20");
  rows = 20;
  assert.equal(await day(9, 20), "passed: 20 rows");
  assert.equal(await day(10, 24), "passed: 24 rows");
  // The newest seven are 12 16 16 18 24 20 24, with the median 18; with the 10 before them it would be 17.
  assert.equal(await day(11, 27), "passed: 27 rows");
});

Deno.test("checks see the rows of the batch, of the run, or the whole table", async () => {
  await using pool = await testPool();
  await using first = await testRun(pool, { kind: "bootstrap" });
  await using second = await testRun(pool, { kind: "daily" });
  await pool.script(`
    insert into ops_db.batches values (0, ${first.id}, 'bootstrap', 3), (1, ${second.id}, 'daily', 4)`);
  await pool.script(`
    insert into ops_db.batch_ranges values (0, 'import', 1, 3, 3), (1, 'import', 4, 6, 2), (1, 'live', 5, 5, 1);
    insert into data_lake_db.ratings (rating_id, batch_id, lane, user_id, movie_id, rating, rated_at)
    select i, case when i < 4 then 0 else 1 end, case when i > 4 then 'live' else 'import' end, i, 1, 4, now()
    from generate_series(1, 6) i;
    insert into data_lake_db.rejects values ('import', 2, 0, 'unknown_movie', '{}'), ('live', 5, 1, 'unknown_movie', '{}');
    insert into ops_db.metric_history values (1, 'volume', 'all', 1), (2, 'volume', 'all', 1), (2, 'age', 'all', 1);
    insert into processed_db.movie_features values (1, 6, 24), (2, 0, 0);`);
  const counts = async (batch: number | null, run: number) => {
    const tables = [
      "data_lake_db.ratings",
      "data_lake_db.rejects",
      "ops_db.metric_history",
      "processed_db.movie_features",
    ];
    const asked = JSON.stringify([{ kind: "row_count", columns: [] }]);
    return await Promise.all(
      tables.map(async (table) =>
        (await pool.rows<{ n_rows: number }>("checks/count_broken", [asked, table, batch, run]))[0].n_rows
      ),
    );
  };
  assert.deepEqual(await counts(0, 1), [3, 1, 1, 2]);
  // Ratings 5 and 6 are live, and 6 waits for another batch, although the import range holds its number.
  assert.deepEqual(await counts(1, 2), [2, 1, 2, 2]);
  assert.deepEqual(await counts(null, 2), [0, 0, 2, 2]);
});

Deno.test("checkLines() counts what passed, and shows what did not", async () => {
  await using pool = await testPool();
  await pool.script("insert into raw_db.users (user_id) values (1)");
  const { results } = await checkUsers(pool, {
    lines: `
      - row_count: { min: 1 }
      - not_null: gender
        severity: warn
      - not_null: user_id`,
  });
  assert.deepEqual(checkLines(results), [
    "",
    "Checks    2 passed, 1 warned",
    "warned in look, attempt 1: raw_db.users, not_null: gender: 1 of 1 rows breaks it, none may",
    '  such as {"age":null,"gender":null,"user_id":1,"zip_code":null,"occupation":null}',
  ]);
  assert.deepEqual(checkLines([]), []);
  const run = await pool.row<Run>("ops/latest_run");
  const detail = await readRunDetail(pool, run!);
  assert.deepEqual(detail.checks, results);
  assert.match(runDetailText(detail), /\nChecks {4}2 passed, 1 warned\nwarned in look/);
});
