/**
 * How far the live model has fallen behind, or gone ahead of, the last training of its kind from scratch.
 *
 * Both are scored on the same hold-out, and nothing is trained for it. Above 0 the retraining is better:
 * gap_rmse = RMSE(live) − RMSE(retraining), gap_ndcg = nDCG@10(retraining) − nDCG@10(live).
 */
import { bootstrap } from "../models/gate/bootstrap.ts";
import { pairsOf } from "../models/gate/cohort.ts";
import { type Case, MEASURES } from "../models/gate/gate.ts";
import type { Db } from "../sql/db.ts";
import type { Field } from "./_gate.ts";

/** `gap_rmse` and `gap_ndcg`; with `_at_least`, what they surely are, where there are people enough to tell. */
export type Gap = Record<string, number>;

/** The gap as of now; empty when there is nothing to compare. */
export function gapOf({ cohort, options, seed }: Case, { champion, retraining }: Field): Gap {
  if (champion === null || retraining === null) return {};
  const gap: Gap = {};
  for (const measure of MEASURES) {
    const [candidate, rival] = [champion.row.version, retraining.row.version];
    const pairs = pairsOf(cohort, { candidate, rival, measure, slice: "all" });
    if (pairs === null || pairs.weights.length === 0) continue;
    const { confidence, resamples, min_users } = options;
    const { n, harm, low } = bootstrap(pairs, { measure, seed, resamples, confidence });
    if (!Number.isFinite(harm)) continue;
    gap[`gap_${measure}`] = harm;
    if (n >= min_users) gap[`gap_${measure}_at_least`] = low;
  }
  return gap;
}

/** The gap among the metrics of a run, where monitor's are. */
export async function writeGap(tx: Db, runId: number, gap: Gap): Promise<void> {
  for (const [name, value] of Object.entries(gap)) {
    const metric = name.replace("_at_least", "");
    const slice = name === metric ? "all" : "at_least";
    await tx.execute("monitor/insert_metric", [runId, metric, slice, value, null, false]);
  }
}
