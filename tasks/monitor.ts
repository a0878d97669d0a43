/** Watches what a day was like: volume, freshness, quality, drift against the champion's training window. */
import { z } from "zod";
import { PSI_MOVED } from "../models/drift.ts";
import { Histories } from "../models/histories.ts";
import { IdIndex } from "../models/id_index.ts";
import { drift, type Profile } from "../models/profile.ts";
import { rewind } from "../models/ratings.ts";
import type { Db } from "../sql/db.ts";
import { readCatalogue, readFeatureState } from "./_lake.ts";
import { collect, readRatings, usersOf } from "./_ratings.ts";
import { newestBatchOf, readChampion } from "./_versions.ts";
import { type StageResult, task, type TaskContext } from "./runner/task.ts";

const params = z.strictObject({
  psi: z.number().positive().default(2.5 * PSI_MOVED).describe(
    "Population stability index from which on data has drifted.",
  ),
  psi_users: z.number().int().min(1).default(100)
    .describe(
      "People in a batch below whom drift is measured but not judged: a few people are no population.",
    ),
  rmse_rise: z.number().positive().default(0.1)
    .describe("Share by which a day's prequential RMSE may exceed the mean of the seven days before."),
  least_volume: z.number().min(0).max(1).default(0.5)
    .describe(
      "Accepted ratings of a batch, as a share of the median of the seven before, below which it is thin.",
    ),
  most_rejects: z.number().min(0).max(1).default(0.05).describe("Share of a batch that may be rejected."),
  most_late: z.number().min(0).max(1).default(0.5)
    .describe("Share of a batch's accepted ratings that may be older than what earlier batches took."),
  freshness_hours: z.number().positive().default(48).describe("Hours since the newest batch arrived."),
});

type Params = z.output<typeof params>;

/** For so long the server knows a request again by its Idempotency-Key. */
const KEYS_KEPT_DAYS = 7;

interface Measure {
  metric: string;
  slice?: string;
  value: number;
  threshold: number | null;
  isBreach: boolean;
}

export default task({
  params,
  reads: [
    "data_lake_db.ratings",
    "data_lake_db.rejects",
    "processed_db.user_features",
    "processed_db.movie_features",
  ],
  readsPrevious: ["ops_db.model_versions", "ops_db.model_metrics"],
  writes: ["ops_db.metric_history", "ops_db.idempotency_keys"],

  async run(context, params): Promise<StageResult> {
    await context.db.execute("write/prune_keys", [KEYS_KEPT_DAYS]);
    const newest = await newestBatchOf(context.db, "features");
    if (newest === null) return { rowsIn: 0, rowsOut: 0, reason: "no batch has features yet" };
    const measures = [
      ...await volume(context, newest, params),
      ...await quality(context, params),
      ...await populations(context, newest, params),
    ];
    await context.db.transaction((tx) => write(tx, context.run.id, measures));
    const breaches = measures.filter(({ isBreach }) => isBreach);
    for (const { metric, slice, value, threshold } of breaches) {
      context.log.warn(
        `${metric}${slice ? ` of ${slice}` : ""} is ${value.toPrecision(3)}, threshold ${threshold}`,
      );
    }
    return { rowsIn: measures.length, rowsOut: measures.length, breaches: breaches.length };
  },
});

interface Volume {
  n_accepted: number;
  n_rejected: number;
  n_late: number;
  median_accepted: number | null;
  created_at: Date;
}

/** Freshness counts from the batch's arrival to the run's start: a day that is late shows here. */
async function volume({ db, run }: TaskContext, batch: number, params: Params): Promise<Measure[]> {
  const found = await db.row<Volume>("monitor/volume", [batch]);
  if (found === undefined) return [];
  const { n_accepted, n_rejected, n_late, median_accepted, created_at } = found;
  const least = median_accepted === null ? null : params.least_volume * median_accepted;
  const hours = Math.max(0, run.startedAt.getTime() - created_at.getTime()) / 3_600_000;
  const rejected = n_rejected / Math.max(1, n_accepted + n_rejected);
  const late = n_late / Math.max(1, n_accepted);
  return [
    { metric: "volume", value: n_accepted, threshold: least, isBreach: least !== null && n_accepted < least },
    {
      metric: "reject_share",
      value: rejected,
      threshold: params.most_rejects,
      isBreach: rejected > params.most_rejects,
    },
    { metric: "late_share", value: late, threshold: params.most_late, isBreach: late > params.most_late },
    {
      metric: "freshness_hours",
      value: hours,
      threshold: params.freshness_hours,
      isBreach: hours > params.freshness_hours,
    },
  ];
}

/** The trend of what people saw. */
async function quality({ db, run }: TaskContext, { rmse_rise }: Params): Promise<Measure[]> {
  const found = await db.row<{ rmse: number; mean_before: number | null }>("monitor/quality", [run.id]);
  if (found === undefined) return [];
  const most = found.mean_before === null ? null : found.mean_before * (1 + rmse_rise);
  return [{
    metric: "prequential_rmse",
    value: found.rmse,
    threshold: most,
    isBreach: most !== null && found.rmse > most,
  }];
}

/** PSI of the newest batch, each rating with the features of its moment, against the champion's training window. */
async function populations(
  context: TaskContext,
  batch: number,
  { psi, psi_users }: Params,
): Promise<Measure[]> {
  const { db, settings, seed } = context;
  const champion = await readChampion(context);
  const profile = champion?.row.config.profile as Profile | undefined;
  if (profile === undefined || batch === 0) return [];
  const users = new IdIndex();
  const catalogue = await readCatalogue(db);
  const rule = { seed: settings.seed, newestBatch: batch, holdoutDays: settings.holdoutDays };
  const ratings = await collect(readRatings(db, { users, catalogue, rule, batches: [batch, batch] }));
  const state = await readFeatureState(db, { catalogue, users, of: usersOf(ratings, { users }) });
  rewind({ state, histories: new Histories() }, ratings);
  const found = await drift(profile, [ratings], { state, seed });
  const people = new Set(ratings.users).size;
  const threshold = people >= psi_users ? psi : null;
  if (threshold === null) {
    context.log.detail(`drift is not judged: ${people} people, ${psi_users} are needed`);
  }
  return Object.entries(found).map(([slice, value]) => {
    return { metric: "psi", slice, value, threshold, isBreach: threshold !== null && value > threshold };
  });
}

async function write(tx: Db, runId: number, measures: Measure[]): Promise<void> {
  for (const { metric, slice = "all", value, threshold, isBreach } of measures) {
    await tx.execute("monitor/insert_metric", [runId, metric, slice, value, threshold, isBreach]);
  }
}
