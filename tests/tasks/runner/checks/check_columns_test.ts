import assert from "@std/assert";
import { parseManifest } from "../../../../tasks/runner/manifest/manifest.ts";
import { DAY, manifestOf } from "../_fake_day.ts";

Deno.test("the README's checks and the default ones are checks", () => {
  const read = (path: string) => Deno.readTextFileSync(new URL(`../../../../${path}`, import.meta.url));
  const shown = /### Checks[^]*?```yaml\n([^]*?)```/.exec(read("README.md"))![1];
  const kinds = (text: string) =>
    manifestOf(text).stages.flatMap(({ checks }) => checks.map(({ kind }) => kind));
  assert.deepEqual(kinds(shown), ["not_null", "between", "references", "row_count"]);
  assert.deepEqual(kinds(read("pipeline.yaml")), ["row_count", "in"]);
});

Deno.test("an error of a check never shows what a variable holds", () => {
  const text = "stages: [{ task: clean, checks: [{ not_null: '${env.COLUMN}' }] }]";
  const env = () => "hunter2";
  const { errors = [] } = parseManifest(text, { file: "pipeline.yaml", tasks: DAY, env });
  assert.deepEqual(errors.map(({ message }) => message), [
    'Cannot use what "${env.COLUMN}" stands for in checks[0].not_null of stage "clean"',
  ]);
  assert.doesNotMatch(JSON.stringify(errors), /hunter2/);
});
