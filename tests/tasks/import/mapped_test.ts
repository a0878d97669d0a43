import assert from "@std/assert";
import { zipSync } from "fflate";
import { join } from "node:path";
import { mappedSource } from "../../../tasks/import/mapped.ts";
import { dataFolder, gzipped } from "./_data_folder.ts";
import { mappedFile, mappingOf, ratingsOf } from "./_mapping.ts";

Deno.test("mappedSource() finds columns by name, in any order, among others", async () => {
  const columns = { user_id: "customer", movie_id: "sku", rating: "stars", rated_at: "ts" };
  await using file = await mappedFile(["TS,note,sku,Customer,stars", "100,x,7,3,4.5", "200,,8,4,1"], {
    columns,
  });
  assert.deepEqual(await ratingsOf(file.source), ["3 7 4.5 100 2", "4 8 1 200 3"]);
});

Deno.test("mappedSource() reads quotes, delimiters and newlines in fields", async () => {
  const lines = [
    "user_id;movie_id;rating;rated_at",
    '"a;b";"say ""hi""";"4";100',
    '"two\nlines";x;3;200',
    "c;d;2;300",
  ];
  await using file = await mappedFile(lines, { delimiter: ";" });
  assert.deepEqual(await ratingsOf(file.source), [
    'a;b say "hi" 4 100 2',
    "two\nlines x 3 200 3",
    "c d 2 300 5",
  ]);
});

Deno.test("mappedSource() keeps a column of whole numbers as it is, and any other as texts", async () => {
  const head = "user_id,movie_id,rating,rated_at";
  await using whole = await mappedFile([head, "5,2147483647,4,1", "0,1,4,2"]);
  const set = await whole.source.read();
  assert.deepEqual([set.keys?.users, set.keys?.movies], [null, null]);
  assert.deepEqual([...set.ratings.movieId.subarray(0, 2)], [2147483647, 1]);
  for (const odd of ["007", "2147483648", "-1", "1.0", "a@b.c", "é"]) {
    await using file = await mappedFile([head, "5,1,4,1", `${odd},1,4,2`, "5,1,4,3", "9,1,4,4"]);
    const { keys, ratings } = await file.source.read();
    assert.deepEqual([...ratings.userId.subarray(0, 4)], [0, 1, 0, 2], odd);
    assert.deepEqual([0, 1, 2].map((place) => keys?.users?.key(place)), ["5", odd, "9"]);
    assert.equal(keys?.movies, null);
  }
});

Deno.test("mappedSource() finds out how times are written, and says so", async () => {
  const times: [string, number, string][] = [
    ["1700000000", 1700000000, "seconds"],
    ["1700000000123", 1700000000.123, "milliseconds"],
    ["2023-11-14T22:13:20Z", 1700000000, "ISO 8601, UTC where no zone stands"],
    ["2023-11-15 00:13:20+02:00", 1700000000, "ISO 8601, UTC where no zone stands"],
  ];
  for (const [text, seconds, form] of times) {
    await using file = await mappedFile(["user_id,movie_id,rating,rated_at", `1,1,4,${text}`]);
    const { ratings, notes } = await file.source.read();
    assert.equal(ratings.ratedAt[0], seconds, text);
    assert.deepEqual(notes, [`rated_at is read as ${form}.`]);
  }
});

Deno.test("mappedSource() keeps what is no rating, with line and reason", async () => {
  await using file = await mappedFile([
    "user_id,movie_id,rating,rated_at",
    "1,1,4,2020-01-01",
    ",1,4,2020-01-01",
    "1,1,4",
    "1,1,much,2020-01-01",
    "1,1,4,2020-02-30",
    `${"x".repeat(201)},1,4,2020-01-01`,
    '1,1,"4,2020-01-01',
    "",
    "2,1,,2020-01-01",
  ]);
  const { ratings, unparsable, keys } = await file.source.read();
  assert.deepEqual(unparsable.map(({ line, reason }) => `${line} ${reason}`), [
    "3 user_id is empty",
    "4 wanted 4 fields: found 3",
    '5 rating is no number: "much"',
    '6 rated_at is no time in iso: "2020-02-30"',
    "7 user_id is longer than 200 characters",
    "8 quotes do not match",
    "9 line is empty",
  ]);
  // A row without its rating is a rating that is no number: the lake refuses it, the archive keeps it.
  assert.deepEqual([ratings.n, ratings.rating[1]], [2, NaN]);
  assert.equal(keys?.users, null, "a refused line must not make texts of all ids");
});

