/** The champion gate: only a version that is not worse goes live. */

export type Verdict = "promoted" | "rejected" | "inconclusive";

/** Hold-out figures of one version: `rmse` in stars (lower is better), `ndcg@10` (higher is better). */
export type Figures = Record<string, number>;

export interface Judgement {
  verdict: Verdict;
  reason: string;
}

interface Case {
  candidate: Figures;
  /** The champion and the month's best, on the same rows; none: this is the first version. */
  rivals: readonly { version: string; figures: Figures }[];
  /** People with something to be found. */
  users: number;
  /** The candidate predicts no ratings: it is judged by its lists alone. */
  ranksOnly?: boolean;
  params: { margin_rmse: number; margin_ndcg: number; min_users: number };
}

/**
 * Promoted when, against every rival, RMSE ≤ theirs + margin_rmse and nDCG@10 ≥ theirs − margin_ndcg.
 *
 * With fewer than `min_users` people the verdict is inconclusive and the champion stays, but for the first version:
 * without it there would be nothing to serve. A figure that is not a number never passes. A candidate that only ranks
 * has no RMSE, and never takes the place of a version that has one.
 */
export function judge({ candidate, rivals, users, ranksOnly = false, params }: Case): Judgement {
  if (!ranksOnly && !Number.isFinite(candidate.rmse)) {
    return { verdict: "rejected", reason: `its RMSE is ${candidate.rmse}` };
  }
  if (rivals.length === 0) return { verdict: "promoted", reason: "the first version" };
  if (users < params.min_users) {
    return {
      verdict: "inconclusive",
      reason: `${users} people in the hold-out, ${params.min_users} are needed`,
    };
  }
  for (const { version, figures } of rivals) {
    if (ranksOnly && figures.rmse !== undefined) {
      return { verdict: "rejected", reason: `it predicts no ratings, as ${version} does` };
    }
    const isRatingFine = ranksOnly || candidate.rmse <= figures.rmse + params.margin_rmse;
    const isRankingFine = candidate["ndcg@10"] >= figures["ndcg@10"] - params.margin_ndcg;
    if (!isRatingFine) return { verdict: "rejected", reason: compared("RMSE", "rmse", version, figures) };
    if (!isRankingFine) {
      return { verdict: "rejected", reason: compared("nDCG@10", "ndcg@10", version, figures) };
    }
  }
  const { version, figures } = rivals[0];
  const reason = ranksOnly
    ? `${compared("nDCG@10", "ndcg@10", version, figures)}, margin ${params.margin_ndcg}`
    : `${compared("RMSE", "rmse", version, figures)}, margin ${params.margin_rmse}`;
  return { verdict: "promoted", reason };

  function compared(name: string, metric: string, version: string, figures: Figures): string {
    return `${name} ${candidate[metric]?.toFixed(4)} against ${figures[metric]?.toFixed(4)} of ${version}`;
  }
}
