/**
 * Where the hybrid's rating prediction begins, and which inputs are whose. The towers' inputs are `deviations` of
 * features.ts; the rating is predicted from
 *
 *   r₀ = g + b_i + b_u,   b_i = (Σr − g·n) / (n + 5),   b_u = Σ_{j ∈ bag} (r_j − g − b_j) / (|bag| + 5)
 *
 * on. Retrieval does not see a movie's last inputs, how well and how often it has been rated: examples that are
 * shuffled together are of different moments, so its negatives' counts would tell it the time (nDCG@10 on last20's
 * validation: .050 with them, .097 without). It learns from the table how popular a movie is.
 */
import type { FeatureState } from "../../feature_state.ts";
import { movieOf, starsOf } from "../../rating_entry.ts";
import type { BagSource } from "./bag.ts";

/** Of a movie's inputs, so many of the last are for ratings alone. */
export const RATING_INPUTS = 2;

const SHRINKAGE = 5;

/** r₀ of `movie` for the person whose bag `source` is; what it says of `movie` itself is left out. */
export function baseOf(state: FeatureState, movie: number, { log, start, end }: BagSource): number {
  const g = state.mean;
  let sum = 0;
  let n = 0;
  for (let k = start; k < end; k++) {
    const other = movieOf(log[k]);
    if (other === movie) continue;
    sum += starsOf(log[k]) - g - movieBias(state, other, g);
    n++;
  }
  return g + movieBias(state, movie, g) + sum / (n + SHRINKAGE);
}

function movieBias({ movieCounts, movieSums }: FeatureState, movie: number, g: number): number {
  const n = movieCounts[movie];
  return (movieSums[movie] - g * n) / (n + SHRINKAGE);
}
