import assert from "@std/assert";
import { join } from "node:path";
import type { Pool } from "../../../sql/db.ts";
import { importArchive } from "../../../tasks/import/archive.ts";
import { DataError } from "../../../tasks/import/errors.ts";
import { mappedSource } from "../../../tasks/import/mapped.ts";
import { testPool } from "../../support/database.ts";
import { ask } from "./_ask.ts";
import { mappedFile, mappingOf } from "./_mapping.ts";

const HEAD = "user_id,movie_id,rating,rated_at";
const FIRST = [HEAD, "zoë@b.c,m1,4,300", "7,m2,3,100", "zoë@b.c,m2,5,200"];

const keysIn = async (pool: Pool, what: "user" | "movie") =>
  (await ask(pool.url, `select ${what}_id, key from raw_db.${what}_keys order by 1`)).map((row) =>
    row.join(" ")
  );

const ratingsIn = async (pool: Pool) =>
  (await ask(
    pool.url,
    "select u.key, m.key, r.rating from raw_db.ratings r join raw_db.user_keys u using (user_id) " +
      "join raw_db.movie_keys m using (movie_id) order by rating_id",
  )).map((row) => row.join(" "));

Deno.test("importArchive() numbers texts in the order of the file, and keeps both", async () => {
  await using pool = await testPool();
  await using file = await mappedFile(FIRST);
  await importArchive(pool, file.source);
  assert.deepEqual(await keysIn(pool, "user"), ["1 zoë@b.c", "2 7"]);
  assert.deepEqual(await keysIn(pool, "movie"), ["1 m1", "2 m2"]);
  assert.deepEqual(await ratingsIn(pool), ["7 m2 3", "zoë@b.c m2 5", "zoë@b.c m1 4"]);
  assert.deepEqual(await ask(pool.url, "select movie_id, title, year from data_lake_db.movies order by 1"), [
    ["1", "m1", null],
    ["2", "m2", null],
  ]);
});

Deno.test("importArchive() keeps known texts their numbers, and gives new ones new numbers", async () => {
  await using pool = await testPool();
  await using file = await mappedFile(FIRST);
  await importArchive(pool, file.source);
  // All users of the newer file are whole numbers: in this archive they are texts all the same.
  await using newer = await mappedFile([HEAD, "1,m3,2,400", "7,m1,1,500"]);
  await importArchive(pool, newer.source, { sameIds: true });
  assert.deepEqual(await keysIn(pool, "user"), ["1 zoë@b.c", "2 7", "3 1"]);
  assert.deepEqual(await keysIn(pool, "movie"), ["1 m1", "2 m2", "3 m3"]);
  assert.deepEqual((await ratingsIn(pool)).slice(3), ["1 m3 2", "7 m1 1"]);
});

Deno.test("importArchive() gives no text a number that somebody rates under", async () => {
  await using pool = await testPool();
  await using file = await mappedFile(FIRST);
  await importArchive(pool, file.source);
  await pool.script("insert into raw_db.inbox (user_id, movie_id, rating) values (40, 1, 3)");
  await using newer = await mappedFile([HEAD, "new,m1,2,400"]);
  await importArchive(pool, newer.source, { sameIds: true });
  assert.deepEqual((await keysIn(pool, "user")).at(-1), "41 new");
});

Deno.test("importArchive() refuses texts where the archive's ids are numbers", async () => {
  await using pool = await testPool();
  await using file = await mappedFile([HEAD, "1,1,4,100"]);
  await importArchive(pool, file.source);
  assert.deepEqual(await keysIn(pool, "user"), []);
  await using newer = await mappedFile([HEAD, "1,1,4,100", "x1,1,4,200"]);
  await assert.rejects(importArchive(pool, newer.source, { sameIds: true }), (error: Error) => {
    assert.ok(error instanceof DataError);
    assert.match(error.message, /the user ids of the archive are whole numbers: found "x1".*--replace/);
    return true;
  });
});

Deno.test("importArchive() goes on with texts under the numbers that they had", async () => {
  await using pool = await testPool();
  await using undisturbed = await testPool();
  const lines = Array.from({ length: 60 }, (_, i) => `u${i * 7 % 11},m${i % 5},3,${(i * 37) % 60}`);
  await using file = await mappedFile([HEAD, ...lines]);
  await importArchive(undisturbed, file.source);
  const stop = new AbortController();
  const progress = (done: number) => done === 20 && stop.abort(new Error("stopped"));
  const killed = importArchive(pool, file.source, { chunkRows: 20, signal: stop.signal, progress });
  await assert.rejects(killed, /stopped/);
  const again = mappedSource(mappingOf(join(file.folder.path, "ratings.csv")));
  assert.equal((await importArchive(pool, again)).action, "resumed");
  assert.deepEqual(await ratingsIn(pool), await ratingsIn(undisturbed));
  assert.deepEqual(await keysIn(pool, "user"), await keysIn(undisturbed, "user"));
});

Deno.test("importArchive() gives titles of a table, and never takes them back", async () => {
  await using pool = await testPool();
  await using file = await mappedFile([HEAD, "a,m1,4,100", "a,m2,3,200"]);
  await importArchive(pool, file.source);
  await pool.script("update raw_db.movies set title = 'Heat' where movie_id = 1");
  await using newer = await mappedFile([HEAD, "b,m1,4,300", "b,m3,3,400"]);
  await importArchive(pool, newer.source, { sameIds: true });
  const titles = await ask(pool.url, "select title from raw_db.movies order by movie_id");
  assert.deepEqual(titles.flat(), ["Heat", "m2", "m3"]);
});
