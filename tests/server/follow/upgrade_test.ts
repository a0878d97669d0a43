/** A home whose snapshot an earlier build has published: the server goes on, and takes the next one. */
import assert from "@std/assert";
import { follow } from "../../../server/follow/follow.ts";
import type { Live } from "../../../server/live/live.ts";
import { connect } from "../../../sql/db.ts";
import { testPool } from "../../support/database.ts";
import { snapshotParts } from "../../support/snapshot.ts";
import { until } from "../../support/until.ts";
import { createArchive, publish } from "../_archive.ts";
import { memoryLog } from "../_serving.ts";

Deno.test("follow() of a snapshot of an earlier format serves popularity, says once what to do, and takes the next one", async () => {
  await using db = await testPool();
  await createArchive(db, snapshotParts());
  const artifacts = await Deno.makeTempDir({ prefix: "matinee serve " });
  await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(artifacts, { recursive: true }) };
  await publish(db, artifacts, snapshotParts({ seed: 1 }), { format: 2 });
  const live: Live = { current: null };
  const log = memoryLog();
  const open = () => connect(db.url, { max: 2, name: "matinee test" });
  let looks = 0;
  const looked = () => void looks++;
  await using _follower = await follow({ live, log, artifacts, pollEvery: 5, connect: open, looked });
  assert.equal(live.current?.publicationId, null);
  assert.deepEqual(live.current?.snapshot.movieIds, snapshotParts().movies.ids);
  await until(() => looks >= 3, "later looks are done");
  const refusals = log.lines.filter((line) => line.startsWith("warn"));
  assert.equal(refusals.length, 1, log.lines.join("\n"));
  assert.match(refusals[0], /refused.*of format 2 as this build reads format 3\. Next: deno task daily/);
  await publish(db, artifacts, snapshotParts({ seed: 2 }));
  await until(() => live.current?.snapshot.champion?.version === "test-2", "the next snapshot is live");
});
