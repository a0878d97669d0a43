/**
 * How far predicted stars are from given ones, and how well they tell liked from not liked.
 *
 * All take predictions and truths of the same length.
 */

/** Root mean squared error, √(Σ(p − r)² / n), in stars. NaN for no ratings. */
export function rmse(predicted: ArrayLike<number>, actual: ArrayLike<number>): number {
  return Math.sqrt(meanOf(predicted, actual, (error) => error * error));
}

/** Mean absolute error, Σ|p − r| / n, in stars. NaN for no ratings. */
export function mae(predicted: ArrayLike<number>, actual: ArrayLike<number>): number {
  return meanOf(predicted, actual, Math.abs);
}

/**
 * Area under the ROC curve: the chance that a liked rating (≥ `likedFrom`) has a higher prediction than one that is
 * not; equal predictions count half (Hanley & McNeil 1982, by the rank sum of Mann & Whitney). Over all ratings
 * together, not by person. NaN when there are no ratings of one kind.
 */
export function auc(predicted: ArrayLike<number>, actual: ArrayLike<number>, likedFrom: number): number {
  checkLengths(predicted, actual);
  const order = Uint32Array.from(predicted, (_, i) => i).sort((a, b) => predicted[a] - predicted[b]);
  let [liked, ranks] = [0, 0];
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && predicted[order[to]] === predicted[order[from]]) to++;
    const rank = (from + 1 + to) / 2; // ties share the mean of their ranks, from 1
    for (; from < to; from++) {
      if (!(actual[order[from]] >= likedFrom)) continue;
      liked++;
      ranks += rank;
    }
  }
  const others = order.length - liked;
  return (ranks - liked * (liked + 1) / 2) / (liked * others);
}

function meanOf(
  predicted: ArrayLike<number>,
  actual: ArrayLike<number>,
  cost: (error: number) => number,
): number {
  checkLengths(predicted, actual);
  let sum = 0;
  for (let i = 0; i < predicted.length; i++) sum += cost(predicted[i] - actual[i]);
  return sum / predicted.length;
}

function checkLengths(predicted: ArrayLike<number>, actual: ArrayLike<number>): void {
  if (predicted.length === actual.length) return;
  throw new RangeError(
    `Cannot compare predictions with ratings as there must be one for each: found ${predicted.length} and ${actual.length}`,
  );
}
