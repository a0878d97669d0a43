import assert from "@std/assert";
import { type Counted, judge } from "../../../../tasks/runner/checks/_verdict.ts";
import type { Check } from "../../../../tasks/runner/checks/check.ts";
import { checksFrom } from "../../_checks.ts";

const START = Date.parse("2026-03-01T02:00:00Z");
const counted = (parts: Partial<Counted>): Counted => ({
  n_rows: 100,
  n_broken: 0,
  newest: null,
  examples: [],
  ...parts,
});
const one = (line: string): Check => checksFrom(line)[0];
const outcome = (line: string, parts: Partial<Counted>) =>
  judge(one(line), counted(parts), { startedAt: START }).outcome;

Deno.test("judge() lets a share hold that is exactly what mostly asks for", () => {
  // Each k of n is its nearest double, and so is the share as people write it.
  for (const [n, broken, mostly] of [[100, 1, 0.99], [10, 1, 0.9], [3, 0, 1], [1000, 930, 0.07], [7, 0, 1]]) {
    const check = { ...one("- not_null: user_id"), mostly };
    const at = (n_broken: number) =>
      judge(check, counted({ n_rows: n, n_broken }), { startedAt: START }).outcome;
    assert.deepEqual([at(broken), at(broken + 1)], ["passed", "failed"], `${broken} of ${n} at ${mostly}`);
  }
});

Deno.test("judge() holds row checks of no rows, and leaves those to row_count", () => {
  assert.equal(outcome("- not_null: user_id", { n_rows: 0 }), "passed");
  assert.equal(outcome("- freshness: { column: rated_at, within: 1d }", { n_rows: 0 }), "passed");
  assert.equal(outcome("- row_count: { min: 1 }", { n_rows: 0 }), "failed");
});

Deno.test("judge() by severity and on_fail", () => {
  const line = (severity: string, on_fail: string, mostly: string) =>
    `- not_null: rating\n  severity: ${severity}\n  on_fail: ${on_fail}${mostly && `\n  mostly: ${mostly}`}`;
  const found = (["error", "warn"] as const).flatMap((severity) =>
    ["fail", "quarantine"].flatMap((onFail) =>
      ["", "0.9"].map((mostly) =>
        [0, 10, 11].map((n_broken) => outcome(line(severity, onFail, mostly), { n_broken })).join(" ")
      )
    )
  );
  assert.deepEqual(found, [
    "passed failed failed", // error, fail
    "passed passed failed", // … mostly 0.9
    "passed quarantined quarantined", // error, quarantine: as many as there are
    "passed quarantined failed", // … mostly 0.9
    "passed warned warned",
    "passed passed warned",
    "passed quarantined quarantined",
    "passed quarantined warned",
  ]);
});

Deno.test("judge() row_count by its limits, and by the change against the median", () => {
  const check = one("- row_count: { min: 10, max: 200, max_change: 0.5 }");
  const found = (n_rows: number, median: number | null) => {
    const { outcome, found } = judge(check, counted({ n_rows }), {
      startedAt: START,
      before: { median, n: 7 },
    });
    return `${outcome}: ${found}`;
  };
  assert.deepEqual(
    [
      found(100, null),
      found(50, 100),
      found(150, 100),
      found(49, 100),
      found(151, 100),
      found(9, 9),
      found(201, 0),
    ],
    [
      "passed: 100 rows",
      "passed: 50 rows",
      "passed: 150 rows",
      "failed: 49 rows, 51 % off the median 100 of 7 before, wanted at most 50 %",
      "failed: 151 rows, 51 % off the median 100 of 7 before, wanted at most 50 %",
      "failed: 9 rows, wanted at least 10",
      "failed: 201 rows, wanted at most 200, after the median 0 of 7 before, wanted at most 50 %",
    ],
  );
});

Deno.test("judge() freshness by the age of the newest value at the run's start", () => {
  const check = one("- freshness: { column: rated_at, within: 1d }");
  const found = (newest: number) => {
    const { outcome, found } = judge(check, counted({ newest }), { startedAt: START });
    return `${outcome}: ${found}`;
  };
  const seconds = START / 1000;
  assert.deepEqual([
    found(seconds - 86_400),
    found(seconds - 86_401),
    found(seconds + 60),
    found(Infinity),
    found(-Infinity),
  ], [
    "passed: the newest is 2026-02-28T02:00:00, 1d before the run's start",
    "failed: the newest is 2026-02-28T01:59:59, 1d1s before the run's start, wanted at most 1d",
    "passed: the newest is 2026-03-01T02:00:00".replace("02:00:00", "02:01:00") +
    ", 1m after the run's start",
    "passed: the newest is infinity",
    "failed: the newest is -infinity",
  ]);
});

Deno.test("judge() says in words how many break it and how many may", () => {
  const found = (line: string, n_broken: number) =>
    judge(one(line), counted({ n_broken }), { startedAt: START }).found;
  assert.equal(found("- not_null: rating", 1), "1 of 100 rows breaks it, none may");
  assert.equal(found("- not_null: rating\n  mostly: 0.99", 3), "3 of 100 rows break it, at most 1 % may");
  assert.equal(found("- not_null: rating\n  on_fail: quarantine", 3), "3 of 100 rows break it");
});
