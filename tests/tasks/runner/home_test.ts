import assert from "@std/assert";
import { UsageError } from "../../../tasks/runner/errors.ts";
import { openHome } from "../../../tasks/runner/home.ts";

Deno.test("openHome() makes its folders, and names a home that cannot be one", async () => {
  const folder = await Deno.makeTempDir({ prefix: "matinee_home_" });
  try {
    const { artifacts, scratch } = openHome(`${folder}/new/home`);
    for (const path of [artifacts, scratch]) assert.ok((await Deno.stat(path)).isDirectory);
    await Deno.writeTextFile(`${folder}/file`, "");
    assert.throws(() => openHome(`${folder}/file`), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /^Cannot keep state in ".*file"\. Next: set MATINEE_HOME/);
      return true;
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
