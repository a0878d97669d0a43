/** Whatever people type into a manifest: it is read as it stands, or told where it is wrong. */
import assert from "@std/assert";
import { stringify } from "@std/yaml";
import fc from "fast-check";
import { type Located, readYaml } from "../../../../tasks/runner/manifest/_yaml.ts";
import { parseManifest } from "../../../../tasks/runner/manifest/manifest.ts";
import {
  formatManifestErrors,
  type ManifestError,
} from "../../../../tasks/runner/manifest/manifest_error.ts";
import { plan } from "../../../../tasks/runner/plan/plan.ts";
import { DAY, planState } from "../_fake_day.ts";

const DEFAULT = Deno.readTextFileSync(new URL("../../../../pipeline.yaml", import.meta.url));

/** Every kind of key, none with its default value, so that no change of it can go unseen. */
const RICH = `name: nightly
seed: 7
source: ./ratings
env: { SIZE: 123 }
concurrency: 3
schedule:
  - { cron: "30 4 * * *", timezone: Asia/Kolkata, catch_up: all, overlap: skip }
  - { name: weekly, cron: "0 5 * * 0", only: [monitor] }
sla: { ready_by: "06:30", max_duration: 3h }
notify: [{ on: [failed, late], webhook: "https://example.org/x" }, { on: drift, command: [notify-send, drift] }]
batch:
  size: \${env.SIZE}
  at_most: 0.5
bootstrap: { ratings: 1_000, at_most: 0.25 }
holdout_days: 3
stages:
  - task: ingest
    retry: &patient { attempts: 3, backoff: 1m, max: 1h, jitter: 0.5, on: [timeout, database] }
  - task: clean
    params: { chunk: 1_234 }
    checks:
      - { not_null: rating, severity: warn }
      - { between: { column: rating, min: 0.5, max: 4.5 }, on_fail: quarantine }
      - { row_count: { min: 10, max_change: 0.75 }, severity: warn }
  - { task: features, needs: [clean] }
  - task: train
    env: { MODE: scratch }
    params: { model: als, mode: "\${env.MODE}", retrain_every: 9d, hidden: [3], adam: { learning_rate: 0.5 } }
    when: day.weekday == "sunday" or features.rows_in > 1_000
    timeout: 2h30m
    retry: { <<: *patient, attempts: 2 }
  - { task: train, as: second, enabled: false, needs: [features, clean], params: { hidden: [5, 6] } }
  - { task: monitor, needs: [train, second], when: 'train.status == "succeeded" and metrics.psi > 0.25' }
`;

const parse = (text: string) => parseManifest(text, { file: "pipeline.yaml", tasks: DAY });

/** What every answer must be: a plan, or errors that point into the file and can be printed. */
function checkAnswer(text: string) {
  const { manifest, errors = [] } = parse(text);
  const planned = manifest && plan(manifest, DAY, planState());
  const told = planned?.errors ?? errors;
  if (planned?.stages) return assert.equal(planned.stages.length, manifest?.stages.length);
  checkErrors(told, text);
}

function checkErrors(errors: readonly ManifestError[], text: string) {
  assert.ok(errors.length > 0);
  const lines = text.split("\n");
  for (const { line, column, length } of errors) {
    assert.ok(line >= 1 && line <= lines.length, `line ${line} of ${lines.length}`);
    const { length: width } = lines[line - 1];
    assert.ok(column >= 1 && column <= width + 1, `column ${column} of ${width}`);
    assert.ok(
      length >= 1 && column - 1 + length <= Math.max(width, column),
      `length ${length} at ${column} of ${width}`,
    );
  }
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(formatManifestErrors(errors, text), /[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
}

Deno.test("parseManifest() answers every edit with what can be planned, or an error in the file", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(DEFAULT, RICH),
      fc.array(edit, { minLength: 1, maxLength: 6 }),
      (base, edits) => {
        checkAnswer(edits.reduce((text, { change, at, piece }) => change(text, { at, piece }), base));
      },
    ),
    { numRuns: 1_500 },
  );
});

/** The manifest without the places it stands at; of conditions, the text. */
const meaning = (text: string) => {
  const { manifest } = parse(text);
  if (manifest === undefined) return undefined;
  return JSON.stringify({
    ...manifest,
    stages: manifest.stages.map((stage) => ({ ...stage, at: undefined })),
  });
};

interface Part {
  /** Of a key: its name, and where its value ends. */
  key?: string;
  last?: number;
  start: number;
  end: number;
}

/** Every key and every scalar of a text, with its place. */
function* parts({ children, source, span }: Located): Generator<Part> {
  if (source !== undefined) yield span;
  for (const [step, { key, node }] of children) {
    if (key) yield { key: String(step), last: node.span.end, ...key };
    yield* parts(node);
  }
}

const PARTS = [...new Map([...parts(readYaml(RICH).root!)].map((part) => [part.start, part])).values()];
const KEYS = PARTS.filter(({ key }) => key !== undefined);
const SCALARS = PARTS.filter(({ key }) => key === undefined);
const changed = (text: string, { start, end }: { start: number; end: number }, piece: string) =>
  text.slice(0, start) + piece + text.slice(end);

Deno.test("parseManifest() reads the manifest that the tests below change", () => {
  const { errors = [] } = parse(RICH);
  assert.equal(formatManifestErrors(errors, RICH), "");
  assert.ok(KEYS.length > 60 && SCALARS.length > 60, `${KEYS.length} keys, ${SCALARS.length} scalars`);
});

