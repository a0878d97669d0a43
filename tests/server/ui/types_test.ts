import assert from "@std/assert";

/** What the pages' own modules are checked as: JavaScript with types in its comments, in a browser's world. */
const BROWSER = {
  checkJs: true,
  strict: true,
  noImplicitAny: false,
  noUnusedLocals: true,
  useUnknownInCatchVariables: false,
  lib: ["dom", "dom.iterable", "esnext"],
};

Deno.test("each module of the pages fits its types", async () => {
  const root = new URL("../../../", import.meta.url);
  const project = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const config = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(config, JSON.stringify({ ...project, compilerOptions: BROWSER }));
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--config", config, "--lock", "deno.lock", ...modulesOf("server/ui")],
      cwd: root,
      env: { NO_COLOR: "1" },
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(config);
  }

  function* modulesOf(folder: string): Generator<string> {
    for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, root))) {
      if (isDirectory) yield* modulesOf(`${folder}/${name}`);
      else if (name.endsWith(".js")) yield `${folder}/${name}`;
    }
  }
});
