import assert from "@std/assert";
import { Ajv } from "ajv";
import fc from "fast-check";
import { readYaml } from "../../../../tasks/runner/manifest/_yaml.ts";
import type { World } from "../../../../tasks/runner/cli/command.ts";
import { schema } from "../../../../tasks/runner/cli/commands/schema.ts";
import { parseManifest } from "../../../../tasks/runner/manifest/manifest.ts";
import { loadTasks } from "../../../../tasks/runner/registry.ts";
import { manifestJsonSchema, SCHEMA_FILE } from "../../../../tasks/runner/manifest/schema.ts";

const read = (path: string) => Deno.readTextFileSync(new URL(`../../../../${path}`, import.meta.url));

const tasks = await loadTasks();
const validate = new Ajv({
  allErrors: true,
  strict: true,
  strictRequired: false,
  allowUnionTypes: true,
  formats: { uri: true },
})
  .compile(manifestJsonSchema(tasks));

/** What an editor would underline: the places that do not fit the schema. */
function misfitsOf(value: unknown): string[] {
  validate(value);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const valueOf = (text: string) => readYaml(text).root?.value;

Deno.test("deno task schema --write keeps what the schemas say now", () => {
  const wanted = `${JSON.stringify(manifestJsonSchema(tasks), null, 2)}\n`;
  assert.equal(Deno.readTextFileSync(SCHEMA_FILE), wanted, "next: deno task schema --write");
});

Deno.test("deno task schema prints the schema as JSON, and writes nothing", async () => {
  let printed = "";
  const options = { words: [], switches: new Set<string>(), values: {} };
  const world = { out: (text: string) => void (printed += text) };
  assert.equal(await schema.run(options, world as unknown as World), 0);
  assert.deepEqual(JSON.parse(printed), manifestJsonSchema(tasks));
});

Deno.test("manifestJsonSchema() takes the default manifest, which refers to it, and every manifest of the README", () => {
  const text = read("pipeline.yaml");
  assert.ok(text.startsWith("# yaml-language-server: $schema=tasks/runner/pipeline.schema.json\n"));
  assert.deepEqual(misfitsOf(valueOf(text)), []);
  const examples = [...read("README.md").matchAll(/^```yaml\n(.*?)^```/gms)].map(([, yaml]) => yaml);
  for (const example of examples) {
    const whole = /^stages:/m.test(example) ? example : `${example}\nstages: [{ task: ingest }]\n`;
    assert.deepEqual(misfitsOf(valueOf(whole)), [], example);
  }
});

Deno.test("manifestJsonSchema() refuses what parseManifest() refuses: keys, types, values, parameters of each task", () => {
  const wrong: [string, RegExp][] = [
    ["sead: 1\nstages: [{ task: ingest }]", /^ must NOT have additional properties/],
    ["batch: { size: 0 }\nstages: [{ task: ingest }]", /^\/batch\/size must be >= 1/],
    ["stages: [{ task: ingest, params: { chunk: 1 } }]", /^\/stages\/0\/params must NOT have/],
    ["stages: [{ task: clean, params: { chunk: x } }]", /^\/stages\/0\/params\/chunk must be/],
    ["stages: [{ task: ingset }]", /^\/stages\/0\/task must be equal/],
    [
      "stages: [{ task: train, params: { config: { epoch: 3 } } }]",
      /^\/stages\/0\/params\/config must NOT have/,
    ],
    ["stages: [{ task: train, params: { model: bias, config: { epochs: 3 } } }]", /config must NOT have/],
    ["stages: [{ task: train, retry: { on: [eror] } }]", /^\/stages\/0\/retry\/on\/0 must/],
    ["stages: []", /^\/stages must NOT have fewer/],
  ];
  for (const [text, misfit] of wrong) {
    assert.match(misfitsOf(valueOf(text))[0] ?? "it fits", misfit, text);
    assert.ok(parseManifest(text, { file: "p", tasks }).errors, text);
  }
});

Deno.test("parseManifest() knows the parameters of the model that a stage trains, and of the default one", () => {
  const errorsOf = (params: string) =>
    (parseManifest(`stages: [{ task: train, params: ${params} }]`, { file: "p", tasks }).errors ?? [])
      .map(({ message, wanted, nearest }) => nearest ?? `${message}: ${wanted}`);
  assert.deepEqual(errorsOf("{ config: { epoch: 3 } }"), ["epochs"]);
  assert.deepEqual(errorsOf("{ model: bias, config: { user_shrinkag: 3 } }"), ["user_shrinkage"]);
  assert.deepEqual(errorsOf("{ model: popularity, config: { epochs: 3 } }"), [
    'Cannot read "epochs" as a key of params.config of stage "train": window_days or half_life_days',
  ]);
  assert.deepEqual(errorsOf("{ config: { preset: cosine, epoch: 3 } }"), ["epochs"]);
  assert.deepEqual(errorsOf("{ config: { preset: demographik } }"), ["demographic"]);
  assert.deepEqual(errorsOf("{ config: { preset: demographic, dropout: 3 } }"), [
    'Cannot read 3 as params.config.dropout of stage "train": a number of at least 0 and below 1',
  ]);
  assert.match(errorsOf("{ config: { preset: cosine, dropout: 0.5 } }")[0], /Cannot read "dropout" as a key/);
  assert.deepEqual(errorsOf("{ config: { epochs: 0 } }"), [
    'Cannot read 0 as params.config.epochs of stage "train": a whole number of at least 1',
  ]);
});

Deno.test("manifestJsonSchema() lets references and underscored numbers stand where other values may", () => {
  const text = 'batch: { size: "${env.SIZE}" }\nseed: "1_000"\n' +
    'stages: [{ task: train, enabled: "${env.ON}", timeout: "${env.LONG}", params: { replay: "${env.R}" } }]';
  assert.deepEqual(misfitsOf(valueOf(text)), []);
});

Deno.test("manifestJsonSchema() describes every key", () => {
  const missing: string[] = [];
  const walk = (node: unknown, path: string): void => {
    if (typeof node !== "object" || node === null) return;
    for (const [key, part] of Object.entries(node)) {
      if (key === "properties" && !path.endsWith("if")) {
        for (const [name, of] of Object.entries(part as Record<string, { description?: string }>)) {
          if (!of.description && !path.endsWith("then")) missing.push(`${path} ${name}`);
        }
      }
      walk(part, `${path}/${key}`);
    }
  };
  walk(manifestJsonSchema(tasks), "");
  assert.deepEqual(missing, []);
});

/** Lines of a manifest and of a stage, right and wrong ones. */
const LINES = [
  'seed: "1_0"|seed: 1|seed: -1|holdout_days: 1_0|name: x1|name: X',
  "schedule: []|schedule: [{}]|schedule: { only: [clean] }|schedule: { catch_up: all }|sla: { ready_by: 25:00 }",
  "notify: [{ on: failed, webhook: 'https://a.b' }]|notify: [{ on: [late], command: [x] }]|notify: [{}]",
  "env: { A: 1 }|env: { b c: x }|batch: { size: 1_000 }|batch: { at_most: 2 }|source: { path: x }|source: 3",
].map((lines) => lines.split("|"));
const STAGE_LINES = [
  "enabled: false|enabled: no|timeout: 7d|timeout: 3|params: { chunk: 1_000 }|params: { chunk: 0.5 }",
  "retry: { attempts: 3, on: [timeout] }|retry: { jitter: 2 }|retry: { backoff: 1h30m }|retry: 3",
  "needs: []|needs: [ingest]|needs: ingest|when: ingest.x == 1|when: ''|env: { A: true }",
  "checks: [{ row_count: { min: 1 } }]|checks: [{ not_null: rating, severity: warn }]|checks: [{ mostly: 1 }]",
].map((lines) => lines.split("|"));

Deno.test("manifestJsonSchema() takes whatever parseManifest() takes", () => {
  const some = (lines: string[][]) =>
    fc.tuple(...lines.map((line) => fc.option(fc.constantFrom(...line), { nil: "", freq: 1 })));
  let taken = 0;
  fc.assert(
    fc.property(some(LINES), some(STAGE_LINES), (whole, stage) => {
      const indented = stage.map((line) => `  ${line}`).join("\n");
      const text = `${whole.join("\n")}\nstages:\n- task: ingest\n- task: clean\n${indented}\n`;
      if (parseManifest(text, { file: "p", tasks }).errors) return;
      taken++;
      assert.deepEqual(misfitsOf(valueOf(text)), [], text);
    }),
    { numRuns: 600 },
  );
  assert.ok(taken > 20, `${taken} of 600 were taken`);
});
