import assert from "@std/assert";
import fc from "fast-check";
import { type Facts, parseWhen, type When } from "../../../../tasks/runner/manifest/when.ts";

const FACTS: Facts = {
  day: "2026-03-01", // a Sunday
  stages: {
    train: { status: "succeeded", mode: "scratch", is_new: true, examples: 12.5 },
    features: { status: "succeeded", rows_in: 50_000, rows_out: 0 },
    evaluate: { status: "skipped" },
  },
  metrics: { psi: 0.3, prequential_rmse: 0.91, "recall@10": 0.2 },
};

function whenOf(text: string): When {
  const { when, fault } = parseWhen(text);
  if (when === undefined) throw new Error(`${text}: ${fault.message}, wanted ${fault.wanted}`);
  return when;
}

const holds = (text: string) => whenOf(text).evaluate(FACTS);

/** The part of the text that the fault marks, with its nearest name. */
function marked(text: string): [string, string | undefined] {
  const { fault } = parseWhen(text);
  if (fault === undefined) throw new Error(`This condition has no fault: ${text}`);
  assert.ok(fault.start >= 0 && fault.end > fault.start && fault.start <= text.length);
  return [text.slice(fault.start, fault.end), fault.nearest];
}

Deno.test("When.evaluate() compares outputs, rows, metrics and the day", () => {
  for (
    const text of [
      'train.mode == "scratch"',
      "train.mode != 'warm'",
      "features.rows_in > 0",
      "features.rows_out == 0",
      'train.status == "succeeded" and evaluate.status == "skipped"',
      "metrics.psi > 0.25",
      "metrics.prequential_rmse <= 0.91",
      'metrics["recall@10"] == 2e-1 and metrics.recall@10 < 1',
      'day == "2026-03-01"',
      'day >= "2026-03" and day < "2026-04"',
      'day.weekday == "sunday"',
      'day.weekday in ["saturday", "sunday"]',
      "day.day_of_month not in [2, 3, -1]",
      "day.month == 3 && day.year == 2_026",
      "train.is_new",
      "not evaluate.is_new",
      "train.examples > -1",
      "true",
    ]
  ) assert.equal(holds(text), true, text);
  for (const text of ['train.mode == "warm"', "!train.is_new", "not train.is_new", "train.mode", "false"]) {
    assert.equal(holds(text), false, text);
  }
});

Deno.test("When.evaluate() binds or loosest, then and, then not, then comparisons", () => {
  assert.equal(holds("true or false and false"), true);
  assert.equal(holds("(true or false) and false"), false);
  assert.equal(holds("not false and false"), false);
  assert.equal(holds("not (false and false)"), true);
  assert.equal(holds('not train.mode == "warm" || false'), true);
  assert.equal(holds("!train.is_new == false"), true);
});

Deno.test("When.evaluate() takes what a stage did not give for null, and gives null no order", () => {
  for (
    const text of ["evaluate.verdict == null", "train.none != 1", "metrics.none == null", "gone.x == null"]
  ) {
    assert.equal(holds(text), true, text);
  }
  for (
    const text of [
      "evaluate.gain < 1",
      "evaluate.gain >= 0",
      "metrics.none > 0",
      "train.mode < 3",
      "gone.x",
      "train.constructor != null",
      "constructor.toString != null",
      "train.__proto__ != null",
    ]
  ) assert.equal(holds(text), false, text);
});

Deno.test("When.foresee() is null only where what is unknown decides", () => {
  const known = { day: FACTS.day, stages: { evaluate: FACTS.stages.evaluate } };
  const cases: [string, boolean | null][] = [
    ['train.mode == "scratch"', null],
    ['not train.mode == "scratch"', null],
    ['train.mode == "scratch" or day.month == 3', true],
    ['train.mode == "scratch" and day.month == 4', false],
    ['evaluate.verdict == "promoted"', false],
    ["metrics.psi > 0.25", null],
  ];
  for (const [text, wanted] of cases) assert.equal(whenOf(text).foresee(known), wanted, text);
  assert.equal(whenOf("metrics.psi > 0.25").foresee({ ...known, metrics: { psi: 1 } }), true);
});

Deno.test("parseWhen() names the stages that a condition refers to, and where", () => {
  const text = 'train.mode == "day" and (evaluate.gain > 1 or not train.is_new) and day.month == 1';
  const { stages, references, readsMetrics } = whenOf(text);
  assert.deepEqual(stages, ["train", "evaluate"]);
  assert.deepEqual(references.map(({ start, end }) => text.slice(start, end)), [
    "train",
    "evaluate",
    "train",
  ]);
  assert.equal(readsMetrics, false);
  assert.equal(whenOf("not metrics.psi > 1").readsMetrics, true);
});

