import assert from "@std/assert";
import { pathToFileURL } from "node:url";
import { parseManifest } from "../../../tasks/runner/manifest.ts";
import { formatManifestErrors } from "../../../tasks/runner/manifest_error.ts";
import { plan } from "../../../tasks/runner/plan.ts";
import { loadTasks } from "../../../tasks/runner/registry.ts";
import { planState } from "./_fake_day.ts";

const TASK = "export default { params: {}, reads: [], writes: [], run: () => Promise.resolve({}) };";

/** A folder with `files`, as `loadTasks()` takes it. */
async function withTasks(files: Record<string, string>, body: (folder: URL) => Promise<void>) {
  const path = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${path}/${name}`, text);
    await Deno.mkdir(`${path}/runner.ts`);
    await body(pathToFileURL(`${path}/`));
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

Deno.test("loadTasks() names tasks by their files and leaves machinery out", async () => {
  await withTasks({ "train.ts": TASK, "clean.ts": TASK, "_lake.ts": "", "notes.md": "" }, async (folder) => {
    assert.deepEqual(Object.keys(await loadTasks(folder)), ["clean", "train"]);
  });
});

Deno.test("loadTasks() refuses a module that is no task, by its path", async () => {
  await withTasks({ "train.ts": "export const train = 1;" }, async (folder) => {
    await assert.rejects(loadTasks(folder), /train\.ts" as its default export is no task/);
  });
});

Deno.test("pipeline.yaml fits the tasks that there are, in an order that works from the first run on", async () => {
  const text = await Deno.readTextFile(new URL("../../../pipeline.yaml", import.meta.url));
  const tasks = await loadTasks();
  const { manifest, errors } = parseManifest(text, { file: "pipeline.yaml", tasks });
  if (manifest === undefined) throw new Error(formatManifestErrors(errors, text));
  assert.deepEqual(manifest.stages.map(({ task }) => task).toSorted(), Object.keys(tasks));
  const planned = plan(manifest, tasks, planState({ kind: "bootstrap" }));
  if (planned.errors) throw new Error(formatManifestErrors(planned.errors, text));
});
