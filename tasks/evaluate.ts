/** Compares candidate and champion on the open hold-out, and decides which of them goes live. */
import { z } from "zod";
import { createBias } from "../models/bias.ts";
import { Histories } from "../models/histories.ts";
import { type HoldoutQuality, scoreHoldout } from "../models/evaluation/holdout.ts";
import { IdIndex } from "../models/id_index.ts";
import type { Scorer } from "../models/model.ts";
import { createPopularity } from "../models/popularity.ts";
import type { Quality } from "../models/evaluation/quality.ts";
import { type Ratings, rewind } from "../models/ratings.ts";
import { MOST_OF_BOOTSTRAP } from "../models/evaluation/split.ts";
import { judge, type Verdict } from "./_gate.ts";
import { isImplicit, readCatalogue, readFeatureState } from "./_lake.ts";
import { refuseLeaks } from "./_leak_test.ts";
import { readPeople } from "./_people.ts";
import { collect, readHistories, readRatings, usersOf } from "./_ratings.ts";
import {
  newestBatchOf,
  openVersion,
  readChampion,
  type Version,
  type VersionRow,
  writeMetrics,
} from "./_versions.ts";
import type { Decision, PlanState } from "./runner/plan/plan_state.ts";
import { type StageResult, task, type TaskContext } from "./runner/task.ts";

const params = z.strictObject({
  margin_rmse: z.number().min(0).default(0.002)
    .describe("Stars by which a candidate's RMSE may exceed the champion's."),
  margin_ndcg: z.number().min(0).default(0.005)
    .describe("By how much its nDCG@10 may fall below the champion's."),
  min_users: z.number().int().min(1).default(20)
    .describe("People in the hold-out below whom the verdict is inconclusive."),
});

/** Metrics that a version carries, of the slice of all users. */
const KEPT = ["rmse", "mae", "ndcg@10", "recall@10", "mrr@10", "coverage"];

export default task({
  params,
  reads: [
    "data_lake_db.ratings",
    "data_lake_db.movies",
    "data_lake_db.genres",
    "raw_db.users",
    "processed_db.user_features",
    "processed_db.movie_features",
    "processed_db.rating_totals",
    "ops_db.model_versions",
  ],
  writes: ["ops_db.model_versions", "ops_db.model_metrics", "ops_db.best_score"],

  plan: planEvaluation,

  async run(context, params): Promise<StageResult> {
    const row = await context.db.row<VersionRow>("registry/candidate");
    if (row === undefined) return { rowsIn: 0, rowsOut: 0, verdict: "none", reason: "no candidate waits" };
    const candidate = await openVersion(context, row);
    const champion = await readChampion(context);
    const best = await bestOfMonth(context, champion);
    const { quality, length } = await score(
      context,
      [candidate, champion, best].filter((version) => version !== null),
    );
    const users = quality.people.filter(({ targets }) => targets.size > 0).length;
    const { verdict, reason } = judge({
      candidate: figures(quality.metrics, candidate.row.version),
      rivals: [champion, best].filter((version) => version !== null)
        .map(({ row }) => ({ version: row.version, figures: figures(quality.metrics, row.version) })),
      users,
      ranksOnly: candidate.scorer.predict === undefined,
      params,
    });
    await decide(context, { candidate, champion, verdict, reason, metrics: quality.metrics });
    return { rowsIn: length, rowsOut: users, verdict, reason, version: row.version };
  },
});

function planEvaluation({ candidate, champion, finished }: PlanState): Decision {
  if (candidate === null) return { action: "skip", reason: "no candidate waits for a verdict" };
  if ((finished.features ?? -1) < 0) return { action: "skip", reason: "no batch has features yet" };
  const kept = { candidate: null };
  const promoted = { candidate: null, champion: candidate };
  if (champion === null) {
    return { action: "run", reason: "the first version meets the baselines", outcomes: [promoted] };
  }
  const reason = `the candidate meets champion ${champion.version}`;
  return { action: "run", reason, outcomes: [promoted, kept] };
}

/** The version with the best RMSE of the last 30 days, where it is not the champion: daily margins must not add up. */
async function bestOfMonth(context: TaskContext, champion: Version | null): Promise<Version | null> {
  const row = await context.db.row<VersionRow>("registry/best_of_month", [context.day]);
  return row === undefined || row.version === champion?.row.version ? null : await openVersion(context, row);
}