Deno.test("parseWhen() marks what is wrong, and knows what other languages write", () => {
  const cases: [string, string, string?][] = [
    ['train.mode = "scratch"', "=", "=="],
    ["train.mode === 1", "===", "=="],
    ["train.is_new & true", "&", "and"],
    ["train.is_new andd true", "andd", "and"],
    ['train.mode is "warm"', "is", "=="],
    ['day.weekday == "sonday"', '"sonday"', '"sunday"'],
    ['day.wekday == "sunday"', "wekday", "weekday"],
    ['train.status == "sucess"', '"sucess"'],
    ['train.status == "succeded"', '"succeded"', '"succeeded"'],
    ['day == "2026-3-1"', '"2026-3-1"'],
    ['metrics.psi > "0.25"', '"0.25"'],
    ["metrics.psi", "metrics.psi"],
    ["train", "train"],
    ["day", "day"],
    ["train.mode.length > 1", "length"],
    ["1 < train.examples < 3", "<"],
    ['train.mode == "scratch', '"scratch'],
    ["(train.is_new", ""],
    ["train.is_new)", ")"],
    ["train.x in []", "]"],
    ["train.x in 3", "3"],
    ["train.x ==", ""],
    ["train.", ""],
    ["fetch('x')", "fetch"],
    ["", ""],
    ["  ", " "],
    ["é == 1", "é"],
    ["train.x constructor", "constructor"],
  ];
  for (const [text, part, near] of cases) assert.deepEqual(marked(text), [part, near], text);
  assert.match(parseWhen("!".repeat(2_000)).fault?.message ?? "", /2000 characters/);
});

Deno.test("parseWhen() answers any text, and evaluate() any facts, without a throw", () => {
  const piece = fc.constantFrom(
    ..."( ) [ ] , . ! not and or in == != < <= > >= - 1 2.5 1e999 null true 'a' \"b\" train.mode day metrics.psi evaluate.status day.month x"
      .split(" "),
  );
  const text = fc.oneof(
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(" ")),
    fc.string({ unit: "binary", maxLength: 40 }),
  );
  const facts = fc.record({
    day: fc.oneof(fc.constant("2026-03-01"), fc.string()),
    stages: fc.dictionary(
      fc.constantFrom("train", "evaluate", "x"),
      fc.dictionary(
        fc.constantFrom("mode", "status", "__proto__"),
        fc.constantFrom(null, true, 1, NaN, "a", "succeeded"),
      ),
    ),
    metrics: fc.dictionary(fc.constantFrom("psi"), fc.double()),
  });
  fc.assert(
    fc.property(text, facts, (text, facts) => {
      const { when, fault } = parseWhen(text);
      if (fault) return assert.ok(fault.end > fault.start && fault.start <= text.length, text);
      const told = when.evaluate(facts as Facts);
      assert.equal(typeof told, "boolean");
      // What can be foreseen is what then is so.
      const foreseen = when.foresee({ day: facts.day, stages: {} });
      assert.ok(foreseen === null || foreseen === told, text);
    }),
    { numRuns: 5_000 },
  );
});

Deno.test("parseWhen() reads its longest and deepest texts at once", () => {
  for (const open of ["(", "!", "not ", "!("]) {
    assert.ok(parseWhen(open.repeat(Math.floor(1_000 / open.length))).fault);
  }
  assert.equal(holds(`${"(".repeat(490)}true${")".repeat(490)}`), true);
  assert.equal(holds(`${"!".repeat(990)}true`), true);
  assert.equal(holds(Array.from({ length: 110 }, () => "false").join(" or ")), false);
});

Deno.test("When.foresee() knows of a stage ahead how it ends, and nothing that it gives", () => {
  const foreseen = (text: string) => {
    const { when } = parseWhen(text);
    return when?.foresee({ day: "2026-03-01", stages: {}, ahead: new Set(["train"]) });
  };
  assert.equal(foreseen('train.status == "succeeded"'), true);
  assert.equal(foreseen('train.status == "skipped"'), false);
  assert.equal(foreseen('train.mode == "warm"'), null);
  assert.equal(foreseen('clean.status == "succeeded"'), null);
});
