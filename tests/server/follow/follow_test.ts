import assert from "@std/assert";
import { join } from "node:path";
import { connect, type Pool } from "../../../sql/db.ts";
import { follow, type Follower } from "../../../server/follow/follow.ts";
import type { Live } from "../../../server/live/live.ts";
import { testPool } from "../../support/database.ts";
import { snapshotParts } from "../../support/snapshot.ts";
import {
  addBatch,
  addInbox,
  addRaw,
  cleanBatch,
  createArchive,
  damage,
  pointTo,
  publish,
} from "../_archive.ts";
import { createCutLine } from "../_cut_line.ts";
import { memoryLog } from "../_serving.ts";
import { until } from "../../support/until.ts";

/** Longer than any test: what happens, happens by NOTIFY. */
const NEVER = 600_000;

interface World extends AsyncDisposable {
  live: Live;
  log: ReturnType<typeof memoryLog>;
  follower: Follower;
  version(): string | null | undefined;
  /** Waits for three more looks that find no database. */
  looks(): Promise<void>;
}

async function followed(
  artifacts: string,
  url: string | null | (() => string),
  { pollEvery = NEVER }: { pollEvery?: number } = {},
): Promise<World> {
  const live: Live = { current: null };
  const log = memoryLog();
  let tries = 0;
  const follower = await follow({
    live,
    log,
    artifacts,
    pollEvery,
    connect() {
      tries++;
      if (!url) throw new Error("no database");
      return connect(typeof url === "string" ? url : url(), { max: 2, name: "matinee test" });
    },
  });
  return {
    live,
    log,
    follower,
    version: () => live.current && live.current.snapshot.champion?.version,
    looks() {
      const before = tries;
      return until(() => tries >= before + 3, "three looks are done");
    },
    [Symbol.asyncDispose]: () => follower[Symbol.asyncDispose](),
  };
}

async function withArchive(body: (db: Pool, artifacts: string) => Promise<void>): Promise<void> {
  await using db = await testPool();
  await createArchive(db, snapshotParts());
  await withFolder((artifacts) => body(db, artifacts));
}

async function withFolder(body: (artifacts: string) => Promise<void>): Promise<void> {
  const artifacts = await Deno.makeTempDir({ prefix: "matinee serve " });
  try {
    await body(artifacts);
  } finally {
    await Deno.remove(artifacts, { recursive: true });
  }
}

const knows = ({ live }: World, user: number, movie: number) =>
  live.current !== null && (live.current.newer.takeIn(), live.current.newer.of(user)?.has(movie) === true);

Deno.test("follow() serves the newest published snapshot, and the next one when notified", () =>
  withArchive(async (db, artifacts) => {
    await publish(db, artifacts, snapshotParts({ seed: 1 }));
    await publish(db, artifacts, snapshotParts({ seed: 2 }));
    await using world = await followed(artifacts, db.url);
    assert.equal(world.version(), "test-2");
    const first = world.live.current;
    await publish(db, artifacts, snapshotParts({ seed: 3 }));
    await until(() => world.version() === "test-3", "the third snapshot is live");
    assert.equal(first?.snapshot.champion?.version, "test-2");
  }));

Deno.test("follow() finds a publication that nobody told it of", () =>
  withArchive(async (db, artifacts) => {
    await publish(db, artifacts, snapshotParts({ seed: 1 }));
    await using world = await followed(artifacts, db.url, { pollEvery: 20 });
    await publish(db, artifacts, snapshotParts({ seed: 2 }), { tells: false });
    await until(() => world.version() === "test-2", "the second snapshot is live");
  }));

Deno.test("follow() leaves a snapshot alone that is still being published", () =>
  withArchive(async (db, artifacts) => {
    await publish(db, artifacts, snapshotParts({ seed: 1 }));
    await using world = await followed(artifacts, db.url);
    await publish(db, artifacts, snapshotParts({ seed: 2 }), { status: "publishing" });
    await addInbox(db, [3, 10]);
    await db.script("notify matinee_ratings");
    await until(() => knows(world, 3, 10), "the new rating is known");
    assert.equal(world.version(), "test-1");
  }));

Deno.test("follow() refuses a damaged snapshot, says so once, and keeps or finds a sound one", () =>
  withArchive(async (db, artifacts) => {
    await publish(db, artifacts, snapshotParts({ seed: 1 }));
    await using before = await followed(artifacts, db.url, { pollEvery: 20 });
    // Damaged before it is published: a look in between would find it sound.
    const unpublished = { status: "publishing", tells: false } as const;
    await damage(artifacts, await publish(db, artifacts, snapshotParts({ seed: 2 }), unpublished));
    await db.script("update ops_db.publications set status = 'published'");
    await until(() => before.log.lines.length > 1, "the damage is noticed");
    await using after = await followed(artifacts, db.url);
    await addInbox(db, [3, 10]);
    await until(() => knows(before, 3, 10), "a later look is done");
    assert.deepEqual([before.version(), after.version()], ["test-1", "test-1"]);
    const refusals = before.log.lines.filter((line) => line.startsWith("warn"));
    assert.equal(refusals.length, 1);
    assert.match(refusals[0], /refused.*publication=2.*sha256 should be [0-9a-f]{64}: found [0-9a-f]{64}/);
  }));

