/** Random rows under random checks: what PostgreSQL and Polars find, a plain account in TypeScript finds. */
import assert from "@std/assert";
import fc from "fast-check";
import clean from "../../tasks/clean.ts";
import ingest from "../../tasks/ingest.ts";
import { judge } from "../../tasks/runner/checks/_verdict.ts";
import type { Check, Question } from "../../tasks/runner/checks/check.ts";
import { CheckError } from "../../tasks/runner/errors.ts";
import { readCheckResults } from "../../tasks/runner/checks/check_results.ts";
import { testRun } from "../support/context.ts";
import { testPool } from "../support/database.ts";
import { addMovies, addSource, post } from "./_archive.ts";
import { assertAccounted, lakeRows } from "./_found.ts";
import { ask } from "./import/_ask.ts";
import { fakeTask } from "./runner/_fake_day.ts";

type Value = string | number | null;
type Found = Readonly<Record<string, Value>>;

/** Does a row, by itself, break it? */
function breaks(check: Question, row: Found): boolean {
  const value = row[check.columns[0]] ?? null;
  if (check.kind === "not_null") return check.columns.some((column) => row[column] === null);
  if (value === null) return false;
  if (check.kind === "between") {
    return check.min !== undefined && value < check.min || check.max !== undefined && value > check.max;
  }
  if (check.kind === "in") return !check.values.includes(value);
  if (check.kind === "matches") return !new RegExp(check.pattern, "u").test(String(value));
  throw new TypeError(`"${check.kind}" is not about one row`);
}

function nBroken(check: Check, rows: readonly Found[]): number {
  if (check.kind === "row_count" || check.kind === "freshness") return 0;
  if (check.kind === "references") {
    const keys = new Set(rows.map((row) => row[check.key]));
    return rows.filter((row) => row[check.columns[0]] !== null && !keys.has(row[check.columns[0]])).length;
  }
  if (check.kind !== "unique") return rows.filter((row) => breaks(check, row)).length;
  const whole = rows.filter((row) => check.columns.every((column) => row[column] !== null));
  return whole.length -
    new Set(whole.map((row) => JSON.stringify(check.columns.map((name) => row[name])))).size;
}

const few = fc.integer({ min: 0, max: 6 });
const letter = fc.constantFrom("", "a", "ab", "b", "'", "\\", "é", "a\nb", "NULL", "null", "{}", '"');
const numbers = fc.constant("age");
const texts = fc.constantFrom("gender", "zip_code", "occupation");
const limits = fc.tuple(fc.integer({ min: -1, max: 7 }), fc.nat(5));

const userQuestion: fc.Arbitrary<Question> = fc.oneof(
  fc.subarray(["age", "gender", "zip_code"], { minLength: 1 }).map((columns) => ({
    kind: "not_null" as const,
    columns,
  })),
  fc.tuple(numbers, limits, fc.nat(2)).map(([column, [min, more], side]) => ({
    kind: "between" as const,
    columns: [column],
    min: side === 1 ? undefined : min,
    max: side === 2 ? undefined : min + more,
  })),
  fc.tuple(texts, fc.array(letter, { minLength: 1, maxLength: 3 }))
    .map(([column, values]) => ({ kind: "in" as const, columns: [column], values })),
  fc.tuple(numbers, fc.array(few, { minLength: 1, maxLength: 3 }))
    .map(([column, values]) => ({ kind: "in" as const, columns: [column], values })),
  fc.tuple(texts, fc.constantFrom("^a", "b$", "^$", "\\\\", "'", "^[^b]*$", "^\\S+$", "(?:é|a){1,2}"))
    .map(([column, pattern]) => ({ kind: "matches" as const, columns: [column], pattern })),
  fc.subarray(["age", "gender", "occupation"], { minLength: 1 }).map((columns) => ({
    kind: "unique" as const,
    columns,
  })),
  fc.record({ kind: fc.constant("row_count" as const), columns: fc.constant([]), min: few, max: fc.nat(20) }),
  fc.tuple(numbers, fc.constantFrom("user_id", "age"))
    .map(([column, key]) => ({
      kind: "references" as const,
      columns: [column],
      in: "raw_db.users" as const,
      key,
    })),
);

const asCheck = (
  question: fc.Arbitrary<Question>,
  parts: Pick<Check, "table" | "onFail">,
): fc.Arbitrary<Check> =>
  fc.record({
    question,
    severity: fc.constantFrom("error" as const, "warn" as const),
    mostly: parts.onFail === "quarantine" ? fc.constant(0) : fc.constantFrom(0.25, 0.5, 0.9, 1),
  }).map(({ question, ...rest }) => ({ ...question, ...rest, ...parts, text: JSON.stringify(question) }));

const user = fc.record({
  age: fc.option(few),
  gender: fc.option(letter),
  occupation: fc.option(letter),
  zip_code: fc.option(letter),
});

