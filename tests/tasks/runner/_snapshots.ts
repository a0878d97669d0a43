/**
 * Texts that people read, kept as files: `snapshots/<kind>_<case>.txt` holds what is typed, a line of dashes, and
 * what is answered. `deno test … -- --update` writes the answers anew; read the difference before committing it.
 */
import assert from "@std/assert";

const FOLDER = new URL("./snapshots/", import.meta.url);
const RULE = "\n--------\n";

/** One test for each file of `kind`. */
export function eachSnapshot(kind: string, answer: (typed: string) => string) {
  for (const { name } of Deno.readDirSync(FOLDER)) {
    if (!name.startsWith(`${kind}_`)) continue;
    const title = name.slice(kind.length + 1, -".txt".length).replaceAll("_", " ");
    Deno.test(`formatManifestErrors() ${kind}: ${title}`, () => {
      const file = new URL(name, FOLDER);
      const [typed, wanted] = Deno.readTextFileSync(file).split(RULE);
      const found = `${answer(typed)}\n`;
      if (Deno.args.includes("--update")) Deno.writeTextFileSync(file, `${typed}${RULE}${found}`);
      else assert.equal(found, wanted);
    });
  }
}
