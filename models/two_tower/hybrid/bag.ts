/**
 * A person's history as a bag: their last ratings, newest first, each with a weight for either objective.
 *
 *   retrieval   (1 + β (r_k − r̄)) γ^k / √(1 + Σ γ^2k)      what somebody rated says what they look for
 *   rating      (r_k − r̄) δ^k / √(1 + Σ δ^2k)              what they liked more than usual says what they will like
 *
 * r̄ = (3.5 + Σ r) / (1 + n) over the bag. The movie that a question is about is never in its own bag.
 */
import { movieOf, packRating, starsOf } from "../../rating_entry.ts";
import type { History } from "../../histories.ts";

/** Ratings that a bag holds at most. */
export const BAG = 50;
const USUAL_STARS = 3.5;

export interface BagRule {
  /** β: how much more a movie counts for each star above the person's mean, in retrieval. */
  liking: number;
  /** γ: what the next older rating counts, in retrieval. */
  retrieval_recency: number;
  /** δ: the same, in the prediction of ratings. */
  rating_recency: number;
}

/** Room for bags, one behind the other. */
export interface Bags {
  movies: Int32Array;
  /** Of the same places: weights for retrieval and for ratings. */
  retrieval: Float32Array;
  rating: Float32Array;
}

export interface BagSource {
  log: Int32Array;
  start: number;
  end: number;
  /** The movie asked about; -1: none. */
  own: number;
  /** Of the newest, so many count nothing in retrieval (training looks further ahead than one step). */
  gap: number;
}

export function createBags(length: number): Bags {
  return {
    movies: new Int32Array(length),
    retrieval: new Float32Array(length),
    rating: new Float32Array(length),
  };
}

/** Powers of a rule's recencies, and what they come to: computed once, not for each bag. */
export interface BagPowers {
  liking: number;
  /** γ^k, and 1 / √(1 + Σ_{j < k} γ^2j). */
  retrieval: { of: Float64Array; scale: Float64Array };
  /** The same with δ. */
  rating: { of: Float64Array; scale: Float64Array };
}

export function bagPowers({ liking, retrieval_recency, rating_recency }: BagRule): BagPowers {
  return { liking, retrieval: powers(retrieval_recency), rating: powers(rating_recency) };
}

function powers(base: number) {
  const of = new Float64Array(BAG + 1);
  const scale = new Float64Array(BAG + 1);
  let [power, squares] = [1, 1];
  for (let k = 0; k <= BAG; k++, power *= base) {
    of[k] = power;
    scale[k] = 1 / Math.sqrt(squares);
    squares += power * power;
  }
  return { of, scale };
}

/** Writes the bag of `source` into `out` from `at` on; returns how many ratings it has. */
export function fillBag(
  { log, start, end, own, gap }: BagSource,
  { liking, retrieval, rating }: BagPowers,
  out: Bags,
  at: number,
): number {
  let n = 0;
  let sum = USUAL_STARS;
  for (let k = end - 1; k >= start; k--) {
    const movie = movieOf(log[k]);
    if (movie === own) continue;
    const stars = starsOf(log[k]);
    out.movies[at + n] = movie;
    out.rating[at + n++] = stars;
    sum += stars;
  }
  const mean = sum / (n + 1);
  const hidden = Math.min(gap, n);
  const [first, second] = [retrieval.scale[n - hidden], rating.scale[n]];
  for (let k = 0; k < n; k++) {
    const deviation = out.rating[at + k] - mean;
    out.rating[at + k] = deviation * rating.of[k] * second;
    out.retrieval[at + k] = k < hidden ? 0 : (1 + liking * deviation) * retrieval.of[k - hidden] * first;
  }
  return n;
}

/** The last ratings of `history` as training has them in its log; `log` [BAG] is room. */
export function bagSource({ movies, stars }: History, log: Int32Array): BagSource {
  const from = Math.max(0, movies.length - BAG);
  for (let k = from; k < movies.length; k++) log[k - from] = packRating(movies[k], stars[k]);
  return { log, start: 0, end: movies.length - from, own: -1, gap: 0 };
}
