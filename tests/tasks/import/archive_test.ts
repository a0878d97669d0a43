import assert from "@std/assert";
import { structureOf } from "../../sql/_structure.ts";
import { testPool } from "../../support/database.ts";
import type { Pool } from "../../../sql/db.ts";
import { archiveSources, importArchive } from "../../../tasks/import/archive.ts";
import { movieLens } from "../../../tasks/import/movielens.ts";
import { sampleSource } from "../../../tasks/import/sample.ts";
import { ask, askOne } from "./_ask.ts";
import { type DataFolder, dataFolder, mlLatestSmall, MOVIES, ratingsCsv } from "./_data_folder.ts";

const digest = (pool: Pool) => pool.rows("status/digest");
const folderOf = (lines: string[], movies = MOVIES): Promise<DataFolder> =>
  dataFolder({ "set/ratings.csv": ratingsCsv(lines), "set/movies.csv": movies });
const setIn = (folder: DataFolder) => movieLens(`${folder.path}/set`);

Deno.test("importArchive() gives ids in time order, once", async () => {
  await using pool = await testPool();
  await using folder = await folderOf([
    "9,2,1.0,200",
    "3,1,2.0,100",
    "1,2,3.0,200",
    "1,1,4.0,200",
    "1,1,4.0,200",
  ]);
  const result = await importArchive(pool, await setIn(folder));
  assert.deepEqual([result.action, result.nCopied, result.nMovies, result.source.edition], [
    "imported",
    5,
    2,
    "set",
  ]);
  assert.deepEqual(
    await ask(
      pool.url,
      "select rating_id, user_id, movie_id, rating, source_line, lane from raw_db.ratings order by 1",
    ),
    [
      ["1", "3", "1", "2", "3", "import"],
      ["2", "1", "1", "4", "5", "import"],
      ["3", "1", "1", "4", "6", "import"],
      ["4", "1", "2", "3", "4", "import"],
      ["5", "9", "2", "1", "2", "import"],
    ],
  );
  const before = await digest(pool);
  const again = await importArchive(pool, await setIn(folder));
  assert.deepEqual([again.action, again.nCopied], ["nothing", 0]);
  assert.deepEqual(await digest(pool), before);
});

Deno.test("importArchive() keeps what was received, to the last digit", async () => {
  await using pool = await testPool();
  await using folder = await folderOf([
    "1,1,4.1,0",
    "2,1,NaN,1.5",
    "3,1,7.5,32503680000",
    "4,1,-Infinity,-210866803200",
    "5,1,1e300,9224318015999",
    "6,1,0.5,4294967296",
  ]);
  await importArchive(pool, await setIn(folder));
  const text = "select user_id, rating, rated_at::text from raw_db.ratings order by user_id";
  assert.deepEqual((await ask(pool.url, text)).flat(), [
    ...["1", "4.1", "1970-01-01 00:00:00+00"],
    ...["2", "NaN", "1970-01-01 00:00:01.5+00"],
    ...["3", "7.5", "3000-01-01 00:00:00+00"],
    ...["4", "-Infinity", "4714-11-24 00:00:00+00 BC"],
    ...["5", "1e+300", "294276-12-31 23:59:59+00"],
    ...["6", "0.5", "2106-02-07 06:28:16+00"],
  ]);
});

Deno.test("importArchive() keeps lines that are no ratings, once, with line and reason", async () => {
  await using pool = await testPool();
  await using folder = await folderOf([
    "1,1,4.0,100",
    "1,1,much,100",
    "'); drop table raw_db.ratings; --",
    "2,1,1,5",
  ]);
  const result = await importArchive(pool, await setIn(folder));
  await importArchive(pool, await setIn(folder));
  assert.deepEqual([result.nCopied, result.nUnparsable], [2, 2]);
  assert.deepEqual(
    await ask(pool.url, "select source_line, line, reason from raw_db.unparsable order by 1"),
    [
      ["3", "1,1,much,100", 'rating is no number: "much"'],
      ["4", "'); drop table raw_db.ratings; --", "wanted 4 fields: found 1"],
    ],
  );
});

