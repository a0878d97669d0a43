import assert from "@std/assert";
import { createHash } from "node:crypto";
import { ManifestErrors, UsageError } from "../../../../tasks/runner/errors.ts";
import { loadPipeline } from "../../../../tasks/runner/cli/load.ts";

const NAME = "MATINEE_LOAD_TEST_SIZE";

const TEXT = `batch:
  size: \${env.${NAME}}
stages:
  - task: ingest
  - task: clean
    when: '"\${day}" == "2026-03-01"'
`;

async function withFile(text: string, use: (path: string) => Promise<void>) {
  const path = await Deno.makeTempFile({ suffix: ".yaml" });
  await Deno.writeTextFile(path, text);
  Deno.env.set(NAME, "321");
  try {
    await use(path);
  } finally {
    Deno.env.delete(NAME);
    await Deno.remove(path);
  }
}

Deno.test("loadPipeline() fills in the environment and each run's day, and keeps the text as written", async () => {
  await withFile(TEXT, async (path) => {
    const { manifest, manifestOn, text, hash } = await loadPipeline(path);
    assert.equal(manifest.batch.size, 321);
    assert.equal(text, TEXT);
    assert.equal(hash, createHash("sha256").update(TEXT).digest("hex").slice(0, 16));
    const facts = { day: "", stages: {}, metrics: {} };
    const days = ["2026-03-01", "2026-03-02"].map((day) => manifestOn?.(day).stages[1].when?.evaluate(facts));
    assert.deepEqual(days, [true, false]);
  });
});

Deno.test("loadPipeline() says which variable is missing and where, and which file is not there", async () => {
  await withFile(TEXT, async (path) => {
    Deno.env.delete(NAME);
    await assert.rejects(loadPipeline(path), ManifestErrors);
    await assert.rejects(loadPipeline(path), {
      message: /:2:9\n[^]*wanted {2}MATINEE_LOAD_TEST_SIZE in the environment, or a value for it under env:/,
    });
    await assert.rejects(
      loadPipeline(path),
      ({ message }: Error) => message.endsWith(` deno task plan --manifest ${path}`),
    );
  });
  await assert.rejects(loadPipeline("/nowhere/p.yaml"), UsageError);
});
