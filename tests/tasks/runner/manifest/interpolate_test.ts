/** ${env.NAME} and ${day} in a manifest, and what must never be told of them. */
import assert from "@std/assert";
import { z } from "zod";
import { type Manifest, parseManifest } from "../../../../tasks/runner/manifest/manifest.ts";
import { formatManifestErrors } from "../../../../tasks/runner/manifest/manifest_error.ts";
import { DAY, fakeTask } from "../_fake_day.ts";

const free = fakeTask({
  params: z.object({ out: z.unknown().optional(), list: z.array(z.string()).default([]) }),
});
const tasks = { ...DAY, free };

const parse = (text: string, env: Record<string, string> = {}, day?: string) =>
  parseManifest(text, { file: "pipeline.yaml", tasks, env: (name) => env[name], day });

function read(text: string, env?: Record<string, string>, day?: string): Manifest {
  const { manifest, errors } = parse(text, env, day);
  if (manifest === undefined) throw new Error(formatManifestErrors(errors, text));
  return manifest;
}

/** Of each error: what it marks, its message, and the name it takes for meant. */
function faultsOf(text: string, env?: Record<string, string>): [string, string, string | undefined][] {
  const lines = text.split("\n");
  return (parse(text, env).errors ?? []).map(({ line, column, length, message, nearest }) => {
    return [lines[line - 1].slice(column - 1, column - 1 + length), message, nearest];
  });
}

/** The parameter `out` of the one stage of a manifest that writes it as `text`. */
const outOf = (text: string, env?: Record<string, string>, day?: string) =>
  (read(`stages:\n- task: free\n  params:\n    out: ${text}\n`, env, day).stages[0].params as {
    out: unknown;
  }).out;

Deno.test("parseManifest() puts variables and the day in the place of references", () => {
  assert.equal(outOf('"${env.A}/${day}/x"', { A: "/data" }, "2026-03-01"), "/data/2026-03-01/x");
  assert.equal(outOf("${env.A}-${ env.B }", { A: "1", B: "2" }), "1-2");
  assert.deepEqual(outOf('[a, "${env.A}"]', { A: "b" }), ["a", "b"]);
  assert.equal(outOf("$${env.A} $$ $ {", {}), "${env.A} $$ $ {");
  assert.equal(outOf("'${env.A}'", { A: "${env.A}" }), "${env.A}");
});

Deno.test("parseManifest() reads a plain value that is one variable as YAML, and a quoted one as text", () => {
  const cases: [string, string, unknown][] = [
    ["${env.A}", "50_000", 50_000],
    ["${env.A}", "0.5", 0.5],
    ["${env.A}", "true", true],
    ["${env.A}", "null", null],
    ["${env.A}", "", ""],
    ["${env.A}", "[1, 2]", "[1, 2]"],
    ["${env.A}", "a: b", "a: b"],
    ["${env.A}", "# no comment", "# no comment"],
    ["${env.A}", "&x 1", "&x 1"],
    ["${env.A}", "!!int 1", "!!int 1"],
    ["${env.A}", " 1", " 1"],
    ['"${env.A}"', "50_000", "50_000"],
    ["'${env.A}'", "true", "true"],
    ["${env.A}s", "30", "30s"],
  ];
  for (const [text, value, wanted] of cases) assert.deepEqual(outOf(text, { A: value }), wanted, value);
  assert.equal(read("batch:\n  size: ${env.SIZE}\nstages: [{ task: free }]", { SIZE: "7" }).batch.size, 7);
});

Deno.test("parseManifest() takes the process's variable before the stage's, and that before the manifest's", () => {
  const text =
    'env: { A: whole, B: whole, N: 1_0 }\nstages:\n- task: free\n  env: { A: stage, C: "${env.B}!" }\n' +
    '  params:\n    list: ["${env.A}", "${env.B}", "${env.C}", "${env.N}"]\n';
  const listOf = (env: Record<string, string>) =>
    (read(text, env).stages[0].params as { list: string[] }).list;
  assert.deepEqual(listOf({}), ["stage", "whole", "whole!", "1_0"]);
  assert.deepEqual(listOf({ A: "process", B: "p" }), ["process", "p", "p!", "1_0"]);
  assert.deepEqual(
    faultsOf("env: { A: 1 }\nstages: [{ task: free, env: { B: 1 } }, { task: clean }]\nsource: ${env.B}"),
    [
      ["${env.B}", 'Cannot fill in ${env.B} as no variable "B" is set', undefined],
    ],
  );
});

