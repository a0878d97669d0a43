/** Measures the champion on fresh batches: each rating is predicted before features or training see it. */
import { z } from "zod";
import { createBias } from "../models/bias.ts";
import { Histories } from "../models/histories.ts";
import { IdIndex } from "../models/id_index.ts";
import { prequential } from "../models/evaluation/prequential.ts";
import { type Moment, observe, rewind } from "../models/ratings.ts";
import { isImplicit, readCatalogue, readFeatureState } from "./_lake.ts";
import { readPeople } from "./_people.ts";
import { collect, readHistories, readRatings, usersOf } from "./_ratings.ts";
import { newestBatchOf, readChampion, type Version, writeMetrics } from "./_versions.ts";
import { type Decision, planBatches, type PlanState } from "./runner/plan/plan_state.ts";
import { type Batch, type StageResult, task, type TaskContext } from "./runner/task.ts";

export default task({
  params: z.strictObject({}),
  reads: ["data_lake_db.ratings", "data_lake_db.movies", "data_lake_db.genres", "raw_db.users"],
  readsPrevious: [
    "ops_db.model_versions",
    "processed_db.user_features",
    "processed_db.movie_features",
    "processed_db.rating_totals",
  ],
  writes: ["ops_db.model_metrics"],

  plan: planPrequential,

  async run(context): Promise<StageResult> {
    const pending = await context.pendingBatches("clean");
    const champion = await readChampion(context);
    const known = champion?.row.through_batch ?? Infinity;
    const fresh = pending.filter(({ id }) => id > known);
    const isDue = fresh.length > 0 && !await isImplicit(context.db);
    const measured = champion !== null && isDue ? await measure(context, champion, fresh) : null;
    await context.db.transaction(async (tx) => {
      if (measured) {
        await writeMetrics(tx, context.run.id, { protocol: "prequential", metrics: measured.metrics });
      }
      for (const batch of pending) await context.finishBatch(tx, batch);
    });
    const rmse = measured?.metrics.find(({ scorer, slice, metric }) =>
      scorer === champion?.row.version && slice === "all" && metric === "rmse"
    );
    return { rowsIn: measured?.length ?? 0, rowsOut: rmse?.n ?? 0, rmse: rmse?.value };
  },
});

/** Batches that the champion was trained on cannot be measured honestly; they are only marked. */
function planPrequential(state: PlanState, { task }: { task: string }): Decision {
  const { champion, finished } = state;
  if (champion === null) return { action: "skip", reason: "there is no champion yet" };
  const waiting = planBatches("clean")(state, { task });
  const first = Math.max((finished[task] ?? -1) + 1, champion.throughBatch + 1);
  const last = finished.clean;
  if (waiting.action === "skip") return waiting;
  if (state.isImplicit) {
    return { ...waiting, reason: `marks batch ${last}: interactions have no ratings to predict` };
  }
  if (first > last) return { ...waiting, reason: `marks batch ${last}, which the champion was trained on` };
  const batches = first === last ? `batch ${last}` : `batches ${first} to ${last}`;
  return { ...waiting, reason: `${champion.version} predicts ${batches}` };
}

/** The champion and the bias baseline on `batches`, as of before each of their ratings. */
async function measure({ db, settings, signal }: TaskContext, champion: Version, batches: Batch[]) {
  const users = new IdIndex();
  const catalogue = await readCatalogue(db);
  const first = batches[0].id;
  const last = batches[batches.length - 1].id;
  const rule = { seed: settings.seed, newestBatch: last, holdoutDays: settings.holdoutDays };
  const reading = { users, catalogue, rule };
  const batch = await collect(readRatings(db, { ...reading, batches: [first, last] }));
  const state = await readFeatureState(db, { catalogue, users, of: usersOf(batch, { users }) });
  const histories = await readHistories(db, { users, catalogue, ratings: batch });
  const moment: Moment = { state, histories, users, people: await readPeople(db) };
  await moveSums();
  const scorers = { [champion.row.version]: champion.scorer, bias: createBias() };
  return { metrics: await prequential(scorers, { moment, batch, signal }), length: batch.length };

  /** The sums may be past the first batch (a manifest may put features first) or behind it (features stood still). */
  async function moveSums() {
    const featured = await newestBatchOf(db, "features") ?? -1;
    const sums = { state, histories: new Histories() };
    if (featured >= first) {
      return rewind(sums, await collect(readRatings(db, { ...reading, batches: [first, featured] })));
    }
    for await (const chunk of readRatings(db, { ...reading, batches: [featured + 1, first - 1] })) {
      for (let row = 0; row < chunk.length; row++) observe(sums, chunk, row);
    }
  }
}
