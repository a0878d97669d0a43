/** Each model of the family through the day's last stages: trained, judged, live, and given to the server. */
import assert from "@std/assert";
import { FAMILY } from "../../models/family.ts";
import { loadArtifact } from "../../tasks/_artifacts.ts";
import evaluate from "../../tasks/evaluate.ts";
import publish from "../../tasks/publish.ts";
import { readPlanState } from "../../tasks/runner/plan/state.ts";
import train from "../../tasks/train.ts";
import { servingOfBytes } from "../server/_serving.ts";
import type { Serving } from "../../server/live/live.ts";
import { recommend, sourceFor } from "../../server/recommend/recommend.ts";
import { bootstrapped, FAST, smallLake } from "./_small_lake.ts";

const TOWERS = { hidden: [8], dimension: 8, epochs: 1 };
const SMALL: [name: keyof typeof FAMILY, config: object, hasVectors: boolean][] = [
  ["two_tower", FAST.config, true],
  ["two_tower", { preset: "content", ...TOWERS }, true],
  ["two_tower", { preset: "cosine", ...TOWERS }, true],
  ["two_tower", { preset: "demographic", ...TOWERS }, true],
  ["als", { dimension: 8 }, true],
  ["als", { variant: "explicit", dimension: 8 }, true],
  ["fm", { method: "sgd", rank: 4, epochs: 2 }, true],
  ["fm", { rank: 4, iterations: 6, burn_in: 2 }, false],
  ["ranker", { towers: { preset: "content", ...TOWERS }, hidden: [16, 8], epochs: 1 }, false],
  ["cascade", { retriever: { model: "popularity" }, advisers: [{ model: "ease" }] }, false],
  ["ease", {}, false],
  ["item_knn", {}, false],
  ["bias", {}, false],
  ["popularity", {}, false],
];
const ROOMY = {
  ...{ margin_rmse: 9, margin_ndcg: 1, min_users: 1, max_list_ms: 10_000 },
  ...{ slice_margin_rmse: 9, slice_margin_ndcg: 1, max_coverage_loss: 1 },
};

Deno.test("each model of the family goes live, and the server lists by it", async (t) => {
  assert.deepEqual(new Set(SMALL.map(([name]) => name)), new Set(Object.keys(FAMILY)));
  await using lake = await smallLake({ nRatings: 3_000 });
  const day = await bootstrapped(lake);
  for (const [model, config, hasVectors] of SMALL) {
    await t.step(`${model} ${JSON.stringify(config)}`, async () => {
      await lake.pool.script("truncate ops_db.model_versions cascade; truncate ops_db.trainings");
      const { version } = await day.stage("train", train, { params: { model, config } });
      assert.equal((await day.stage("evaluate", evaluate, { params: ROOMY })).verdict, "promoted");

      const state = await readPlanState(lake.pool, { kind: "bootstrap", day: "2026-03-01" });
      const planned = publish.plan!(state, {
        task: "publish",
        params: {},
        settings: day.context("publish").settings,
      });
      assert.ok(planned.reason.endsWith(`model ${version}`), planned.reason);

      const published = await day.stage("publish", publish);
      assert.equal(published.version, version);
      const serving = await servingOfBytes(await loadArtifact(lake.artifacts, String(published.snapshot)));
      const { snapshot } = serving;
      const user = snapshot.userIds[3];
      assert.equal(sourceFor(snapshot, user), model);
      assert.equal(snapshot.champion?.version, version);
      assert.equal(snapshot.champion?.userEmbeddings !== null, hasVectors);
      const { items, source } = recommend(serving, { userId: user, n: 10 });
      assert.equal(source, model);
      assert.equal(items.length, 10);
      assert.ok(items.every(({ rankingScore }) => Number.isFinite(rankingScore)));
      if (hasVectors) assertSameVectors(serving);
    });
  }
});

/** Everybody's published vector is what the server makes of them, bit for bit: there is one definition of a feature. */
function assertSameVectors({ snapshot, models }: Serving): void {
  const { userEmbeddings: published, dimension } = snapshot.champion!;
  assert.ok(published!.some((value) => value !== 0));
  const different = Array.from(snapshot.userIds.keys()).filter((user) => {
    const own = published!.subarray(user * dimension, (user + 1) * dimension);
    const now = models.champion!.embed({ userId: snapshot.userIds[user], user, later: new Map() })!;
    return now.some((value, k) => value !== own[k]);
  });
  assert.deepEqual(different, []);
}
