import assert from "@std/assert";
import { openHome } from "../../../tasks/runner/home.ts";

Deno.test("openHome() makes its folders, and names a home that cannot be one", async () => {
  const folder = await Deno.makeTempDir({ prefix: "matinee_home_" });
  try {
    const { artifacts, scratch } = openHome(`${folder}/new/home`);
    for (const path of [artifacts, scratch]) assert.ok((await Deno.stat(path)).isDirectory);
    await Deno.writeTextFile(`${folder}/file`, "");
    assert.throws(() => openHome(`${folder}/file`), {
      name: "UsageError",
      message: /^Cannot keep state in ".*file"\. Next: set MATINEE_HOME/,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
