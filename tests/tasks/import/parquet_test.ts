import assert from "@std/assert";
import { join } from "node:path";
import { DataError } from "../../../tasks/import/errors.ts";
import { mappedSource } from "../../../tasks/import/mapped.ts";
import { type Column, pl, writeParquet } from "../../support/parquet.ts";
import { dataFolder } from "./_data_folder.ts";
import { mappingOf, ratingsOf } from "./_mapping.ts";

const AT = [1_600_000_000, 1_600_000_060, 1_600_000_120];
const IDS: Column = { name: "user_id", values: [7, 8, 9] };
const MOVIES: Column = { name: "movie_id", values: ["a", 'b,"c"', "d\ne"] };
const STARS: Column = { name: "rating", values: [4, 3.5, 1] };
const TIMES: Column = { name: "rated_at", values: AT };

async function parquet(columns: readonly Column[], options: Parameters<typeof writeParquet>[2] = {}) {
  const folder = await dataFolder({});
  const path = join(folder.path, "r.parquet");
  writeParquet(path, columns, options);
  return {
    path,
    source: mappedSource(mappingOf(path)),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

Deno.test("mappedSource() reads Parquet in every common compression", async () => {
  for (const compression of ["snappy", "zstd", "gzip"] as const) {
    await using file = await parquet([STARS, TIMES, MOVIES, IDS], { compression, rowGroupSize: 2 });
    assert.deepEqual(await ratingsOf(file.source), [
      "7 a 4 1600000000 1",
      '8 b,"c" 3.5 1600000060 2',
      "9 d\ne 1 1600000120 3",
    ]);
  }
});

Deno.test("mappedSource() reads every type of time to its microsecond", async () => {
  const of = (unit: "ms" | "us" | "ns", factor: number): Column => ({
    name: "rated_at",
    values: AT.map((seconds) => seconds * factor),
    from: pl.Int64,
    type: pl.Datetime(unit),
  });
  const times: [Column, number[]][] = [
    [of("ms", 1e3), AT],
    [of("us", 1e6), AT],
    [of("ns", 1e9), AT],
    [{ name: "rated_at", values: [18_518, 18_519, 18_520], from: pl.Int32, type: pl.Date }, [
      1_599_955_200,
      1_600_041_600,
      1_600_128_000,
    ]],
    [
      { name: "rated_at", values: AT.map((seconds) => seconds * 1000 + 5), from: pl.Int64 },
      AT.map((s) => s + 0.005),
    ],
    [{ name: "rated_at", values: AT.map((seconds) => new Date(seconds * 1000).toISOString()) }, AT],
  ];
  for (const [column, seconds] of times) {
    await using file = await parquet([IDS, MOVIES, STARS, column]);
    const { ratings } = await file.source.read();
    assert.deepEqual([...ratings.ratedAt.subarray(0, 3)], seconds, JSON.stringify(column));
  }
});

Deno.test("mappedSource() reads numbers of every type, and tells nulls", async () => {
  for (const type of [pl.Int8, pl.Int32, pl.Int64, pl.UInt16, pl.Float32, pl.Float64]) {
    await using file = await parquet([IDS, MOVIES, { name: "rating", values: [4, null, 1], type }, TIMES]);
    const { ratings } = await file.source.read();
    assert.deepEqual([...ratings.rating.subarray(0, 3)], [4, NaN, 1], String(type));
  }
  // An integer column with nulls becomes floats in many a tool.
  for (const type of [pl.Int64, pl.Float64, pl.UInt32]) {
    await using file = await parquet([{ name: "user_id", values: [7, null, 9], type }, MOVIES, STARS, TIMES]);
    const { ratings, unparsable, keys } = await file.source.read();
    assert.deepEqual([...ratings.userId.subarray(0, 2)], [7, 9], String(type));
    assert.deepEqual([unparsable.map(({ line, reason }) => `${line} ${reason}`), keys?.users], [
      ["2 user_id is empty"],
      null,
    ]);
  }
});

Deno.test("mappedSource() reads texts that are dictionaries", async () => {
  const column: Column = { name: "user_id", values: ["x", "y", "x"], type: pl.Categorical };
  await using file = await parquet([column, MOVIES, STARS, TIMES]);
  const { ratings, keys } = await file.source.read();
  assert.deepEqual([...ratings.userId.subarray(0, 3)].map((place) => keys!.users!.key(place)), [
    "x",
    "y",
    "x",
  ]);
});

Deno.test("mappedSource() refuses columns that are nested or of another kind, in words", async () => {
  const lists: Column = { name: "movie_id", values: [["a"], ["b"], ["c"]] };
  await using nested = await parquet([IDS, lists, STARS, TIMES]);
  await assert.rejects(nested.source.read(), (error: Error) => {
    assert.ok(error instanceof DataError);
    assert.match(
      error.message,
      /column "movie_id" of ".*r\.parquet" as movie_id as it should hold ids: found type List/,
    );
    return true;
  });
  await using missing = await parquet([IDS, STARS, TIMES]);
  await assert.rejects(
    missing.source.read(),
    /no column "movie_id", wanted by .*found "user_id", "rating", "rated_at"/,
  );
});

Deno.test("mappedSource() says that a Parquet file is damaged, without a stack trace", async () => {
  await using file = await parquet([IDS, MOVIES, STARS, TIMES]);
  const bytes = await Deno.readFile(file.path);
  await Deno.writeFile(file.path, bytes.slice(0, bytes.length >> 1));
  await assert.rejects(file.source.read(), (error: Error) => {
    assert.ok(error instanceof DataError);
    assert.match(error.message, /^Cannot read ".*r\.parquet" as Parquet: [^\n]+$/);
    return true;
  });
});

Deno.test("mappedSource() reads the parts of a Parquet folder as one, row by row", async () => {
  await using folder = await dataFolder({});
  writeParquet(join(folder.path, "part-1.parquet"), [IDS, MOVIES, STARS, TIMES]);
  writeParquet(join(folder.path, "part-2.parquet"), [TIMES, IDS, STARS, MOVIES]);
  const rows = await ratingsOf(mappedSource(mappingOf(folder.path)));
  assert.deepEqual(rows.map((row) => row.split(" ").at(-1)), ["1", "2", "3", "4", "5", "6"]);
});

Deno.test("mappedSource() finds Parquet columns by the names of the file, one in two places if need be", async () => {
  await using folder = await dataFolder({});
  const path = join(folder.path, "r.parquet");
  const at = TIMES.values.map((seconds) => Number(seconds) * 1000);
  writeParquet(path, [
    { name: 'the "who"', values: ["x", "y", "z"] },
    { name: "What, then", values: ["a", "b", "c"] },
    { name: "seen us", values: at, from: pl.Int64, type: pl.Datetime("ms") },
    { name: "made", values: [9_000, 9_400, 9_800], from: pl.Int32, type: pl.Date },
  ]);
  const file = { path, format: "auto" as const };
  const source = mappedSource(mappingOf(path, {
    columns: { user_id: 'the "who"', movie_id: "What, then", rating: "rating", rated_at: "seen us" },
    isImplicit: true,
    movies: {
      ...file,
      columns: { movie_id: "What, then", title: "What, then", year: "made" },
      genreSeparator: "|",
    },
  }));
  assert.deepEqual(await ratingsOf(source), [
    "x a 1 1600000000 1",
    "y b 1 1600000060 2",
    "z c 1 1600000120 3",
  ]);
  const { movies } = await source.read();
  assert.deepEqual(movies.map(({ title, year }) => [title, year]), [["a", 1994], ["b", 1995], ["c", 1996]]);
});
