import assert from "@std/assert";
import type { Pool } from "../../../sql/db.ts";
import { createNewerReader } from "../../../server/follow/newer_ratings.ts";
import { createNewerRatings } from "../../../server/live/newer.ts";
import { createNewerLog } from "../../../server/live/newer_log.ts";
import { testPool } from "../../support/database.ts";
import { snapshotParts } from "../../support/snapshot.ts";
import { addInbox, createArchive } from "../_archive.ts";

async function world(db: Pool) {
  await createArchive(db, snapshotParts());
  await addInbox(db, [3, 10]);
  const log = createNewerLog(16);
  const reader = createNewerReader(log);
  const newer = createNewerRatings(await reader.read(db, 0), log);
  return { log, reader, newer };
}

Deno.test("catchUp() takes another server's ratings by the log, and reads nothing twice", async () => {
  await using db = await testPool();
  const { log, reader, newer } = await world(db);
  assert.equal(newer.of(3)?.get(10), 4);
  assert.ok(await reader.catchUp(db, newer));
  assert.equal(log.head, 0);
  await addInbox(db, [3, 20]);
  await addInbox(db, [6, 20]);
  assert.ok(await reader.catchUp(db, newer));
  newer.takeIn();
  assert.deepEqual([newer.of(3)?.size, newer.of(6)?.get(20), log.head], [2, 4, 2]);
  assert.ok(await reader.catchUp(db, newer));
  assert.equal(log.head, 2);
});

Deno.test("catchUp() tells nobody again what this server's own worker has told", async () => {
  await using db = await testPool();
  const { log, reader, newer } = await world(db);
  await addInbox(db, [3, 20]);
  newer.append([{ kind: "rated", userId: 3, movieId: 20, stars: 4 }]);
  assert.ok(await reader.catchUp(db, newer));
  assert.equal(log.head, 1);
});

Deno.test("catchUp() asks for a whole read where rows alone would not do", async () => {
  await using db = await testPool();
  const { log, reader, newer } = await world(db);
  const wantsRead = async (text: string) => {
    await db.script(text);
    assert.equal(await reader.catchUp(db, newer), false, text);
    await reader.read(db, 0);
    assert.ok(await reader.catchUp(db, newer));
  };
  await addInbox(db, [3, 20]);
  await addInbox(db, [3, 30]);
  assert.ok(await reader.catchUp(db, newer));
  // As an id that was allocated early and committed late.
  await wantsRead(
    "delete from raw_db.inbox where inbox_id = 2; insert into raw_db.inbox (inbox_id, user_id, movie_id, rating) " +
      "overriding system value values (0, 9, 10, 5)",
  );
  await wantsRead("insert into raw_db.hidden_movies (user_id, movie_id) values (3, 40)");
  await wantsRead("delete from raw_db.inbox where movie_id = 30");
  reader.distrust();
  assert.equal(await reader.catchUp(db, newer), false);
  await reader.read(db, 0);
  const rated = Array.from({ length: 8 }, (_, movieId) => ({
    kind: "rated" as const,
    userId: 1,
    movieId,
    stars: 1,
  }));
  log.append(rated);
  assert.equal(await reader.catchUp(db, newer), false, "the log is half full");
});

Deno.test("catchUp() asks for a whole read when the log is long, though far from full: its notes go with the old base", async () => {
  await using db = await testPool();
  const log = createNewerLog();
  const reader = createNewerReader(log);
  const newer = createNewerRatings(await reader.read(db, 0), log);
  const rated = (userId: number) => ({ kind: "rated" as const, userId, movieId: 1, stars: 1 });
  log.append(Array.from({ length: 2 ** 14 - 1 }, (_, userId) => rated(userId)));
  assert.ok(await reader.catchUp(db, newer));
  log.append([rated(2 ** 14)]);
  assert.ok(!log.isHalfFull);
  assert.equal(await reader.catchUp(db, newer), false);
  log.raiseFloor((await reader.read(db, 0)).epoch);
  assert.ok(!log.isLong);
});
