/**
 * What quality means, in numbers.
 *
 * Rating metrics take predictions and truths of the same length. Ranking metrics take one list, best first and
 * without repeats, and the set of its targets (the held-out movies that the person liked); averages over people are
 * the caller's. Relevance is binary. An empty `targets` has no answer: NaN, so that nobody averages it in by accident.
 */

/** Root mean squared error, √(Σ(p − r)² / n), in stars. NaN for no ratings. */
export function rmse(predicted: ArrayLike<number>, actual: ArrayLike<number>): number {
  return Math.sqrt(meanOf(predicted, actual, (error) => error * error));
}

/** Mean absolute error, Σ|p − r| / n, in stars. NaN for no ratings. */
export function mae(predicted: ArrayLike<number>, actual: ArrayLike<number>): number {
  return meanOf(predicted, actual, Math.abs);
}

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

/** 1 / rank of the first target, 0 when the list holds none; its mean over people is MRR. */
export function reciprocalRank(ranked: ArrayLike<number>, targets: ReadonlySet<number>): number {
  if (targets.size === 0) return NaN;
  for (let rank = 1; rank <= ranked.length; rank++) {
    if (targets.has(ranked[rank - 1])) return 1 / rank;
  }
  return 0;
}

/** Distinct movies in all lists together / movies that could have been listed. NaN for an empty catalogue. */
export function coverage(lists: Iterable<ArrayLike<number>>, nMovies: number): number {
  const listed = new Set<number>();
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) listed.add(list[i]);
  }
  return nMovies === 0 ? NaN : listed.size / nMovies;
}

function hits(ranked: ArrayLike<number>, targets: ReadonlySet<number>, k: number): number {
  let count = 0;
  for (let i = 0; i < Math.min(k, ranked.length); i++) {
    if (targets.has(ranked[i])) count++;
  }
  return count;
}

function meanOf(
  predicted: ArrayLike<number>,
  actual: ArrayLike<number>,
  cost: (error: number) => number,
): number {
  if (predicted.length !== actual.length) {
    throw new RangeError(
      `Cannot compare predictions with ratings as there must be one for each: found ${predicted.length} and ${actual.length}`,
    );
  }
  let sum = 0;
  for (let i = 0; i < predicted.length; i++) sum += cost(predicted[i] - actual[i]);
  return sum / predicted.length;
}