Deno.test("follow() keeps what is served when the next snapshot does not stand its trial", () =>
  withArchive(async (db, artifacts) => {
    await publish(db, artifacts, snapshotParts({ seed: 1 }));
    await using world = await followed(artifacts, db.url);
    const { champion, ...parts } = snapshotParts({ seed: 2 });
    const userEmbeddings = champion!.userEmbeddings!.map((x) => -x);
    await publish(db, artifacts, { ...parts, champion: { ...champion!, userEmbeddings } });
    const isRefusal = (line: string) => /warn .*refused.*published vector of user/.test(line);
    await until(() => world.log.lines.some(isRefusal), "it is refused");
    assert.equal(world.version(), "test-1");
  }));

Deno.test("follow() takes a refused snapshot once it is mended and told again", () =>
  withArchive(async (db, artifacts) => {
    const published = await publish(db, artifacts, snapshotParts({ seed: 1 }));
    await damage(artifacts, published);
    await using world = await followed(artifacts, db.url);
    assert.notEqual(world.version(), "test-1");
    await damage(artifacts, published);
    await db.script("notify matinee_published");
    await until(() => world.version() === "test-1", "the mended snapshot is live");
  }));

Deno.test("follow() without a database serves what current.json points to, and follows it", () =>
  withArchive(async (db, artifacts) => {
    const first = await publish(db, artifacts, snapshotParts({ seed: 1 }));
    const second = await publish(db, artifacts, snapshotParts({ seed: 2 }));
    await pointTo(artifacts, first);
    await using world = await followed(artifacts, null, { pollEvery: 20 });
    assert.equal(world.version(), "test-1");
    assert.equal(world.follower.isDatabaseUp, false);
    await pointTo(artifacts, second);
    await until(() => world.version() === "test-2", "the other snapshot is live");
  }));

Deno.test("follow() without a database does not go back to a batch whose later ratings it does not know", () =>
  withArchive(async (db, artifacts) => {
    const older = await publish(db, artifacts, snapshotParts({ seed: 1, batchId: 2 }));
    await publish(db, artifacts, snapshotParts({ seed: 2, batchId: 3 }));
    await using world = await followed(artifacts, null, { pollEvery: 10 });
    await pointTo(artifacts, older);
    // Not pointed to yet: the follower looks every few milliseconds.
    const begun = { status: "publishing", tells: false } as const;
    const next = await publish(db, artifacts, snapshotParts({ seed: 3, batchId: 3 }), begun);
    await world.looks();
    assert.equal(world.version(), "test-2");
    await pointTo(artifacts, next);
    await until(() => world.version() === "test-3", "a snapshot of the same batch is live");
  }));

Deno.test("follow() says what is wrong with current.json, once", () =>
  withFolder(async (artifacts) => {
    await Deno.writeTextFile(join(artifacts, "current.json"), '{"snapshot": 7}');
    await using world = await followed(artifacts, null, { pollEvery: 5 });
    await world.looks();
    assert.equal(world.live.current, null);
    const said = world.log.lines.filter((line) => line.includes("current.json"));
    assert.equal(said.length, 1);
    assert.match(said[0], /should name snapshot, sha256 and publication_id: found \{"snapshot": 7\}/);
  }));

Deno.test("follow() outlives the database, and catches up when it is back", () =>
  withArchive(async (db, artifacts) => {
    await publish(db, artifacts, snapshotParts({ seed: 1 }));
    await using line = createCutLine(db.url);
    await using world = await followed(artifacts, line.url, { pollEvery: 20 });
    assert.equal(world.follower.isDatabaseUp, true);
    await addInbox(db, [3, 10]);
    await until(() => knows(world, 3, 10), "the first rating is known");
    await line.cut();
    await until(() => !world.follower.isDatabaseUp, "the loss is noticed");
    assert.equal(world.version(), "test-1");
    assert.ok(knows(world, 3, 10));
    await addInbox(db, [3, 20]);
    await publish(db, artifacts, snapshotParts({ seed: 2 }), { tells: false });
    await until(() => world.version() === "test-2", "current.json is followed meanwhile");
    assert.ok(knows(world, 3, 10));
    line.mend();
    await until(() => world.follower.isDatabaseUp, "the return is noticed");
    await until(() => knows(world, 3, 20), "the missed rating is known");
    const warnings = world.log.lines.filter((entry) => entry.startsWith("warn the database does not answer"));
    assert.equal(warnings.length, 1);
    assert.ok(world.log.lines.some((entry) => entry.startsWith("info the database answers again")));
    // Listening again as well: this one comes by NOTIFY or by polling.
    await addInbox(db, [3, 30]);
    await until(() => knows(world, 3, 30), "the next rating is known");
  }));