Deno.test("importArchive() keeps any title as it is", async () => {
  const titles = [
    "Robert'); drop table raw_db.movies;-- (2000)",
    '{"a",\\N,NULL} \\ (2001)',
    "<script>$1</script>",
    "NULL",
  ];
  const movies = "movieId,title,genres\n" +
    titles.map((title, i) => `${i + 1},"${title.replaceAll('"', '""')}",Drama|{x}`).join("\n");
  await using pool = await testPool();
  await using folder = await folderOf(["1,1,4.0,100"], movies);
  await importArchive(pool, await setIn(folder));
  assert.deepEqual((await ask(pool.url, "select title from raw_db.movies order by movie_id")).flat(), titles);
  assert.deepEqual(await ask(pool.url, "select title, year from data_lake_db.movies order by movie_id"), [
    ["Robert'); drop table raw_db.movies;--", "2000"],
    ['{"a",\\N,NULL} \\', "2001"],
    ["<script>$1</script>", null],
    ["NULL", null],
  ]);
});

Deno.test("importArchive() gives genres places in alphabetical order and appends new ones", async () => {
  await using pool = await testPool();
  const movies = "movieId,title,genres\n1,A (1990),War|Drama\n2,B (1991),(no genres listed)\n3,C (1992),\n";
  await using first = await folderOf(["1,1,4.0,100"], movies);
  await importArchive(pool, await setIn(first));
  await using second = await folderOf(
    ["1,1,4.0,100", "1,3,4.0,200"],
    `${movies}4,D (1993),Action|War|Action\n`,
  );
  await importArchive(pool, await setIn(second), { sameIds: true });
  assert.deepEqual(await ask(pool.url, "select genre_id, name from data_lake_db.genres order by 1"), [
    ["0", "(no genres listed)"],
    ["1", "Drama"],
    ["2", "War"],
    ["3", "Action"],
  ]);
  const genres = await ask(pool.url, "select genre_ids::text from data_lake_db.movies order by movie_id");
  assert.deepEqual(genres.flat(), ["{2,1}", "{0}", "{0}", "{3,2}"]);
});

Deno.test("importArchive() renames movies by a newer edition, but not the genres that sums were made with", async () => {
  await using pool = await testPool();
  await using first = await folderOf(
    ["1,1,4.0,100"],
    "movieId,title,genres\n1,Old (1990),Drama\n2,Odl (1991),Drama\n",
  );
  await importArchive(pool, await setIn(first));
  await pool.script("insert into processed_db.movie_features values (1, 1, 4)");
  await using second = await folderOf(
    ["2,1,4.0,50"],
    "movieId,title,genres\n1,New (1980),War\n2,Old (1991),War\n",
  );
  await importArchive(pool, await setIn(second), { sameIds: true });
  assert.deepEqual(
    await ask(pool.url, "select title, year, genre_ids::text from data_lake_db.movies order by movie_id"),
    [
      ["New", "1980", "{0}"],
      ["Old", "1991", "{1}"],
    ],
  );
  const ids = await ask(pool.url, "select rating_id, user_id from raw_db.ratings order by 1");
  assert.deepEqual(ids, [["1", "1"], ["2", "2"]], "a newer edition follows in the lane, whatever its dates");
});

const TAKEN = {
  "live ratings": `insert into raw_db.ratings (rating_id, lane, user_id, movie_id, rating, rated_at)
    values (59, 'live', 1, 1, 3, now())`,
  "ids that are promised":
    `insert into raw_db.sources (sha256, name, edition, n_rows, n_copied, first_id, imported_at)
    values ('x', 'x', 'x', 10, 10, 50, now())`,
};
for (const [name, statement] of Object.entries(TAKEN)) {
  Deno.test(`importArchive() starts behind ${name}`, async () => {
    await using pool = await testPool();
    await pool.script(statement);
    await using folder = await folderOf(["1,1,4.0,100"]);
    const { source } = await importArchive(pool, await setIn(folder), { sameIds: true });
    assert.equal(source.first_id, 60);
  });
}

Deno.test("importArchive() goes on where a SIGKILL inside COPY stopped it", async () => {
  const [nRatings, chunkRows] = [40_000, 9_000];
  const source = sampleSource({ nRatings, seed: 1 });
  await using undisturbed = await testPool();
  await importArchive(undisturbed, source);

  await using pool = await testPool();
  const script = decodeURIComponent(new URL("./_killed_import.ts", import.meta.url).pathname);
  const { signal } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", script, pool.url, String(nRatings), String(chunkRows), "2"],
    stderr: "inherit",
  }).output();
  assert.equal(signal, "SIGKILL");
  const structure = await structureOf(undisturbed, "raw_db.ratings");
  assert.equal((await structureOf(pool, "raw_db.ratings")).length, structure.length - 2, "no key meanwhile");
  const [stopped] = await archiveSources(pool);
  assert.deepEqual([stopped.n_copied, stopped.n_rows, stopped.imported_at], [2 * chunkRows, nRatings, null]);
  assert.equal(await askOne(pool.url, "select count(*) from raw_db.ratings"), String(2 * chunkRows));

  const result = await importArchive(pool, source);
  assert.deepEqual([result.action, result.nCopied], ["resumed", nRatings - 2 * chunkRows]);
  assert.ok(result.source.imported_at);
  assert.deepEqual(await digest(pool), await digest(undisturbed));
  assert.deepEqual(await structureOf(pool, "raw_db.ratings"), structure);
});

