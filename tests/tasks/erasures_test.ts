/** A person is erased: the next snapshot and the next model know nothing of them, and the ledger says when. */
import assert from "@std/assert";
import { openSnapshot } from "../../models/snapshot/snapshot.ts";
import { erase } from "../../server/writes/erase.ts";
import { loadArtifact } from "../../tasks/_artifacts.ts";
import evaluate from "../../tasks/evaluate.ts";
import publish from "../../tasks/publish.ts";
import { readPlanState } from "../../tasks/runner/plan/state.ts";
import train from "../../tasks/train.ts";
import { post } from "./_archive.ts";
import { bootstrapped, FAST, filesOf, smallLake } from "./_small_lake.ts";
import { ask, askOne } from "./import/_ask.ts";

/** Whatever was trained goes live. */
const ROOMY = {
  ...{ margin_rmse: 9, margin_ndcg: 1, min_users: 1 },
  ...{ slice_margin_rmse: 9, slice_margin_ndcg: 1, max_coverage_loss: 1 },
};
const ERASURES = "select user_id, settled_at is not null from ops_db.erasures";

Deno.test("publish and train forget who was erased: a snapshot from the lake, a model from scratch, then it is settled", async () => {
  await using lake = await smallLake({ nRatings: 3_000 });
  const { pool, artifacts } = lake;
  const first = await bootstrapped(lake);
  await first.stage("train", train, { params: FAST });
  await first.stage("evaluate", evaluate, { params: ROOMY });
  await first.stage("publish", publish);
  const person = Number(await askOne(pool.url, "select max(user_id) from data_lake_db.ratings"));
  const open = async (snapshot: unknown) => openSnapshot(await loadArtifact(artifacts, String(snapshot)));
  const erased = async () => (await readPlanState(pool, { day: "2026-03-02", kind: "daily" })).erased;
  assert.equal(await erased(), 0);

  await erase(pool, person, { salt: "", by: "me" });
  assert.equal(await erased(), 1);
  const anew = await first.stage("publish", publish);
  assert.equal((await open(anew.snapshot)).userIndex(person), -1);
  assert.deepEqual(filesOf(lake, "snapshots").map((name) => `snapshots/${name}`), [anew.snapshot]);
  assert.deepEqual(await ask(pool.url, ERASURES), [[null, "false"]], "the champion has learned from them");

  // One rating is new: without the erasure the champion would be warmed up.
  await post(pool, [{ user: person + 1, movie: 1, rating: 4, at: "2026-03-01T00:00:00Z" }]);
  const day = await lake.day({ kind: "daily", day: "2026-03-02" });
  await day.take("ingest", "clean", "features");
  assert.equal((await day.stage("train", train, { params: FAST })).mode, "scratch");
  assert.equal(await erased(), 1, "until it is the champion");
  await day.stage("evaluate", evaluate, { params: ROOMY });
  assert.equal(await erased(), 0);
  await day.stage("publish", publish);
  assert.deepEqual(await ask(pool.url, ERASURES), [[null, "true"]]);
});
