import assert from "@std/assert";
import { manifestReference, withReference } from "../../../../tasks/runner/manifest/reference.ts";
import { loadTasks } from "../../../../tasks/runner/registry.ts";
import { manifestJsonSchema } from "../../../../tasks/runner/manifest/schema.ts";

const README = Deno.readTextFileSync(new URL("../../../../README.md", import.meta.url));

const tasks = await loadTasks();

/** Every name that a map of the schema may have, wherever it stands. */
function* keyNames(node: unknown, at = ""): Generator<string> {
  if (typeof node !== "object" || node === null) return;
  for (const [name, part] of Object.entries(node)) {
    if (name === "properties" && at !== "if") yield* Object.keys(part);
    yield* keyNames(part, name);
  }
}

Deno.test("the README's reference is what the schemas say now", () => {
  assert.equal(withReference(README, manifestReference(tasks)), README, "next: deno task schema --write");
});

Deno.test("manifestReference() has a line for every key, each with its meaning", () => {
  const rows = manifestReference(tasks).split("\n").filter((line) => line.startsWith("| `"));
  // The key stands in the first cell, or behind the task's.
  const told = new Set(
    rows.flatMap((row) => row.split("|").slice(1, 3)).map((cell) => /(\w+)`\s*$/.exec(cell)?.[1]),
  );
  const wanted = new Set(keyNames(manifestJsonSchema(tasks)));
  assert.deepEqual([...wanted].filter((name) => !told.has(name) && name !== "stages"), []);
  for (const row of rows) assert.match(row.split(" | ").at(-1)!, /^[^ |].*[.)] *\|$/, row);
});

Deno.test("withReference() wants its place in the README", () => {
  assert.throws(() => withReference("# Matinee\n", "x"), /Cannot find the reference's place/);
});
