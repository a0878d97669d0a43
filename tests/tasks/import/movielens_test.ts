import assert from "@std/assert";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { zipSync } from "fflate";
import { DataError } from "../../../tasks/import/errors.ts";
import { movieLens } from "../../../tasks/import/movielens.ts";
import { dataFolder, gzipped, latin1, mlLatestSmall, MOVIES, ratingsCsv } from "./_data_folder.ts";

const RATINGS = ratingsCsv(["1,1,4.0,964982703", "2,2,0.5,964981247"], { end: "\r\n" });
const bytes = (text: string) => new TextEncoder().encode(text);
const zip = (files: Record<string, string>, level: 0 | 6 = 6) =>
  zipSync(
    Object.fromEntries(
      Object.entries(files).map(([name, text]) => [name, [bytes(text), { level }] as const]),
    ),
  );

async function summary(path: string) {
  const source = await movieLens(path);
  const { sha256, ratings, movies, unparsable } = await source.read();
  assert.equal(await source.sha256(), sha256);
  return {
    edition: source.edition,
    sha256,
    n: ratings.n,
    movies: movies.length,
    unparsable: unparsable.length,
  };
}

async function refusal(path: string, action: "open" | "read" = "open"): Promise<string> {
  const source = movieLens(path);
  const doing = action === "open" ? source : (await source).read();
  const error: unknown = await doing.then(() => null, (error) => error);
  if (!(error instanceof DataError)) throw new Error(`wanted a DataError, found ${error}`);
  return error.message.replaceAll(path, "PATH");
}

Deno.test("movieLens() reads one data set alike from a folder, gzip, zip and stored zip", async () => {
  const packed = zip({ "set/ratings.csv": RATINGS, "set/movies.csv": MOVIES, "set/README.txt": "none" });
  await using folder = await dataFolder({
    "set/ratings.csv": RATINGS,
    "set/movies.csv": MOVIES,
    "packed/set/ratings.csv.gz": await gzipped(RATINGS),
    "packed/set/movies.csv.gz": await gzipped(MOVIES),
    "a.zip": packed,
    "set.zip": zip({ "ratings.csv": RATINGS, "movies.csv": MOVIES }, 0),
  });
  const sha256 = createHash("sha256").update(RATINGS).digest("hex");
  const wanted = { edition: "set", sha256, n: 2, movies: 2, unparsable: 0 };
  for (
    const path of ["set", "set/ratings.csv", "packed/set", "packed/set/ratings.csv.gz", "a.zip", "set.zip"]
  ) {
    assert.deepEqual(await summary(join(folder.path, path)), wanted, path);
  }
});

Deno.test("movieLens() knows its edition by the README, the folder, or the zip's name", async () => {
  const files = { "ratings.csv": RATINGS, "movies.csv": MOVIES };
  const readme = "Summary\n=======\n\nThis dataset (ml-25m) describes 5-star rating and free-text tagging";
  await using folder = await dataFolder({
    "x/ratings.csv": RATINGS,
    "x/movies.csv": MOVIES,
    "x/README.txt": readme,
    "ml-32m.zip": zip(files),
  });
  assert.equal((await movieLens(join(folder.path, "x"))).edition, "ml-25m");
  assert.equal((await movieLens(join(folder.path, "ml-32m.zip"))).edition, "ml-32m");
});

Deno.test("movieLens() reads the 1M layout with Latin-1 titles and demographics", async () => {
  await using folder = await dataFolder({
    "ratings.dat": "1::1193::5::978300760\r\n1::661::3::978302109\r\n",
    "movies.dat": latin1("1193::Mis\xE9rables, Les (1995)::Drama\n661::Fine (1996)::Children's|Animation\n"),
    "users.dat": "1::F::1::10::48067\n",
  });
  const { ratings, movies, users } = await (await movieLens(folder.path)).read();
  assert.deepEqual([ratings.n, movies[0].title], [2, "Misérables, Les (1995)"]);
  assert.deepEqual(users, [{ userId: 1, gender: "F", age: 1, occupation: "10", zipCode: "48067" }]);
});