/** Scores `versions` and the baselines on the hold-out of the batches that are open. */
async function score(
  context: TaskContext,
  versions: Version[],
): Promise<{ quality: HoldoutQuality; length: number }> {
  const { db, settings, signal } = context;
  const newest = await newestBatchOf(db, "features");
  if (newest === null) {
    throw new RangeError("Cannot evaluate as no batch has features. Next: deno task daily --from ingest");
  }
  const users = new IdIndex();
  const catalogue = await readCatalogue(db);
  const rule = { seed: settings.seed, newestBatch: newest, holdoutDays: settings.holdoutDays };
  const batches = [Math.max(0, newest - settings.holdoutDays + 1), newest] as const;
  // Of the bootstrap, which is batch 0, nothing before its hold-out.
  const tail = { through: 0, n: MOST_OF_BOOTSTRAP };
  const window = await collect(readRatings(db, { users, catalogue, rule, batches, tail }), isFirstHeldOut);
  for (const version of versions) keepUntrained(context, window, version);
  const heldOut = window.users.filter((_, row) => window.isHeldOut[row] === 1);
  const histories = await readHistories(db, { users, catalogue, ratings: window, of: new Set(heldOut) });
  const state = await readFeatureState(db, { catalogue, users, of: usersOf(window, { users }) });
  const moment = { state, histories, users, people: await readPeople(db) };
  rewind({ state, histories: new Histories() }, window);
  const baselines = {
    popularity: createPopularity(),
    ...(await isImplicit(db) ? {} : { bias: createBias() }),
  };
  const scorers: Record<string, Scorer> = { ...baselines };
  for (const { row, scorer } of versions) scorers[row.version] = scorer;
  const judged = { [versions[0].row.version]: versions[0].scorer };
  await refuseLeaks({ moment, window, scorers: judged, seed: context.seed, signal });
  return {
    quality: await scoreHoldout(scorers, { moment, window: [window], signal }),
    length: window.length,
  };
}

const isFirstHeldOut = (chunk: Ratings, row: number) => chunk.isHeldOut[row] === 1;

/** A version trained under another seed or window held other rows out: what it may have learned is left out for all. */
function keepUntrained({ settings, log }: TaskContext, window: Ratings, { row: version }: Version): void {
  const { seed, holdout_days } = version.config;
  if (seed === settings.seed && holdout_days === settings.holdoutDays) return;
  log.warn(
    `version ${version.version} was trained under another seed or holdout_days: only newer batches count`,
  );
  for (let row = 0; row < window.length; row++) {
    if (window.batches[row] <= version.through_batch) window.isHeldOut[row] = 0;
  }
}

function figures(metrics: readonly Quality[], scorer: string): Record<string, number> {
  const own = metrics.filter((row) =>
    row.scorer === scorer && row.slice === "all" && KEPT.includes(row.metric)
  );
  return Object.fromEntries(own.map(({ metric, value }) => [metric, value]));
}

async function decide(
  { db, run }: TaskContext,
  { candidate, champion, verdict, reason, metrics }: {
    candidate: Version;
    champion: Version | null;
    verdict: Verdict;
    reason: string;
    metrics: Quality[];
  },
): Promise<void> {
  const { version } = candidate.row;
  const isPromoted = verdict === "promoted";
  await db.transaction(async (tx) => {
    await writeMetrics(tx, run.id, { protocol: "holdout", metrics });
    const predecessor = champion?.row.version ?? null;
    const isNew = isPromoted && predecessor !== version;
    if (isNew) await tx.execute("registry/retire_champion");
    const status = isPromoted ? "champion" : verdict;
    await tx.execute("registry/decide_version", [version, status, JSON.stringify(figures(metrics, version))]);
    const live = isPromoted ? version : champion?.row.version;
    if (live === undefined) return;
    if (isNew) {
      await tx.execute("registry/insert_promotion", [version, predecessor, "gate", "gate", reason, run.id]);
      await tx.execute("registry/clear_best_score");
    }
    for (const [metric, value] of Object.entries(figures(metrics, live))) {
      await tx.execute("registry/set_best_score", [metric, live, value, run.id]);
    }
  });
}
