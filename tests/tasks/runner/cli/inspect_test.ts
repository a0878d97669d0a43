import assert from "@std/assert";
import { fileURLToPath } from "node:url";
import { dataFolder, MOVIES, ratingsCsv } from "../../import/_data_folder.ts";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

/** `deno task inspect …` with a home of its own, in which nothing runs. */
async function inspect(home: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "-P=daily", "tasks/runner/main.ts", "inspect", ...args],
    cwd: ROOT,
    env: { MATINEE_HOME: `${home}/home`, DATABASE_URL: "", MATINEE_DATA: "", NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

Deno.test("inspect prints what it found, and starts no database", async () => {
  await using folder = await dataFolder({
    "ml/ratings.csv": ratingsCsv(["1,1,4,1000000000", "1,1,\x1b[2J,1"]),
    "ml/movies.csv": MOVIES,
  });
  const { code, stdout } = await inspect(folder.path, `${folder.path}/ml`, "--json");
  const found = JSON.parse(stdout);
  assert.deepEqual([code, found.accepted, found.unparsable, found.fits, found.archive.action], [
    ...[0, 1, 1, true, "unknown"],
  ]);
  const left = Array.from(Deno.readDirSync(`${folder.path}/home`), ({ name }) => name);
  assert.ok(!left.some((name) => /database|postgres/.test(name)), left.join());
  const text = await inspect(folder.path, `${folder.path}/ml`);
  assert.match(text.stdout, /Refused {4}1, each kept with its reason:\n {2}1 unparsable\n/);
  assert.ok(
    !text.stdout.includes("\x1b") && text.stdout.endsWith(`Next: deno task import ${folder.path}/ml\n`),
  );
});

const REFUSALS: [name: string, wanted: RegExp][] = [
  [
    "ml-10o",
    /no such folder or file: wanted one, or sample.*Did you mean "ml-10m"\? Next: deno task inspect ml-10m/,
  ],
  ["empty", /empty" as it should have .*\n/],
  ["headless", /ratings\.csv" as its line 1 should name the columns.*\n {2}next {2}mend the file/],
];
for (const [name, wanted] of REFUSALS) {
  Deno.test(`inspect of ${name} ends with 2, what was found, and the next step`, async () => {
    await using folder = await dataFolder({
      "empty/x": "",
      "headless/ratings.csv": "1,2,3,4\x1b[2J\n",
      "headless/movies.csv": MOVIES,
    });
    const path = name.startsWith("ml-") ? name : `${folder.path}/${name}`;
    const { code, stdout, stderr } = await inspect(folder.path, path);
    assert.equal(code, 2);
    assert.equal(stdout, "");
    assert.match(stderr, /^error: /m);
    assert.match(stderr, wanted);
    assert.match(stderr, /next {2}|Next: /);
    assert.doesNotMatch(stderr, /\bat .*\.ts:/);
    assert.ok(!stderr.includes("\x1b"));
  });
}