Deno.test("movieLens() spoils only the line with the odd byte", async () => {
  const movies = [
    ...bytes("movieId,title,genres\n1,Amélie (2001),Comedy\n2,Caf"),
    0xe9,
    ...bytes(" (1990),Drama\n"),
  ];
  await using folder = await dataFolder({ "ratings.csv": RATINGS, "movies.csv": Uint8Array.from(movies) });
  const found = (await (await movieLens(folder.path)).read()).movies.map(({ title }) => title);
  assert.deepEqual(found, ["Amélie (2001)", "Café (1990)"]);
});

Deno.test("movieLens() says what is missing", async () => {
  await using folder = await dataFolder({ "ratings.csv": RATINGS, "notes.txt": "", "empty/x": "" });
  assert.match(
    await refusal(join(folder.path, "nowhere")),
    /^Cannot read "PATH" as it cannot be opened: No such file/,
  );
  assert.match(
    await refusal(join(folder.path, "notes.txt")),
    /as it should be a folder, a \.zip or a ratings file/,
  );
  const wanted =
    'Cannot read "PATH" as it should have ratings.csv and movies.csv, or ratings.dat and movies.dat, or u.data and ' +
    "u.item: found ";
  const next = ". Next: deno task import FOLDER, with the folder that holds both";
  assert.equal(await refusal(folder.path), `${wanted}ratings.csv${next}`);
  assert.equal(await refusal(join(folder.path, "empty")), `${wanted}x${next}`);
});

Deno.test("movieLens() says when a zip or gzip is cut short, damaged or none", async () => {
  const lines = Array.from({ length: 20_000 }, (_, i) => `${i % 600},${i},3.5,${1e9 + i * 77}`);
  const whole = zip({ "s/ratings.csv": ratingsCsv(lines), "s/movies.csv": MOVIES });
  const damaged = whole.slice();
  damaged.fill(0x55, 2000, 2100);
  const flipped = zip({ "s/ratings.csv": RATINGS, "s/movies.csv": MOVIES }, 0);
  flipped[30 + "s/ratings.csv".length + RATINGS.indexOf("4.0")] ^= 1; // the ratings, stored as they are, begin there
  await using folder = await dataFolder({
    "flipped.zip": flipped,
    "cut.zip": whole.subarray(0, 50_000),
    "damaged.zip": damaged,
    "none.zip": "not a zip",
    "empty.zip": "",
    "gz/ratings.csv.gz": (await gzipped(ratingsCsv(lines))).subarray(0, 10_000),
    "gz/movies.csv": MOVIES,
  });
  const at = (name: string) => join(folder.path, name);
  assert.equal(await refusal(at("cut.zip")), 'Cannot read "PATH" as the zip ends early');
  assert.equal(await refusal(at("none.zip")), 'Cannot read "PATH" as it is no zip file');
  assert.equal(await refusal(at("empty.zip")), 'Cannot read "PATH" as it is no zip file');
  assert.match(
    await refusal(at("damaged.zip"), "read"),
    /^Cannot read "s\/ratings\.csv" in "PATH" as it is damaged/,
  );
  assert.match(
    await refusal(at("flipped.zip"), "read"),
    /damaged: wanted \d+ bytes with CRC \w+, found \d+ with/,
  );
  assert.match(
    await refusal(at("gz"), "read"),
    /ratings\.csv\.gz" as the gzip data end early or are damaged$/,
  );
});

Deno.test("movieLens() reads on only as long as it may", async () => {
  await using folder = await dataFolder({ "ratings.csv": RATINGS, "movies.csv": MOVIES });
  const source = await movieLens(folder.path);
  const signal = AbortSignal.abort(new Error("stopped"));
  await assert.rejects(source.read({ signal }), /stopped/);
  await assert.rejects(source.sha256({ signal }), /stopped/);
});

const real = mlLatestSmall();
Deno.test({
  name: "movieLens() reads every line of ml-latest-small (ignored where it does not lie beside the checkout)",
  ignore: real === null,
  async fn() {
    const { ratings, movies, unparsable, broken } = await (await movieLens(real!)).read();
    assert.deepEqual([ratings.n, movies.length, unparsable.length, broken.length], [100_836, 9_742, 0, 0]);
    assert.equal(
      Array.from(ratings.rating.subarray(0, ratings.n)).reduce((sum, stars) => sum + stars),
      353_083,
    );
    assert.deepEqual(movies.find(({ movieId }) => movieId === 40697)?.title, "Babylon 5");
  },
});
