/**
 * Prequential quality (Dawid 1984): each rating is predicted from everything before it, then observed.
 *
 * Day by day it is the honest quality of what people saw: no rating is spared, none is known too early, and features
 * follow every single one. Nothing is cached between ratings: each moves the running mean, and with it every input.
 */
import { breathe } from "../breathe.ts";
import type { Scorer } from "../model.ts";
import { isColdUser, type Prediction, type Quality, ratingQuality } from "./quality.ts";
import { type Moment, observe, type Ratings } from "../ratings.ts";

/** A scorer that predicts ratings. */
export type RatingScorer = Scorer & Required<Pick<Scorer, "predict">>;

/** The scorers that predict ratings. */
export function ratingScorers(scorers: Readonly<Record<string, Scorer>>): [string, RatingScorer][] {
  return Object.entries(scorers).filter((entry): entry is [string, RatingScorer] =>
    entry[1].predict !== undefined
  );
}

/** What each of `scorers` predicts for row `row`, as of `moment`. */
export function predictRow(
  scorers: [string, RatingScorer][],
  { moment, ratings, row }: { moment: Moment; ratings: Ratings; row: number },
): Prediction {
  const [user, movie] = [ratings.users[row], ratings.movies[row]];
  return {
    actual: ratings.ratings[row],
    isCold: isColdUser(moment, user),
    predicted: Object.fromEntries(
      scorers.map(([name, scorer]) => [name, scorer.predict(moment, user, movie, ratings.ratedAt[row])]),
    ),
  };
}

/**
 * RMSE and MAE of `scorers` (by name) over `batch`, by slice; stale rows are not predicted.
 *
 * `moment` is as of before the batch, with the histories of its users if a scorer reads them; afterwards it is as of
 * after the batch.
 */
export async function prequential(
  scorers: Readonly<Record<string, Scorer>>,
  { moment, batch, signal }: { moment: Moment; batch: Ratings; signal: AbortSignal },
): Promise<Quality[]> {
  const rating = ratingScorers(scorers);
  const predictions: Prediction[] = [];
  for (let row = 0; row < batch.length; row++) {
    if (batch.isStale[row]) continue;
    predictions.push(predictRow(rating, { moment, ratings: batch, row }));
    observe(moment, batch, row);
    if (row % 4096 === 4095) await breathe(signal);
  }
  return ratingQuality(predictions);
}