Deno.test("checks find in SQL what a row-by-row account finds", async () => {
  const check = asCheck(userQuestion, { table: "raw_db.users", onFail: "fail" });
  const scenario = fc.tuple(
    fc.array(user, { maxLength: 12 }),
    fc.array(check, { minLength: 1, maxLength: 8 }),
  );
  await using pool = await testPool();
  let day = 0;
  const property = fc.asyncProperty(scenario, async ([users, checks]) => {
    const rows: Found[] = users.map((row, i) => ({ user_id: i, ...row }));
    const values = JSON.stringify(rows).replaceAll("'", "''");
    await pool.script(`delete from raw_db.users; insert into raw_db.users
      select * from jsonb_populate_recordset(null::raw_db.users, '${values}')`);
    await using run = await testRun(pool, {
      kind: "daily",
      day: new Date(Date.UTC(2026, 0, ++day)).toISOString().slice(0, 10),
      checks,
    });
    const failed = await run.stage("look", fakeTask()).then(() => false, (error) => {
      if (error instanceof CheckError) return true;
      throw error;
    });
    const expected = checks.map((check) => {
      const counted = { n_rows: rows.length, n_broken: nBroken(check, rows), newest: null, examples: [] };
      const { outcome, n_broken, share } = judge(check, counted, { startedAt: 0 });
      return { kind: check.kind, n_broken, share, outcome };
    });
    const results = await readCheckResults(pool, { run_id: run.id });
    assert.deepEqual(
      results.map(({ kind, n_broken, share, outcome }) => ({ kind, n_broken, share, outcome })),
      expected,
    );
    assert.equal(failed, expected.some(({ outcome }) => outcome === "failed"));
  });
  await fc.assert(property, { numRuns: 60 });
});

const START = "2024-02-29T12:00:0";
const rating = fc.record({
  user: fc.integer({ min: 1, max: 3 }),
  movie: fc.constantFrom(1, 2, 3, 9),
  rating: fc.constantFrom(0.5, 2, 3.5, 5, 7),
  at: fc.integer({ min: 0, max: 5 }).map((s) => `${START}${s}.000Z`),
});
const ratingQuestion: fc.Arbitrary<Question> = fc.oneof(
  fc.constant({ kind: "not_null" as const, columns: ["user_id", "rated_at"] }),
  fc.tuple(fc.constantFrom("user_id", "movie_id", "rating"), limits)
    .map(([column, [min, more]]) => ({ kind: "between" as const, columns: [column], min, max: min + more })),
  fc.tuple(fc.constantFrom("min", "max"), fc.nat(5))
    .map(([side, s]) => ({ kind: "between" as const, columns: ["rated_at"], [side]: `${START}${s}.000Z` })),
  fc.tuple(
    fc.constantFrom("user_id", "rating"),
    fc.uniqueArray(fc.constantFrom(1, 2, 3, 3.5, 5), { minLength: 1 }),
  )
    .map(([column, values]) => ({ kind: "in" as const, columns: [column], values })),
  fc.constantFrom("import", "live").map((lane) => ({
    kind: "in" as const,
    columns: ["lane"],
    values: [lane],
  })),
  fc.constantFrom("^im", "e$", "^.{4}$").map((pattern) => ({
    kind: "matches" as const,
    columns: ["lane"],
    pattern,
  })),
);

Deno.test("quarantine sets aside in Polars what a row-by-row account does, and no row is lost", async () => {
  const check = asCheck(ratingQuestion, { table: "data_lake_db.ratings", onFail: "quarantine" });
  const scenario = fc.tuple(
    fc.array(rating, { minLength: 1, maxLength: 12 }),
    fc.array(rating, { maxLength: 6 }),
    fc.uniqueArray(check, { minLength: 1, maxLength: 4, selector: ({ text }) => text }),
  );
  const property = fc.asyncProperty(scenario, async ([imported, live, checks]) => {
    await using pool = await testPool();
    await addMovies(pool);
    await addSource(pool, imported);
    await post(pool, live);
    const settings = { batch: { size: 100, atMost: 1 } };
    await using run = await testRun(pool, { kind: "daily", settings });
    await run.stage("ingest", ingest);
    await using checked = await testRun(pool, { kind: "daily", day: "2026-03-02", settings, checks });
    await checked.stage("clean", clean);
    await assertAccounted(pool);
    const sound = [...imported, ...live].map((row, i): Found => ({
      rating_id: i + 1,
      lane: i < imported.length ? "import" : "live",
      user_id: row.user,
      movie_id: row.movie,
      rating: row.rating,
      rated_at: row.at,
    })).filter(({ movie_id, rating }) => movie_id !== 9 && rating !== 7);
    const expected = sound.flatMap((row) => {
      const first = checks.find((check) => breaks(check, row));
      return first === undefined ? [] : [[String(row.rating_id), first.text]];
    });
    assert.deepEqual(
      await ask(
        pool.url,
        "select raw_id, detail from data_lake_db.rejects where reason = 'failed_check' order by 1",
      ),
      expected,
    );
    const aside = new Set(expected.map(([id]) => id));
    const kept = new Map(
      sound.filter(({ rating_id }) => !aside.has(String(rating_id)))
        .map((row) => [[row.user_id, row.movie_id, row.rating, row.rated_at].join(), row]),
    );
    assert.equal((await lakeRows(pool)).length, kept.size);
    const results = await readCheckResults(pool, { run_id: checked.id });
    assert.deepEqual(
      results.map(({ n_rows, n_broken }) => [n_rows, n_broken]),
      checks.map(({ text }) => [sound.length, expected.filter(([, first]) => first === text).length]),
    );
  });
  await fc.assert(property, { numRuns: 10 });
});
