import assert from "@std/assert";
import type { Pool } from "../../../sql/db.ts";
import { newerMark, readBase } from "../../../server/follow/newer_ratings.ts";
import { testPool } from "../../support/database.ts";
import { snapshotParts } from "../../support/snapshot.ts";
import { addBatch, addInbox, addRaw, cleanBatch, createArchive } from "../_archive.ts";

/** Batches 0 (in the snapshot), 1 (cleaned), 2 (open); then live rows and an inbox; then rows not taken. */
async function createDay(db: Pool): Promise<void> {
  await createArchive(db, snapshotParts());
  await addRaw(db, "import", 1, [[3, 10], [3, 20], [6, 10], [6, 20], [9, 10], [9, 20]]);
  await addBatch(db, 0, { import: [1, 2] });
  await cleanBatch(db, 0);
  await addRaw(db, "live", 1001, [[12, 10], [12, 20], [12, 30]]);
  await addBatch(db, 1, { import: [3, 4], live: [1001, 1001] });
  await cleanBatch(db, 1, [4]);
  await addBatch(db, 2, { import: [5, 5], live: [1002, 1002], unparsable: [1, 1] });
  await addInbox(db, [15, 10]);
}

async function pairsAfter(db: Pool, batch: number): Promise<string[]> {
  const { ratings, afterBatch } = await readBase(db, { serial: 1, epoch: 0, afterBatch: batch });
  assert.equal(afterBatch, batch);
  const { userIds, offsets, movieIds } = ratings;
  return [...userIds].flatMap((user, u) =>
    [...movieIds.subarray(offsets[u], offsets[u + 1])].map((movie) => `${user} ${movie}`)
  );
}

Deno.test("readBase() has lake, open batch, live lane and inbox, and no more", async () => {
  await using db = await testPool();
  await createDay(db);
  assert.deepEqual(await pairsAfter(db, 0), [
    "6 10", // lake, of batch 1; its 6 20 was refused
    "9 10", // raw, of open batch 2; 9 20 no batch has taken
    "12 10", // live, in the lake
    "12 20", // live, in open batch 2
    "12 30", // live, in no batch
    "15 10", // inbox
  ]);
  assert.deepEqual(await pairsAfter(db, 1), ["9 10", "12 20", "12 30", "15 10"]);
  assert.deepEqual(await pairsAfter(db, 2), ["12 30", "15 10"]);
  assert.deepEqual((await pairsAfter(db, -1)).slice(0, 3), ["3 10", "3 20", "6 10"]);
});

Deno.test("readBase() names a pair once, however often it was rated", async () => {
  await using db = await testPool();
  await createDay(db);
  await addInbox(db, [15, 10]);
  await addInbox(db, [6, 10]);
  assert.deepEqual((await pairsAfter(db, 0)).filter((pair) => ["15 10", "6 10"].includes(pair)), [
    "6 10",
    "15 10",
  ]);
});

Deno.test("readBase() reads a live lane before any batch", async () => {
  await using db = await testPool();
  await createArchive(db, snapshotParts());
  assert.deepEqual(await pairsAfter(db, -1), []);
  await addRaw(db, "import", 1, [[3, 10]]);
  await addRaw(db, "live", 1001, [[12, 10]]);
  assert.deepEqual(await pairsAfter(db, -1), ["12 10"]);
});

Deno.test("newerMark() changes with every step of a rating's way, and only then", async () => {
  await using db = await testPool();
  await createArchive(db, snapshotParts());
  const markText = async () => JSON.stringify(await newerMark(db));
  const marks = [await markText()];
  const after = async (step: Promise<void>) => {
    await step;
    marks.push(await markText());
  };
  await after(addInbox(db, [15, 10]));
  await after(addInbox(db, [15, 20]));
  await after(db.script("delete from raw_db.inbox where movie_id = 10"));
  await after(addRaw(db, "live", 1001, [[15, 10]]));
  await after(addRaw(db, "import", 1, [[3, 10]]).then(() => addBatch(db, 0, { import: [1, 1] })));
  await after(cleanBatch(db, 0));
  assert.equal(new Set(marks).size, 7);
  // Imported rows that no batch takes are no news.
  await after(addRaw(db, "import", 2, [[3, 20]]));
  assert.equal(marks.at(-1), marks.at(-2));
});
