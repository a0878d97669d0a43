import assert from "@std/assert";
import fc from "fast-check";
import type { Pool } from "../../../sql/db.ts";
import { testPool } from "../../support/database.ts";
import { archiveSources, importArchive } from "../../../tasks/import/archive.ts";
import { unknownRows } from "../../../tasks/import/known_rows.ts";
import { movieLens } from "../../../tasks/import/movielens.ts";
import { RatingTable } from "../../../tasks/import/rating_table.ts";
import { timeOrder } from "../../../tasks/import/time_order.ts";
import { addSource, post } from "../_archive.ts";
import { ask, askOne } from "./_ask.ts";
import { dataFolder, MOVIES, ratingsCsv } from "./_data_folder.ts";

type Rating = [user: number, movie: number, rating: number, seconds: number];

async function importLines(pool: Pool, lines: readonly string[], options = {}) {
  await using folder = await dataFolder({ "ratings.csv": ratingsCsv(lines), "movies.csv": MOVIES });
  return await importArchive(pool, await movieLens(folder.path), { sameIds: true, ...options });
}

const ROWS =
  "select user_id, movie_id, rating, extract(epoch from rated_at)::int, source_line from raw_db.ratings order by rating_id";

Deno.test("importArchive() leaves out what the archive holds exactly, and counts it", async () => {
  await using pool = await testPool();
  await importLines(pool, ["1,1,4.0,100", "2,1,NaN,200", "3,2,4.5,300"]);
  await pool.script(`insert into raw_db.ratings (rating_id, lane, user_id, movie_id, rating, rated_at)
    values (4, 'live', 9, 1, 2, to_timestamp(150))`);
  const newer = [
    "3,2,4.5,300", // known
    "3,2,4.0,300", // another rating
    "1,1,4.0,101", // another time
    "1,1,4.0,100", // known
    "1,1,4.0,100", // and again
    "2,1,NaN,200", // known: as received
    "9,1,2,150", // known: a live one
    "1,2,4.0,100", // another movie
    "many,1,4.0,100",
  ];
  const result = await importLines(pool, newer);
  assert.deepEqual([result.nCopied, result.nKnown, result.nUnparsable], [3, 5, 1]);
  assert.deepEqual((await ask(pool.url, ROWS)).slice(4), [
    ["1", "2", "4", "100", "9"],
    ["1", "1", "4", "101", "4"],
    ["3", "2", "4", "300", "3"],
  ]);
  const sources = (await archiveSources(pool)).map((
    { n_rows, n_known, first_id },
  ) => [n_rows, n_known, first_id]);
  assert.deepEqual(sources, [[3, 0, 1], [3, 5, 5]]);
});

Deno.test("importArchive() takes a file of which all is in for nothing new", async () => {
  await using pool = await testPool();
  await importLines(pool, ["1,1,4.0,100", "2,1,3,200"]);
  const result = await importLines(pool, ["2,1,3,200"]);
  assert.deepEqual([result.action, result.nCopied, result.nKnown], ["imported", 0, 1]);
  assert.ok(result.source.imported_at);
  assert.equal((await importLines(pool, ["2,1,3,200"])).action, "nothing");
});

Deno.test("importArchive() goes on with the same ids, whatever came in since", async () => {
  await using pool = await testPool();
  await importLines(pool, ["1,1,4.0,100", "2,1,3,200"]);
  const newer = ["2,1,3,200", ...Array.from({ length: 9 }, (_, i) => `${i + 3},2,5,${i + 150}`)];
  const stop = new AbortController();
  const progress = (done: number, _: number, unit: string) => {
    if (unit === "ratings" && done === 4) stop.abort(new Error("stopped"));
  };
  await assert.rejects(importLines(pool, newer, { chunkRows: 2, signal: stop.signal, progress }), /stopped/);
  await pool.script(`insert into raw_db.ratings (rating_id, lane, user_id, movie_id, rating, rated_at)
    values (12, 'live', 11, 2, 5, to_timestamp(158))`);
  const result = await importLines(pool, newer);
  assert.deepEqual([result.action, result.nCopied, result.nKnown], ["resumed", 5, 1]);
  assert.equal(await askOne(pool.url, "select count(*) from raw_db.ratings where lane = 'import'"), "11");
  assert.equal(await askOne(pool.url, "select count(distinct user_id) from raw_db.ratings"), "11");
});

Deno.test("unknownRows() leaves out what a search row by row finds", async () => {
  const rating: fc.Arbitrary<Rating> = fc.tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 3 }),
    fc.constantFrom(1, 4, 4.1),
    fc.constantFrom(-5, 0, 7, 7.25, 8, 9, 1e9, 4_294_967_296),
  );
  const rows = fc.array(rating, { maxLength: 40 });
  const edition = fc.array(rating, { minLength: 1, maxLength: 40 });
  const lanes = fc.tuple(edition, edition, rows);
  await fc.assert(
    fc.asyncProperty(lanes, rows, async ([first, second, live], file) => {
      await using pool = await testPool();
      for (const edition of [first, second]) {
        const sorted = [...edition].sort((a, b) => a[3] - b[3] || a[0] - b[0] || a[1] - b[1]);
        const at = (seconds: number) => new Date(seconds * 1000).toISOString();
        await addSource(pool, sorted.map(([user, movie, rating, s]) => ({ user, movie, rating, at: at(s) })));
      }
      await post(
        pool,
        live.map(([user, movie, rating, s]) => ({
          user,
          movie,
          rating,
          at: new Date(s * 1000).toISOString(),
        })),
      );
      await pool.execute("ingest/drain_inbox");
      const table = new RatingTable();
      for (const [i, [user, movie, rating, seconds]] of file.entries()) {
        table.push(user, movie, rating, seconds, i);
      }
      const order = await timeOrder(table);
      const known = new Set([...first, ...second, ...live].map(String));
      const wanted = Array.from(order).filter((row) => !known.has(String(file[row])));
      assert.deepEqual(Array.from(await unknownRows(pool, table, { order, before: 1e9 })), wanted);
      assert.deepEqual(Array.from(await unknownRows(pool, table, { order, before: 0 })), Array.from(order));
    }),
    { numRuns: 12 },
  );
});
