import assert from "@std/assert";
import { pathToFileURL } from "node:url";
import { loadTasks } from "../../../tasks/runner/registry.ts";

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
