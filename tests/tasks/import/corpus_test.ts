import assert from "@std/assert";
import fc from "fast-check";
import { join } from "node:path";
import { zipSync } from "fflate";
import { DataError } from "../../../tasks/import/errors.ts";
import { type Inspection, inspectSource } from "../../../tasks/import/inspect.ts";
import { movieLens } from "../../../tasks/import/movielens.ts";
import { corpus, type Files } from "./_corpus.ts";
import { dataFolder, MOVIES, ratingsCsv } from "./_data_folder.ts";

const now = Date.UTC(2026, 0);

/** What an inspection finds, or the message of the refusal; any other error is a failure. */
async function outcome(path: string): Promise<Inspection | string> {
  try {
    return await inspectSource(await movieLens(path), { now });
  } catch (error) {
    if (error instanceof DataError) return error.message;
    throw error;
  }
}

/** Lines of a ratings file behind its header, without empty ones at the end. */
function dataLines(content: string | Uint8Array): number {
  const text = typeof content === "string" ? content : new TextDecoder("latin1").decode(content);
  return text.replace(/[\r\n]+$/, "").split("\n").length - 1;
}

for (const { name, files, path = "", wanted } of await corpus()) {
  Deno.test(`movieLens() and ${name}`, async () => {
    await using folder = await dataFolder(files);
    const found = await outcome(join(folder.path, path));
    if (wanted instanceof RegExp) return assert.match(String(found), wanted);
    if (typeof found === "string") throw new Error(found);
    const rejects = Object.fromEntries(Object.entries(found.rejects).map(([reason, { n }]) => [reason, n]));
    assert.deepEqual({ accepted: found.accepted, rejects }, wanted);
    const refused = Object.values(rejects).reduce((sum, n) => sum + n, 0);
    assert.equal(found.lines, found.accepted + refused);
    if (/^a line with/.test(name)) assert.equal(found.lines, dataLines(files["ratings.csv"]));
  });
}

/** A folder whose `ratings.csv` is no plain file. */
const ODDITIES: Record<string, [make: (path: string) => Promise<unknown>, wanted: RegExp]> = {
  "a link to itself": [
    (path) => Deno.symlink(path, path),
    /ratings\.csv \(cannot be opened\)|found movies\.csv/,
  ],
  "a link to nothing": [(path) => Deno.symlink(`${path}.gone`, path), /found movies\.csv/],
  "a link to a folder": [(path) => Deno.symlink("/", path), /found movies\.csv/],
  "a device": [(path) => Deno.symlink("/dev/zero", path), /found movies\.csv/],
  "a pipe": [(path) => new Deno.Command("mkfifo", { args: [path] }).output(), /found movies\.csv/],
  "what cannot be read": [
    (path) => Deno.symlink("/proc/self/mem", path),
    /ratings\.csv" as it cannot be opened: .*(os error 5|Input\/output)/,
  ],
};
for (const [name, [make, wanted]] of Object.entries(ODDITIES)) {
  Deno.test(`movieLens() and ratings.csv that is ${name}`, async () => {
    await using folder = await dataFolder({ "movies.csv": MOVIES });
    await make(join(folder.path, "ratings.csv"));
    assert.match(String(await outcome(folder.path)), wanted);
  });
}

Deno.test("movieLens() and a file that changes while it is read", async () => {
  await using folder = await dataFolder({
    "ratings.csv": ratingsCsv(["1,1,4,1000000000"]),
    "movies.csv": MOVIES,
  });
  const path = join(folder.path, "ratings.csv");
  const grow = () => Deno.writeTextFileSync(path, "2,1,4,1000000000\n", { append: true });
  const source = await movieLens(folder.path);
  const changed = /ratings\.csv" as it changed meanwhile: .*Next: the same command/;
  await assert.rejects(source.read({ progress: grow }), changed);
  await source.sha256();
  grow();
  await assert.rejects(source.read(), /changed between two readings\. Next/);
});

const FILES: Files = {
  "ratings.csv": ratingsCsv(
    Array.from({ length: 12 }, (_, i) => `${i + 1},${1 + i % 2},${0.5 + i % 9 / 2},${1e9 + i}`),
  ),
  "movies.csv": MOVIES,
};
const ZIPPED = zipSync(
  Object.fromEntries(
    Object.entries(FILES).map(([name, text]) => [name, new TextEncoder().encode(String(text))]),
  ),
);

/** Where in the file (0 to 1), how many bytes go, and which come. */
const mutation = fc.tuple(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.nat({ max: 9 }),
  fc.oneof(
    fc.uint8Array({ maxLength: 5 }),
    fc.constantFrom('"', "\n", "\r", "\0", ",", "\xff", "1e999", "-", "::").map((text) =>
      new TextEncoder().encode(text)
    ),
  ),
);
const mutations = fc.array(mutation, { minLength: 1, maxLength: 4 });

function mutated(content: string | Uint8Array, changes: [number, number, Uint8Array][]): Uint8Array {
  let bytes: number[] = [...(typeof content === "string" ? new TextEncoder().encode(content) : content)];
  for (const [where, gone, come] of changes) {
    bytes = bytes.toSpliced(Math.floor(where * bytes.length), gone, ...come);
  }
  return Uint8Array.from(bytes);
}

Deno.test("movieLens() and any damage: every line is accounted for, or the error is a DataError", async () => {
  const file = fc.constantFrom("ratings.csv", "movies.csv", "a.zip");
  await fc.assert(
    fc.asyncProperty(file, mutations, async (name, changes) => {
      const content = mutated(name === "a.zip" ? ZIPPED : FILES[name], changes);
      await using folder = await dataFolder(
        name === "a.zip" ? { [name]: content } : { ...FILES, [name]: content },
      );
      const found = await outcome(name === "a.zip" ? join(folder.path, name) : folder.path);
      if (typeof found === "string") return assert.match(found, /^Cannot (read|import|use) /);
      const refused = Object.values(found.rejects).reduce((sum, { n }) => sum + n, 0);
      assert.equal(found.lines, found.accepted + refused);
      if (name === "ratings.csv") assert.equal(found.lines, dataLines(content));
      else assert.equal(found.lines, 12);
    }),
    { numRuns: 400 },
  );
});
