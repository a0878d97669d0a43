/** How often the database is looked at. */
import assert from "@std/assert";
import { connect } from "../../../sql/db.ts";
import { follow } from "../../../server/follow/follow.ts";
import type { Live } from "../../../server/live/live.ts";
import { testPool } from "../../support/database.ts";
import { snapshotParts } from "../../support/snapshot.ts";
import { addInbox, createArchive, publish } from "../_archive.ts";
import { memoryLog } from "../_serving.ts";
import { until } from "../../support/until.ts";

const RATINGS = 60;

Deno.test("follow() takes many told ratings in few looks, and misses none", async () => {
  await using db = await testPool();
  await createArchive(db, snapshotParts());
  const artifacts = await Deno.makeTempDir({ prefix: "matinee serve " });
  await publish(db, artifacts, snapshotParts({ seed: 1 }));
  const live: Live = { current: null };
  let looks = 0;
  const follower = await follow({
    live,
    artifacts,
    log: memoryLog(),
    pollEvery: 600_000,
    connect: () => connect(db.url, { max: 2, name: "matinee test" }),
    looked: () => looks++,
  });
  for (let i = 1; i <= RATINGS; i++) {
    await addInbox(db, [1000 + i, 10]);
    await db.script("notify matinee_ratings");
  }
  const knows = (user: number) => (live.current?.newer.takeIn(), live.current?.newer.of(user)?.has(10));
  await until(() => knows(1000 + RATINGS) === true, "the last one is known");
  for (let i = 1; i <= RATINGS; i++) assert.equal(knows(1000 + i), true);
  assert.ok(looks < RATINGS / 2, `${looks} looks`);
  await follower[Symbol.asyncDispose]();
  await Deno.remove(artifacts, { recursive: true });
});

Deno.test("follow() reads everything anew once in many looks, however often movies are hidden, and misses none", async () => {
  await using db = await testPool();
  await createArchive(db, snapshotParts());
  const artifacts = await Deno.makeTempDir({ prefix: "matinee serve " });
  await publish(db, artifacts, snapshotParts({ seed: 1 }));
  const live: Live = { current: null };
  let [looks, time] = [0, 0];
  const follower = await follow({
    live,
    artifacts,
    log: memoryLog(),
    pollEvery: 600_000,
    // Whatever is read takes one millisecond: ten looks of rest.
    now: () => time++,
    connect: () => connect(db.url, { max: 2, name: "matinee test" }),
    looked: () => looks++,
  });
  const reads = () => live.current!.newer.base.serial;
  const hides = (movie: number) => live.current?.newer.hidden(7)?.has(movie) === true;
  const before = { reads: reads(), looks };
  for (let movie = 1; movie <= 30; movie++) {
    await db.script(`insert into raw_db.hidden_movies values (7, ${movie}); notify matinee_ratings`);
    const [seen, known] = [looks, reads()];
    await until(() => looks > seen + 2 || reads() > known, "it is looked for");
  }
  await until(() => hides(30), "the last one is known");
  for (let movie = 1; movie <= 30; movie++) assert.ok(hides(movie), `${movie}`);
  const done = { reads: reads() - before.reads, looks: looks - before.looks };
  assert.ok(done.looks > 5 * done.reads, JSON.stringify(done));
  await follower[Symbol.asyncDispose]();
  await Deno.remove(artifacts, { recursive: true });
});
