/** Compares the candidates with the champion on the open hold-out, and decides which of them goes live. */
import { type Judgement, rule, type Ruling } from "../models/gate/gate.ts";
import { gateOptions } from "../models/gate/options.ts";
import type { Quality } from "../models/evaluation/quality.ts";
import type { Db } from "../sql/db.ts";
import { gapOf, writeGap } from "./_gap.ts";
import { caseOf, type Field, readField } from "./_gate.ts";
import { forgetScores, storeJudgement } from "./_judgements.ts";
import { scoreVersions } from "./_scoring.ts";
import { openVersion, readChampion, type Version, type VersionRow, writeMetrics } from "./_versions.ts";
import { duration } from "./runner/manifest/duration.ts";
import type { Decision, PlanState } from "./runner/plan/plan_state.ts";
import { type StageResult, task } from "./runner/task.ts";

const params = gateOptions.extend({
  keep_pairs: duration.prefault("90d")
    .describe(
      "How long what a verdict was given is kept, person by person, so that it can be recomputed; the verdict itself stays.",
    ),
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
  readsPrevious: ["ops_db.judgements", "ops_db.trainings"],
  writes: [
    "ops_db.model_versions",
    "ops_db.model_metrics",
    "ops_db.metric_history",
    "ops_db.best_score",
    "ops_db.judgements",
    "ops_db.judgement_scores",
  ],

  plan: planEvaluation,

  async run(context, { keep_pairs, ...options }): Promise<StageResult> {
    const { db, seed, day, run, signal } = context;
    const candidates: Version[] = [];
    for (const row of await db.rows<VersionRow>("registry/candidates")) {
      candidates.push(await openVersion(context, row));
    }
    const champion = await readChampion(context);
    if (candidates.length === 0 && champion === null) {
      return { rowsIn: 0, rowsOut: 0, verdict: "none", reason: "no candidate waits" };
    }
    const field = await readField(context, champion);
    const known = new Set(candidates.map(({ row }) => row.version));
    const others = field.versions.filter(({ row }) => !known.has(row.version));
    const { quality, length, listMs } = await scoreVersions(context, {
      versions: [...candidates, ...others],
      leakTested: candidates.length > 0 ? candidates : others.slice(0, 1),
    });
    const { metrics } = quality;
    const trial = caseOf({ candidates, field, quality, listMs, options, seed });
    const ruling = await rule(trial, signal);
    const gap = gapOf(trial, field);
    await db.transaction(async (tx) => {
      await writeMetrics(tx, run.id, { protocol: "holdout", metrics });
      await writeGap(tx, run.id, gap);
      if (candidates.length === 0) return;
      await decide(tx, { ruling, field, metrics, runId: run.id });
      await storeJudgement(tx, { trial, ruling, runId: run.id, champion: liveAfter(ruling, field) });
      await forgetScores(tx, dayBefore(day, keep_pairs));
    });
    const users = quality.people.filter(({ targets }) => targets.size > 0).length;
    return { rowsIn: length, rowsOut: users, ...told(ruling), ...gap };
  },
});

function planEvaluation({ candidates, champion, finished }: PlanState): Decision {
  const newest = finished.features ?? -1;
  if (newest < 0) return { action: "skip", reason: "no batch has features yet" };
  if (candidates.length > 0) {
    const outcomes = candidates.map((candidate) => ({ candidates: [], champion: candidate }));
    if (champion === null) {
      return { action: "run", reason: "the first version meets the baselines", outcomes };
    }
    const who = candidates.length === 1 ? "the candidate meets" : `${candidates.length} candidates meet`;
    const reason = `${who} champion ${champion.version}`;
    return { action: "run", reason, outcomes: [...outcomes, { candidates: [] }] };
  }
  const nobody = "no candidate waits for a verdict";
  if (champion === null) return { action: "skip", reason: nobody };
  if ((finished.evaluate ?? -1) >= newest) {
    return { action: "skip", reason: `${nobody}, and champion ${champion.version} is measured` };
  }
  return { action: "run", reason: `${nobody}; champion ${champion.version} meets the last retraining` };
}

function figures(metrics: readonly Quality[], scorer: string): Record<string, number> {
  const own = metrics.filter((row) =>
    row.scorer === scorer && row.slice === "all" && KEPT.includes(row.metric)
  );
  return Object.fromEntries(own.map(({ metric, value }) => [metric, value]));
}

/** The verdicts in the registry; the live version's figures change with the live version only. */
async function decide(
  tx: Db,
  { ruling, field, metrics, runId }: {
    ruling: Ruling;
    field: Field;
    metrics: Quality[];
    runId: number;
  },
): Promise<void> {
  const predecessor = field.champion?.row.version ?? null;
  const promoted = ruling.judgements.find(({ isPromoted }) => isPromoted);
  if (promoted !== undefined) await tx.execute("registry/retire_champion");
  for (const { version, verdict, isPromoted } of ruling.judgements) {
    const status = isPromoted ? "champion" : verdict;
    await tx.execute("registry/decide_version", [version, status, JSON.stringify(figures(metrics, version))]);
  }
  if (promoted === undefined) return;
  const { version, reason } = promoted;
  await tx.execute("registry/insert_promotion", [version, predecessor, "gate", "gate", reason, runId]);
  await tx.execute("registry/clear_best_score");
  for (const [metric, value] of Object.entries(figures(metrics, version))) {
    await tx.execute("registry/set_best_score", [metric, version, value, runId]);
  }
}

function liveAfter({ judgements }: Ruling, { champion }: Field): string | null {
  return judgements.find(({ isPromoted }) => isPromoted)?.version ?? champion?.row.version ?? null;
}

/** The verdict in the stage's summary: of several candidates, that of the one that goes live. */
function told({ judgements }: Ruling): StageResult {
  if (judgements.length === 0) return { verdict: "none", reason: "no candidate waits" };
  const promoted = judgements.find(({ isPromoted }) => isPromoted);
  const worst = judgements.every(({ verdict }) => verdict === "rejected") ? "rejected" : "inconclusive";
  const line = ({ version, reason }: Judgement) => judgements.length === 1 ? reason : `${version}: ${reason}`;
  return {
    verdict: promoted?.verdict ?? worst,
    is_promoted: promoted !== undefined,
    version: promoted?.version ?? (judgements.length === 1 ? judgements[0].version : null),
    reason: judgements.map(line).join("; "),
  };
}

/** The label `ms` milliseconds before `day`. */
function dayBefore(day: string, ms: number): string {
  return new Date(Date.parse(day) - ms).toISOString().slice(0, 10);
}