Deno.test("mappedSource() reads a folder of parts, a glob, gzip and a zip's member as one", async () => {
  const [one, two] = [
    "user_id,movie_id,rating,rated_at\n1,1,4,1\n",
    "rated_at,user_id,movie_id,rating\n2,2,2,3\n",
  ];
  const bytes = new TextEncoder().encode(one + "2,2,3,2\n");
  await using folder = await dataFolder({
    "parts/b.csv": two,
    "parts/a.csv.gz": await gzipped(one),
    "parts/_SUCCESS": "",
    "set.zip": zipSync({ "in/r.csv": bytes, "in/readme.md": bytes }),
  });
  const both = ["1 1 4 1 2", "2 2 3 2 4"];
  for (const path of ["parts", "parts/*.csv*"]) {
    assert.deepEqual(await ratingsOf(mappedSource(mappingOf(join(folder.path, path)))), both, path);
  }
  for (const path of ["set.zip", "set.zip/in/r.csv"]) {
    const found = await ratingsOf(mappedSource(mappingOf(join(folder.path, path))));
    assert.deepEqual(found, ["1 1 4 1 2", "2 2 3 2 3"], path);
  }
});

Deno.test("mappedSource() is known by its bytes and its mapping, not by its place", async () => {
  const lines = ["user_id,movie_id,rating,rated_at,other", "1,1,4,1,2"];
  await using file = await mappedFile(lines);
  await using moved = await mappedFile(lines, { name: "elsewhere.csv" });
  const { columns } = mappingOf("");
  const hash = await file.source.sha256();
  assert.equal((await file.source.read()).sha256, hash);
  assert.equal(await moved.source.sha256(), hash);
  for (
    const own of [
      { columns: { ...columns, rating: "other" } },
      { isImplicit: true },
      { scale: { min: 1, max: 10 } },
      { timeForm: "milliseconds" as const },
    ]
  ) {
    await using other = await mappedFile(lines, own);
    assert.notEqual(await other.source.sha256(), hash, JSON.stringify(own));
  }
  await using folder = await dataFolder({ "a/1.csv": "abc\n", "a/2.csv": "def\n", "b/1.csv": "abc\ndef\n" });
  const [a, b] = ["a", "b"].map((name) => mappedSource(mappingOf(join(folder.path, name))));
  assert.notEqual(await a.sha256(), await b.sha256());
});

Deno.test("mappedSource() takes titles, years and genres from a table of movies", async () => {
  await using folder = await dataFolder({
    "r.csv": "user_id,movie_id,rating,rated_at\n1,b,4,1\n",
    "m.tsv":
      "sku\tname\tyear\tgenres\na\tThe Matrix, A\t1999\tAction/Sci-Fi\nb\tHeat\t\t\nc\t\tsoon\tDrama\na\tMatrix\t1999-03-31\tAction\n",
  });
  const source = mappedSource(mappingOf(join(folder.path, "r.csv"), {
    movies: {
      path: join(folder.path, "m.tsv"),
      format: "auto",
      columns: { movie_id: "sku", title: "name", year: "year", genres: "genres" },
      genreSeparator: "/",
    },
  }));
  const { movies, broken, keys, nRepeatedMovies, files } = await source.read();
  assert.deepEqual(files?.map(({ role, path }) => [role, path.split("/").at(-1)]), [
    ["ratings", "r.csv"],
    ["movies", "m.tsv"],
  ]);
  assert.deepEqual(movies, [
    { movieId: 1, title: "Matrix", year: 1999, genres: "Action" },
    { movieId: 0, title: "Heat", year: null, genres: "" },
  ]);
  assert.deepEqual([keys?.movies?.key(0), keys?.movies?.key(1), nRepeatedMovies], ["b", "a", 1]);
  assert.deepEqual(broken.map(({ line, reason }) => [line, reason]), [[
    4,
    'year is none of 1800 to 2199: "soon"',
  ]]);
});

Deno.test("mappedSource() calls movies by their ids where there is no table of them", async () => {
  await using file = await mappedFile(["user_id,movie_id,rating,rated_at", "1,7,4,1", "1,9,4,2", "2,7,4,3"]);
  const { movies, isUntitled } = await file.source.read();
  assert.deepEqual(movies.map(({ movieId, title }) => [movieId, title]), [[7, "Movie 7"], [9, "Movie 9"]]);
  assert.ok(isUntitled);
});

Deno.test("mappedSource() says which columns a file has when one is missing", async () => {
  await using file = await mappedFile(["user,movie_id,rating,rated_at", "1,1,4,1"]);
  await assert.rejects(file.source.read(), {
    name: "DataError",
    message: /has no column "user_id", wanted by source\.columns\.user_id: found "user", "movie_id"/,
  });
  await using twice = await mappedFile(["user_id,user_id,movie_id,rating,rated_at", "1,1,1,4,1"]);
  await assert.rejects(twice.source.read(), /2 of its columns are called "user_id"/);
  await using gone = await mappedFile(["x"]);
  await Deno.remove(join(gone.folder.path, "ratings.csv"));
  await assert.rejects(gone.source.read(), /no such file or folder, wanted by source\.path/);
});