Deno.test("parseManifest() marks the reference itself, and knows what was meant", () => {
  const env = { DATA_DIR: "/data" };
  const at = (text: string) => `env: { LIMIT: 1 }\nstages:\n- task: free\n  params: { out: "a ${text} b" }\n`;
  const cases: [string, string, string?][] = [
    ["${env.LIMTI}", "${env.LIMTI}", "${env.LIMIT}"],
    ["${env.GONE}", "${env.GONE}"],
    ["${dya}", "${dya}", "${day}"],
    ["${ENV.LIMIT}", "${ENV.LIMIT}", "${env.LIMIT}"],
    ["${DATA_DIR}", "${DATA_DIR}", "${env.DATA_DIR}"],
    ["${env.}", "${env.}"],
    ["${}", "${}"],
    ["${env.A-B}", "${env.A-B}"],
    ["${env.A", "${"],
  ];
  for (const [text, marked, nearest] of cases) {
    assert.deepEqual(faultsOf(at(text), env).map(([at, , near]) => [at, near]), [[marked, nearest]], text);
  }
});

Deno.test("parseManifest() tells only the missing variable, not what its place would have needed", () => {
  const text = "batch:\n  size: ${env.SIZE}\nstages: [{ task: free }]";
  assert.deepEqual(faultsOf(text).map(([marked]) => marked), ["${env.SIZE}"]);
});

Deno.test("parseManifest() refuses the day where a value must hold for every day", () => {
  for (
    const line of [
      'source: "/data/${day}"',
      'name: "${day}"',
      'schedule: { cron: "${day}" }',
      'env: { A: "${day}" }',
    ]
  ) {
    assert.deepEqual(
      faultsOf(`${line}\nstages: [{ task: free }]`).map(([marked]) => marked),
      ["${day}"],
      line,
    );
  }
  for (const part of ['as: "${day}"', 'timeout: "${day}"', 'env: { A: "${day}" }']) {
    assert.deepEqual(
      faultsOf(`stages: [{ task: free, ${part} }]`).map(([marked]) => marked),
      ["${day}"],
      part,
    );
  }
  assert.deepEqual(faultsOf('stages: [{ task: free }, { task: clean, when: \'"${day}" > "2026"\' }]'), []);
});

Deno.test("parseManifest() never shows what a variable holds", () => {
  const env = { SECRET: "hunter2" };
  const text =
    'batch:\n  size: ${env.SECRET}\nnotify: [{ on: failed, webhook: "${env.SECRET}" }]\nconcurrency: ${env.NUMBER}\n' +
    "stages:\n- task: free\n- task: train\n  timeout: ${env.SECRET}\n  params:\n    mode: ${env.SECRET}\n";
  const { errors = [] } = parse(text, { ...env, NUMBER: "31415" });
  const shown = formatManifestErrors(errors, text);
  assert.equal(errors.length, 5);
  assert.doesNotMatch(shown, /hunter2|31415/);
  const when = `stages: [{ task: free }, { task: clean, when: '"\${env.SECRET}" == "hunter2"' }]`;
  const [, { when: condition }] = read(when, env).stages;
  assert.equal(condition?.text, '"${env.SECRET}" == "hunter2"');
  assert.equal(condition?.evaluate({ day: "2026-03-01", stages: {}, metrics: {} }), true);
  assert.match(shown, /Cannot read what "\$\{env.SECRET\}" stands for as timeout of stage "train"/);
});

Deno.test("parseManifest() wants quotes for a variable between brackets, and for a number that is a text", () => {
  assert.deepEqual(faultsOf("batch: { size: ${env.SIZE} }\nstages: [{ task: free }]"), [
    ["${env.SIZE}", "Cannot read ${env.SIZE} without quotes between { } or [ ]", undefined],
  ]);
  assert.deepEqual(
    faultsOf("name: x\nsource: ${env.A}\nstages: [{ task: free }]", { A: "100" }).map(([, , near]) => near),
    [
      '"${env.A}"',
    ],
  );
});

Deno.test("parseManifest() takes over maps by <<, whose own keys stand first, and tells their faults once", () => {
  const text = "stages:\n- &first { task: free, retry: &slow { attempts: 3, backoff: 1m }, timeout: 5m }\n" +
    "- <<: *first\n  as: second\n  timeout: 9m\n- { task: train, retry: { <<: *slow, attempts: 2 } }\n" +
    "- { <<: [{ timeout: 1m }, *first], as: fourth }\n";
  const found = read(text).stages.map((
    { as, timeout, retry: { attempts, backoff } },
  ) => [as, timeout, attempts, backoff]);
  assert.deepEqual(found, [
    ["free", 300_000, 3, 60_000],
    ["second", 540_000, 3, 60_000],
    ["train", undefined, 2, 60_000],
    ["fourth", 60_000, 3, 60_000],
  ]);
  assert.deepEqual(faultsOf(text.replace("attempts: 3", "attemps: 3")).map(([marked]) => marked), [
    "attemps",
  ]);
  assert.deepEqual(faultsOf("stages:\n- { task: free, <<: 3 }")[0].slice(0, 2), [
    "3",
    'Cannot take over with "<<" what is no map',
  ]);
});
