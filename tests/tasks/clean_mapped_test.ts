import assert from "@std/assert";
import clean from "../../tasks/clean.ts";
import ingest from "../../tasks/ingest.ts";
import { join } from "node:path";
import { importArchive } from "../../tasks/import/archive.ts";
import { mappedSource } from "../../tasks/import/mapped.ts";
import { testRun } from "../support/context.ts";
import { testPool } from "../support/database.ts";
import { ask } from "./import/_ask.ts";
import { pl, writeParquet } from "../support/parquet.ts";
import { dataFolder } from "./import/_data_folder.ts";
import { mappedFile, mappingOf } from "./import/_mapping.ts";

const HEAD = "user_id,movie_id,rating,rated_at";
const SETTINGS = { bootstrap: { ratings: 1_000, atMost: 1 } };

async function lakeOf(pool: Awaited<ReturnType<typeof testPool>>) {
  await using run = await testRun(pool, { kind: "bootstrap", settings: SETTINGS });
  await run.stage("ingest", ingest);
  const { rowsIn, rowsOut, rejects } = await run.stage("clean", clean);
  assert.equal(rowsIn, Number(rowsOut) + Number(rejects));
  return {
    lake: (await ask(pool.url, "select rating from data_lake_db.ratings order by rating_id")).flat().map(
      Number,
    ),
    rejects: (await ask(
      pool.url,
      "select raw_row ->> 'rating', reason from data_lake_db.rejects order by raw_id",
    )).map((row) => row.join(" ")),
  };
}

const rowsOf = (values: readonly (number | string)[]) =>
  values.map((value, i) => `${i + 1},1,${value},2020-01-01T00:${10 + i}`);

Deno.test("clean maps a source's own scale to half stars, in a straight line, up from the middle", async () => {
  await using pool = await testPool();
  const values = [1, 2, 5.5, 10, 1.4, 1.5, 0.9, 10.01, "NaN", "", "Infinity"];
  await using file = await mappedFile([HEAD, ...rowsOf(values)], { scale: { min: 1, max: 10 } });
  await importArchive(pool, file.source);
  const { lake, rejects } = await lakeOf(pool);
  // (r − 1) · 9 / 9 half stars above 0.5: 5.5 is 4.5 of them, which is 5.
  assert.deepEqual(lake, [0.5, 1, 3, 5, 0.5, 1]);
  assert.deepEqual(rejects, [
    "0.9 rating_off_scale",
    "10.01 rating_off_scale",
    "NaN rating_not_a_number",
    "NaN rating_not_a_number",
    "Infinity rating_not_a_number",
  ]);
  const raw = await ask(pool.url, "select rating from raw_db.ratings order by rating_id");
  assert.deepEqual(raw.flat().slice(0, 6).map(Number), [1, 2, 5.5, 10, 1.4, 1.5], "raw is as received");
});

Deno.test("clean maps scales of any width and place", async () => {
  for (
    const [scale, values, stars] of [
      [{ min: 0, max: 100 }, [0, 50, 100, 94, 95], [0.5, 3, 5, 4.5, 5]],
      [{ min: -1, max: 1 }, [-1, 0, 1], [0.5, 3, 5]],
      [{ min: 0.5, max: 5 }, [0.5, 3.5, 5, 3.7], [0.5, 3.5, 5, 3.5]],
    ] as const
  ) {
    await using pool = await testPool();
    await using file = await mappedFile([HEAD, ...rowsOf(values)], { scale });
    await importArchive(pool, file.source);
    assert.deepEqual((await lakeOf(pool)).lake, stars, JSON.stringify(scale));
  }
});

Deno.test("clean makes one current row of interactions that repeat", async () => {
  await using pool = await testPool();
  const lines = [
    "user_id,movie_id,rated_at",
    "a,x,100000000",
    "a,x,1000000000",
    "a,y,1000000001",
    "a,x,1000000002",
  ];
  await using file = await mappedFile([...lines, "a,x,1000000002"], { isImplicit: true });
  await importArchive(pool, file.source);
  const { lake, rejects } = await lakeOf(pool);
  assert.deepEqual(lake, [5, 5, 5]);
  assert.deepEqual(rejects, ["1 impossible_date", "1 exact_repeat"]);
  const current = "select count(*), sum(rating) from data_lake_db.current_ratings";
  assert.deepEqual((await ask(pool.url, current))[0], ["2", "10"]);
});

Deno.test("the same rows in CSV and in Parquet give the same archive and the same lake", async () => {
  const rows = Array.from({ length: 500 }, (_, i) => ({
    user: i % 3 === 0 ? `ann${i % 17}` : `${i % 17}`,
    movie: `käse ${(i * 7) % 23}`,
    stars: [1, 2.5, 3, 4.5, 7][i % 5],
    at: 1_500_000_000 + ((i * 7919) % 300) * 60,
  }));
  await using folder = await dataFolder({
    "r.csv": [
      HEAD,
      ...rows.map(({ user, movie, stars, at }) =>
        [user, `"${movie}"`, stars, new Date(at * 1000).toISOString()].join()
      ),
    ].join("\n"),
  });
  writeParquet(join(folder.path, "r.parquet"), [
    { name: "rating", values: rows.map(({ stars }) => stars) },
    { name: "rated_at", values: rows.map(({ at }) => at * 1000), from: pl.Int64, type: pl.Datetime("ms") },
    { name: "movie_id", values: rows.map(({ movie }) => movie) },
    { name: "user_id", values: rows.map(({ user }) => user) },
  ], { compression: "zstd", rowGroupSize: 100 });
  const digests = [];
  for (const name of ["r.csv", "r.parquet"]) {
    await using pool = await testPool();
    await importArchive(pool, mappedSource(mappingOf(join(folder.path, name))));
    // A line of a CSV file counts its header, a row of a Parquet file has none.
    await pool.script(
      "update raw_db.ratings set source_line = source_line - (select min(source_line) from raw_db.ratings)",
    );
    await lakeOf(pool);
    const digest = await pool.rows<{ table_name: string; n: number; hash: string }>("status/digest");
    digests.push(digest.filter(({ table_name }) => !/sources|source_mappings/.test(table_name)));
  }
  assert.deepEqual(digests[1], digests[0]);
  const lake = digests[0].find(({ table_name }) => table_name === "data_lake_db.ratings");
  assert.ok(lake && lake.n > 0);
  assert.ok(digests[0].some(({ table_name, n }) => table_name === "raw_db.user_keys" && n > 0));
});