Deno.test("parseManifest() tells of every key that is misspelled, at its place", () => {
  for (const { key, ...place } of KEYS) {
    for (const piece of [`${key}x`, `x${key}`, `${key}_${key}`, key!.slice(1) + key![0]]) {
      const text = changed(RICH, place, piece);
      const { errors = [] } = parse(text);
      const line = RICH.slice(0, place.start).split("\n").length;
      // What refers to a variable tells that it is gone: its own name is nobody's.
      const isVariable = key === "SIZE" || key === "MODE";
      const isTold = errors.some((error) => error.line === line) || isVariable && errors.length > 0;
      assert.ok(isTold || isVariable && meaning(text) !== meaning(RICH), `${key} as ${piece}`);
    }
  }
});

Deno.test("parseManifest() reads no changed value as the old one", () => {
  const before = meaning(RICH);
  const values = [
    "zz",
    "-1",
    "0.123",
    "43_21",
    "1e400",
    "0x1F",
    "null",
    "true",
    "9".repeat(400),
    "[1]",
    "{ a: 1 }",
    '"\\0"',
  ];
  for (const place of SCALARS) {
    for (const value of values) {
      assert.notEqual(
        meaning(changed(RICH, place, value)),
        before,
        `${RICH.slice(place.start, place.end)} as ${value}`,
      );
    }
  }
});

Deno.test("parseManifest() reads no manifest that lost a key as the old one", () => {
  const before = meaning(RICH);
  for (const { key, start, last = start } of KEYS) {
    const after = RICH.slice(last).replace(/^, /, "");
    assert.notEqual(meaning(RICH.slice(0, start) + after), before, `without ${key}`);
  }
});

Deno.test("parseManifest() reads no manifest that lost or doubled a line as the old one", () => {
  const before = meaning(RICH);
  const lines = RICH.trimEnd().split("\n");
  for (const [i, line] of lines.entries()) {
    assert.notEqual(meaning(lines.toSpliced(i, 1).join("\n")), before, `without ${line}`);
    assert.notEqual(meaning(lines.toSpliced(i, 0, line).join("\n")), before, `twice ${line}`);
  }
});

Deno.test("parseManifest() takes moments for its longest, deepest and most tangled texts", () => {
  const many = (n: number, of: (i: number) => string, between = "\n") =>
    Array.from({ length: n }, (_, i) => of(i)).join(between);
  const texts = [
    "[".repeat(60_000),
    `a: ${"[".repeat(20_000)}${"]".repeat(20_000)}`,
    `stages: [{ task: train, params: ${"{ a: ".repeat(3_000)}1${" }".repeat(3_000)} }]`,
    many(300, (i) => `${" ".repeat(i)}a:`),
    `a: &a 1\n${many(5_000, (i) => `a${i}: *a`)}`,
    `a: &a { b: 1 }\nc:\n${many(1_000, (i) => `  - { <<: *a, k${i}: 1 }`)}`,
    `stages:\n${many(3_000, () => "- { task: clean }")}`,
    `stages:\n${many(1_500, (i) => `- { task: clean, as: s${i}, needs: [s${i + 1}] }`)}`,
    `stages:\n${many(1_000, (i) => `- { task: clean, as: s${i}, when: s0.x == 1 }`)}`,
    `env: { A: "${"x".repeat(1_000)}" }\nname: "${"${env.A}".repeat(5_000)}"`,
    many(2_000, (i) => `k${i}: 1`),
  ];
  for (const text of texts) checkAnswer(text);
});

Deno.test("parseManifest() answers any text, and any value under any key", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), checkAnswer), { numRuns: 300 });
  const key = fc.constantFrom(
    ..."name seed source env concurrency schedule sla notify batch holdout_days serving stages".split(" "),
  );
  const stageKey = fc.constantFrom(
    ..."task as enabled needs when params env checks timeout retry".split(" "),
  );
  const stage = fc.dictionary(
    fc.oneof(stageKey, fc.string()),
    fc.oneof(fc.constantFrom("train", "10s"), fc.jsonValue()),
  );
  const value = fc.oneof(fc.jsonValue(), fc.array(fc.oneof(stage, fc.jsonValue())));
  fc.assert(
    fc.property(fc.dictionary(fc.oneof(key, fc.string()), value), (manifest) => {
      checkAnswer(stringify(manifest));
    }),
    { numRuns: 300 },
  );
});

type Change = (text: string, edit: { at: number; piece: string }) => string;

/** `at` in [0, 1) is a place in the text, or a line of it. */
const changes: Record<string, Change> = {
  insert: (text, { at, piece }) => splice(text, at, [0, piece]),
  remove: (text, { at, piece }) => splice(text, at, [piece.length, ""]),
  replace: (text, { at, piece }) => splice(text, at, [piece.length, piece]),
  swapLines: (text, { at, piece }) => {
    const lines = text.split("\n");
    const [a, b] = [
      Math.floor(at * lines.length),
      (Math.floor(at * lines.length) + piece.length) % lines.length,
    ];
    [lines[a], lines[b]] = [lines[b], lines[a]];
    return lines.join("\n");
  },
  repeatLine: (text, { at }) => {
    const lines = text.split("\n");
    const line = Math.floor(at * lines.length);
    return lines.toSpliced(line, 0, lines[line]).join("\n");
  },
};

function splice(text: string, at: number, [removed, piece]: [number, string]): string {
  const start = Math.floor(at * text.length);
  return text.slice(0, start) + piece + text.slice(start + removed);
}

const edit = fc.record({
  change: fc.constantFrom(...Object.values(changes)),
  at: fc.double({ min: 0, max: 0.999_999, noNaN: true }),
  piece: fc.oneof(
    fc.string({ minLength: 1, maxLength: 3 }),
    fc.constantFrom(
      ..."\t\n\r:-#&*!|>'\"%@`{}[],?0~é\u{1f3ac}\0\u001b",
      "  ",
      "- ",
      ": ",
      "<<: ",
      "*a",
      "&a ",
      "---\n",
      "!!map ",
    ),
  ),
});
