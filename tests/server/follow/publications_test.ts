import assert from "@std/assert";
import { join } from "node:path";
import { movePointer } from "../../../tasks/_pointer.ts";
import { pointedSnapshot, publishedSnapshots } from "../../../server/follow/publications.ts";
import { testPool } from "../../support/database.ts";
import { snapshotParts } from "../../support/snapshot.ts";
import { createArchive } from "../_archive.ts";

const NOON = new Date("2026-03-01T12:00:00Z");

Deno.test("publishedSnapshots() tells what is handed out again, and when it first was", async () => {
  await using db = await testPool();
  await createArchive(db, snapshotParts());
  await db.script(`
    insert into ops_db.publications (run_id, version, batch_id, snapshot, sha256, status, published_at) values
      (1, 'a', 0, 'snapshots/a', 'aa', 'undone', null),
      (1, 'a', 0, 'snapshots/a', 'aa', 'published', '2026-03-01T12:00:00Z'),
      (1, 'b', 1, 'snapshots/b', 'bb', 'published', '2026-03-02T12:00:00Z'),
      (1, 'a', 0, 'snapshots/a', 'aa', 'published', '2026-03-02T15:00:00Z'),
      (1, 'c', 2, 'snapshots/c', 'cc', 'publishing', null)`);
  const found = (await publishedSnapshots(db)).map(({ snapshot, publishedAt, isRepublished }) =>
    `${snapshot} ${new Date(publishedAt!).toISOString()} ${isRepublished}`
  );
  assert.deepEqual(found, [
    "snapshots/a 2026-03-01T12:00:00.000Z true",
    "snapshots/b 2026-03-02T12:00:00.000Z false",
    "snapshots/a 2026-03-01T12:00:00.000Z false",
  ]);
});

Deno.test("pointedSnapshot() reads what publish points to, and what did not say when it was published", async () => {
  const artifacts = await Deno.makeTempDir();
  try {
    const pointer = { publication_id: 4, snapshot: "snapshots/a", sha256: "aa" };
    await movePointer(artifacts, { ...pointer, version: "a", batch_id: 0, published_at: NOON });
    const [found] = await pointedSnapshot(artifacts);
    const named = { publicationId: 4, snapshot: "snapshots/a", sha256: "aa", isRepublished: false };
    assert.deepEqual(found, { ...named, publishedAt: NOON.getTime() });
    await Deno.writeTextFile(join(artifacts, "current.json"), JSON.stringify(pointer));
    assert.deepEqual(await pointedSnapshot(artifacts), [{ ...named, publishedAt: null }]);
  } finally {
    await Deno.remove(artifacts, { recursive: true });
  }
});
