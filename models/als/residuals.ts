/** What the stars of the examples say beyond the bias baseline, and what a score says in stars. */
import type { SparseRows } from "../interactions.ts";

/** Ratings at the expected value that are added to every movie and person, as `bias` has it by default. */
const SHRINKAGE = 5;
/** Pairs that the line to stars is drawn through. */
const PAIRS = 200_000;
const LEAST_SLOPE = 1e-3;

/** r − g − b_u − b_i of every entry (see `bias.ts`), from these entries alone. */
export function residualsOf({ nRows, nColumns, starts, columns, values }: SparseRows): Float32Array {
  const mean = values.reduce((sum, stars) => sum + stars, 0) / Math.max(values.length, 1);
  const movies = new Float64Array(nColumns);
  const counts = new Int32Array(nColumns);
  columns.forEach((movie, k) => {
    movies[movie] += values[k] - mean;
    counts[movie]++;
  });
  for (let movie = 0; movie < nColumns; movie++) movies[movie] /= counts[movie] + SHRINKAGE;
  const residuals = Float32Array.from(values, (stars, k) => stars - mean - movies[columns[k]]);
  for (let user = 0; user < nRows; user++) {
    const own = residuals.subarray(starts[user], starts[user + 1]);
    const habit = own.reduce((sum, residual) => sum + residual, 0) / (own.length + SHRINKAGE);
    for (let k = 0; k < own.length; k++) own[k] -= habit;
  }
  return residuals;
}

/** stars ≈ slope · ⟨w_u, h_i⟩ + intercept by least squares over (a seventh, a third, …) of the entries; slope > 0. */
export function lineToStars(
  { nRows, starts, columns, values }: SparseRows,
  { people, movies, d }: { people: Float32Array; movies: Float32Array; d: number },
): { slope: number; intercept: number } {
  const stride = Math.ceil(columns.length / PAIRS);
  let [n, sumX, sumY, sumXX, sumXY] = [0, 0, 0, 0, 0];
  for (let user = 0; user < nRows; user++) {
    for (let k = starts[user]; k < starts[user + 1]; k++) {
      if (k % stride !== 0) continue;
      let score = 0;
      for (let f = 0; f < d; f++) score += people[user * d + f] * movies[columns[k] * d + f];
      n++;
      sumX += score;
      sumY += values[k];
      sumXX += score * score;
      sumXY += score * values[k];
    }
  }
  const variance = sumXX - sumX * sumX / n;
  const slope = Math.max(LEAST_SLOPE, variance > 0 ? (sumXY - sumX * sumY / n) / variance : 0);
  return { slope, intercept: (sumY - slope * sumX) / n };
}
