import assert from "@std/assert";
import { loadPipeline } from "../../../../tasks/runner/cli/load.ts";
import { createReloader } from "../../../../tasks/runner/schedule/reload.ts";

const manifest = (name: string) => `name: ${name}\nstages: [{ task: ingest }]\n`;

Deno.test("createReloader() takes a changed manifest, and says once that a broken one leaves the last in force", async () => {
  const path = await Deno.makeTempFile({ suffix: ".yaml" });
  await Deno.writeTextFile(path, manifest("one"));
  const said: string[] = [];
  const reload = createReloader(await loadPipeline(path), { path, say: (line) => said.push(line) });
  const named = async () => (await reload()).manifest.name;
  assert.equal(await named(), "one");
  assert.deepEqual(said, []);

  await Deno.writeTextFile(path, manifest("two"));
  assert.equal(await named(), "two");
  assert.match(said.join(), /^The manifest has changed: \w+ is in force from now on\.$/);

  await Deno.writeTextFile(path, "stages: [{ task: ingset }]\n");
  for (let tick = 0; tick < 3; tick++) assert.equal(await named(), "two");
  assert.equal(said.length, 2);
  assert.match(
    said[1],
    /Cannot find task "ingset"[^]*as it was before \(\w+\) stays in force until this is mended\.$/,
  );

  await Deno.remove(path);
  for (let tick = 0; tick < 2; tick++) assert.equal(await named(), "two");
  assert.equal(said.length, 3);

  await Deno.writeTextFile(path, manifest("three"));
  assert.equal(await named(), "three");
  assert.equal(said.length, 4);
  await Deno.remove(path);
});