Deno.test("importArchive() leaves the archive's table as the migrations made it", async () => {
  await using pool = await testPool();
  const structure = await structureOf(pool, "raw_db.ratings");
  await using folder = await folderOf(["1,1,4.0,100"]);
  await importArchive(pool, await setIn(folder));
  assert.deepEqual(await structureOf(pool, "raw_db.ratings"), structure);
  // A second source finds rows, and keeps their key.
  await using second = await folderOf(["1,1,4.0,100", "1,2,4.0,200"]);
  const stop = new AbortController();
  const stopped = importArchive(pool, await setIn(second), {
    sameIds: true,
    chunkRows: 1,
    signal: stop.signal,
    progress: (done, _total, unit) => unit === "ratings" && done === 1 && stop.abort(new Error("stopped")),
  });
  await assert.rejects(stopped, /stopped/);
  assert.deepEqual(await structureOf(pool, "raw_db.ratings"), structure);
});

Deno.test("importArchive() stops between chunks when asked to, tells how far it is, and goes on", async () => {
  await using pool = await testPool();
  const source = sampleSource({ nRatings: 5_000, seed: 1 });
  const stop = new AbortController();
  const heard: number[] = [];
  const progress = (done: number, total: number, unit: string) => {
    if (unit !== "ratings") return;
    heard.push(done);
    assert.equal(total, 5_000);
    if (done === 2_000) stop.abort(new Error("stopped"));
  };
  await assert.rejects(
    importArchive(pool, source, { chunkRows: 1_000, progress, signal: stop.signal }),
    /stopped/,
  );
  assert.deepEqual(heard, [0, 1_000, 2_000]);
  assert.equal((await importArchive(pool, source)).nCopied, 3_000);
});

Deno.test("importArchive() lets one of two that start together do it", async () => {
  await using pool = await testPool();
  const source = sampleSource({ nRatings: 5_000, seed: 1 });
  await source.read();
  const both = await Promise.allSettled([1, 2].map(() => importArchive(pool, source, { chunkRows: 500 })));
  const failures = both.filter((outcome) => outcome.status === "rejected").map(({ reason }) =>
    String(reason)
  );
  assert.equal(failures.length, 1);
  assert.match(failures[0], /another process/);
  assert.equal(await askOne(pool.url, "select count(*) from raw_db.ratings"), "5000");
});

Deno.test("importArchive() does not go on with a file that reads differently", async () => {
  await using pool = await testPool();
  await using folder = await folderOf(["1,1,4.0,100", "1,2,4.0,200"]);
  await importArchive(pool, await setIn(folder));
  await pool.script("update raw_db.sources set n_rows = 3, imported_at = null");
  await assert.rejects(
    importArchive(pool, await setIn(folder)),
    /as it was read differently before: wanted 3 ratings, found 2/,
  );
});

const real = mlLatestSmall();
Deno.test({
  name: "importArchive() takes ml-latest-small whole (ignored where it does not lie beside the checkout)",
  ignore: real === null,
  async fn() {
    await using pool = await testPool();
    const { nCopied, nMovies } = await importArchive(pool, await movieLens(real!));
    assert.deepEqual([nCopied, nMovies], [100_836, 9_742]);
    const facts = `select count(*), sum(rating), min(rated_at), max(rated_at),
      (select count(*) from data_lake_db.movies), (select count(*) from data_lake_db.genres) from raw_db.ratings`;
    assert.deepEqual((await ask(pool.url, facts))[0], [
      ...["100836", "353083", "1996-03-29T18:36:55.000Z", "2018-09-24T14:27:30.000Z", "9742", "20"],
    ]);
    const disorder = await askOne(
      pool.url,
      `select count(*) from (
        select (rated_at, user_id, movie_id) < lag((rated_at, user_id, movie_id)) over (order by rating_id) as is_late
        from raw_db.ratings) t where is_late`,
    );
    assert.equal(disorder, "0");
  },
});