Deno.test("follow() that finds another database behind the line reads that one's ratings", () =>
  withArchive(async (db, artifacts) => {
    await using other = await testPool();
    await createArchive(other, snapshotParts());
    await publish(db, artifacts, snapshotParts());
    await publish(other, artifacts, snapshotParts());
    await addInbox(db, [3, 10]);
    await addInbox(other, [3, 20]);
    await using line = createCutLine(db.url);
    let current = line.url;
    await using world = await followed(artifacts, () => current, { pollEvery: 10 });
    assert.ok(knows(world, 3, 10));
    current = other.url;
    await line.cut();
    await until(() => knows(world, 3, 20) && !knows(world, 3, 10), "the other inbox is known");
  }));

Deno.test("follow() reads newer ratings for the snapshot that they go with", () =>
  withArchive(async (db, artifacts) => {
    await addRaw(db, "import", 1, [[3, 10], [3, 20]]);
    await addBatch(db, 0, { import: [1, 1] });
    await cleanBatch(db, 0);
    await publish(db, artifacts, snapshotParts({ seed: 1, batchId: 0 }));
    await using world = await followed(artifacts, db.url);
    await addBatch(db, 1, { import: [2, 2] });
    await db.script("notify matinee_ratings");
    await until(() => knows(world, 3, 20), "the open batch is seen");
    assert.ok(!knows(world, 3, 10));
    await cleanBatch(db, 1);
    await publish(db, artifacts, snapshotParts({ seed: 2, batchId: 1 }));
    await until(() => world.version() === "test-2", "the next snapshot is live");
    assert.equal(world.live.current?.newer.afterBatch, 1);
    assert.ok(!knows(world, 3, 20));
  }));

Deno.test("follow() before the first publication serves popularity from the lake, unseen", () =>
  withArchive(async (db, artifacts) => {
    await addRaw(db, "import", 1, [[3, 10], [6, 20], [9, 20], [3, 30]]);
    await addBatch(db, 0, { import: [1, 3] });
    await cleanBatch(db, 0);
    await using world = await followed(artifacts, db.url);
    const { current } = world.live;
    assert.equal(current?.publicationId, null);
    assert.equal(current?.snapshot.champion, null);
    assert.equal(current?.snapshot.edition, "ml-test");
    assert.deepEqual([...current?.snapshot.nRatings ?? []].slice(0, 3), [1, 2, 0]);
    assert.deepEqual([...current?.snapshot.ratingSums ?? []].slice(0, 3), [4, 8, 0]);
    assert.ok(knows(world, 3, 10) && !knows(world, 3, 30));
    await addBatch(db, 1, { import: [4, 4] });
    await cleanBatch(db, 1);
    // Movie 20: a second rating by somebody, and one that arrived after a later one.
    await db.script(`
      insert into data_lake_db.ratings (rating_id, batch_id, lane, user_id, movie_id, rating, replaces, is_stale, rated_at)
      values (5, 1, 'live', 6, 20, 1, 4, false, now()), (6, 1, 'live', 9, 20, 2, null, true, now());
      notify matinee_ratings`);
    await until(() => world.live.current?.snapshot.nRatings[2] === 1, "the next batch counts");
    assert.ok(knows(world, 3, 30));
    const next = world.live.current?.snapshot;
    assert.deepEqual([...next?.nRatings ?? []].slice(0, 3), [1, 2, 1]);
    assert.deepEqual([...next?.ratingSums ?? []].slice(0, 3), [4, 5, 4]);
    // Half stars of movie 20, from 0.5: the one star stands for the four that it replaced, the late two for nothing.
    assert.deepEqual([...next?.histograms ?? []].slice(10, 20), [0, 1, 0, 0, 0, 0, 0, 1, 0, 0]);
    await publish(db, artifacts, snapshotParts({ batchId: 1 }));
    await until(() => world.version() === "test-1", "the first snapshot is live");
  }));

Deno.test("follow() of an empty database, or one without tables, has nothing to serve", async () => {
  await using db = await testPool();
  await withFolder(async (artifacts) => {
    await using empty = await followed(artifacts, db.url);
    assert.equal(empty.live.current, null);
    assert.equal(empty.follower.isDatabaseUp, true);
    await db.script("drop schema ops_db cascade");
    await using bare = await followed(artifacts, db.url, { pollEvery: 5 });
    await bare.looks();
    assert.equal(bare.follower.isDatabaseUp, false);
    assert.deepEqual(bare.log.lines.filter((line) => !line.includes("ops_db")), []);
    assert.equal(bare.log.lines.length, 1);
  });
});
