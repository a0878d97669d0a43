/**
 * How well one list, best first and without repeats, holds its targets (the held-out movies that the person liked).
 *
 * Relevance is binary; averages over people are the caller's. An empty `targets` has no answer: NaN, so that nobody
 * averages it in by accident.
 */

/** |top k ∩ targets| / |targets|. Below 1 by construction when there are more than k targets. */
export function recallAt(ranked: ArrayLike<number>, targets: ReadonlySet<number>, k: number): number {
  return targets.size === 0 ? NaN : hits(ranked, targets, k) / targets.size;
}

/** |top k ∩ targets| / k. A list shorter than k is not excused: the missing places count as misses. */
export function precisionAt(ranked: ArrayLike<number>, targets: ReadonlySet<number>, k: number): number {
  return targets.size === 0 ? NaN : hits(ranked, targets, k) / k;
}

/** 1 if any of the top k is a target, else 0. */
export function hitRateAt(ranked: ArrayLike<number>, targets: ReadonlySet<number>, k: number): number {
  return targets.size === 0 ? NaN : Math.min(1, hits(ranked, targets, k));
}

/**
 * nDCG@k = DCG / ideal DCG, where DCG = Σ 1/log₂(1 + rank) over the targets among the top k (ranks from 1), and the
 * ideal list has min(k, |targets|) targets at its head (Järvelin & Kekäläinen 2002, binary gains).
 */
export function ndcgAt(ranked: ArrayLike<number>, targets: ReadonlySet<number>, k: number): number {
  let gain = 0;
  let ideal = 0;
  for (let rank = 1; rank <= k; rank++) {
    if (rank <= targets.size) ideal += 1 / Math.log2(1 + rank);
    if (rank <= ranked.length && targets.has(ranked[rank - 1])) gain += 1 / Math.log2(1 + rank);
  }
  return targets.size === 0 ? NaN : gain / ideal;
}

/**
 * Average precision: Σ precision@rank over the ranks (up to k) at which a target stands, / min(k, |targets|), so that
 * a perfect list has 1; its mean over people is MAP@k (Manning, Raghavan & Schütze 2008, section 8.4, cut at k).
 */
export function averagePrecisionAt(
  ranked: ArrayLike<number>,
  targets: ReadonlySet<number>,
  k: number,
): number {
  if (targets.size === 0) return NaN;
  let [found, sum] = [0, 0];
  for (let rank = 1; rank <= Math.min(k, ranked.length); rank++) {
    if (targets.has(ranked[rank - 1])) sum += ++found / rank;
  }
  return sum / Math.min(k, targets.size);
}

/** 1 / rank of the first target, 0 when the list (its top k, if given) holds none; its mean over people is MRR. */
export function reciprocalRank(
  ranked: ArrayLike<number>,
  targets: ReadonlySet<number>,
  k: number = ranked.length,
): number {
  if (targets.size === 0) return NaN;
  for (let rank = 1; rank <= Math.min(k, ranked.length); rank++) {
    if (targets.has(ranked[rank - 1])) return 1 / rank;
  }
  return 0;
}

function hits(ranked: ArrayLike<number>, targets: ReadonlySet<number>, k: number): number {
  let count = 0;
  for (let i = 0; i < Math.min(k, ranked.length); i++) {
    if (targets.has(ranked[i])) count++;
  }
  return count;
}
