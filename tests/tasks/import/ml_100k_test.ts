import assert from "@std/assert";
import { zipSync } from "fflate";
import { DataError } from "../../../tasks/import/errors.ts";
import { movieLens } from "../../../tasks/import/movielens.ts";
import { itemFields, parseGenres, userOf } from "../../../tasks/import/ml_100k.ts";
import { dataFolder, gzipped, latin1 } from "./_data_folder.ts";

/** Flags of the 19 documented genres, those at `places` set. */
const flags = (...places: number[]) =>
  Array.from({ length: 19 }, (_, i) => places.includes(i) ? 1 : 0).join("|");

const DATA =
  "196\t242\t3\t881250949\n186\t302\t3\t891717742\n22\t377\t1\t878887116\n22\t9\tgood\t878887116\n";
const ITEMS = latin1([
  `242|Kolya (1996)|24-Jan-1997||http://us.imdb.com/M/title-exact?Kolya%20(1996)|${flags(5)}`,
  `302|Mis\xE9rables, Les (1995)|01-Jan-1995||http://us.imdb.com/M/x|${flags(8, 13)}`,
  `267|unknown||||${flags(0)}`,
  `377|Heavyweights (1994)|01-Jan-1994|||0|1`,
  "",
].join("\n"));
const USERS =
  "196|49|M|writer|55105\n186|39|F|executive|00000\n22|25|M|writer|40206\n405|22|F|healthcare|T8H1N\nnobody\n";
const GENRES = "unknown|0\nAction|1\nAdventure|2\n\n";

const files = { "u.data": DATA, "u.item": ITEMS, "u.user": USERS };

Deno.test("movieLens() reads 100K alike from a folder, gzipped files and a zip", async () => {
  const bytes = (content: string | Uint8Array) =>
    typeof content === "string" ? new TextEncoder().encode(content) : content;
  const packed = Object.entries(files).map(([name, content]) => [`ml-100k/${name}`, bytes(content)]);
  await using folder = await dataFolder({
    ...Object.fromEntries(Object.entries(files).map(([name, content]) => [`plain/ml-100k/${name}`, content])),
    "gz/ml-100k/u.data.gz": await gzipped(DATA),
    "gz/ml-100k/u.item": ITEMS,
    "gz/ml-100k/u.user.gz": await gzipped(USERS),
    "any.zip": zipSync(Object.fromEntries(packed)),
  });
  for (const path of ["plain/ml-100k", "plain/ml-100k/u.data", "gz/ml-100k/u.data.gz", "any.zip"]) {
    const source = await movieLens(`${folder.path}/${path}`);
    const { ratings, unparsable, movies, users, broken } = await source.read();
    assert.equal(source.edition, "ml-100k", path);
    assert.deepEqual(Array.from(ratings.userId.subarray(0, ratings.n)), [196, 186, 22]);
    assert.deepEqual(Array.from(ratings.ratedAt.subarray(0, 3)), [881250949, 891717742, 878887116]);
    assert.deepEqual(unparsable, [{
      line: 4,
      text: "22\t9\tgood\t878887116",
      reason: 'rating is no number: "good"',
    }]);
    assert.deepEqual(movies, [
      { movieId: 242, title: "Kolya (1996)", genres: "Comedy" },
      { movieId: 302, title: "Misérables, Les (1995)", genres: "Drama|Mystery" },
      { movieId: 267, title: "unknown", genres: "" },
    ]);
    assert.deepEqual(users[3], {
      userId: 405,
      age: 22,
      gender: "F",
      occupation: "healthcare",
      zipCode: "T8H1N",
    });
    assert.deepEqual(broken.map(({ line, reason }) => [line, reason]), [
      [4, "is no movie: wanted an id, a title and genres"],
      [5, 'is no user: "nobody"'],
    ]);
  }
});

Deno.test("movieLens() takes the flags' names from u.genre", async () => {
  await using folder = await dataFolder({
    "u.data": DATA,
    "u.item": "242|Kolya (1996)||||0|0|1\n302|Heat (1995)||||1|1|0\n",
    "u.genre": GENRES,
  });
  const { movies } = await (await movieLens(folder.path)).read();
  assert.deepEqual(movies.map(({ genres }) => genres), ["Adventure", "Action"]);
});

Deno.test("movieLens() reads the layout of the file that was named", async () => {
  await using folder = await dataFolder({
    ...files,
    "ratings.dat": "1::2::3::978300760\n",
    "movies.dat": "2::Heat (1995)::Action\n",
  });
  const n = async (name: string) => (await (await movieLens(`${folder.path}/${name}`)).read()).ratings.n;
  assert.deepEqual([await n("u.data"), await n("ratings.dat")], [3, 1]);
});

Deno.test("parseGenres() refuses places with a gap, and a file without a genre", () => {
  for (const text of ["unknown|0\nAction|2\n", "unknown|0\nAction\n", "\n"]) {
    assert.throws(() => parseGenres(text, "u.genre"), DataError);
  }
  assert.equal(parseGenres(null, "").length, 19);
});

Deno.test("itemFields() wants a flag for each genre", () => {
  const genres = ["unknown", "Action"];
  assert.deepEqual(itemFields("1|Heat (1995)||||0|1", genres), ["1", "Heat (1995)", "Action"]);
  for (const line of ["1|Heat (1995)||||0", "1|Heat (1995)||||0|1|0", "1|Heat (1995)||||0|x", ""]) {
    assert.equal(itemFields(line, genres), null, line);
  }
});

Deno.test("userOf() keeps what is empty as unknown", () => {
  assert.deepEqual(userOf("7|||none|"), {
    userId: 7,
    age: null,
    gender: null,
    occupation: "none",
    zipCode: null,
  });
  assert.equal(userOf("seven|1|M|none|1"), null);
});
