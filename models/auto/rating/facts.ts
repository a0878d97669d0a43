/**
 * What train says of its users and movies apart from tastes: biases, spreads and counts.
 *
 *   b_i = Σ_{u∈i} (r − g − b_u) / (n_i + λ),   b_u = Σ_{i∈u} (r − g − b_i) / (n_u + λ)
 *
 * solved together, in turns (Koren 2010, section 2.1): unlike sums of one moment, they know who a movie's raters were.
 */
import type { Triples } from "../../fm/triples.ts";

export interface Facts {
  readonly mean: number;
  readonly userCounts: Int32Array;
  readonly movieCounts: Int32Array;
  readonly userBias: Float64Array;
  readonly movieBias: Float64Array;
  /** Σ(r − g) / (n + 5) of each movie: its bias with that of those who chose it. */
  readonly movieDeviation: Float64Array;
  /** Mean bias of a movie's raters, shrunk. */
  readonly raterBias: Float64Array;
  /** Mean square of r − g − b_u − b_i by user and by movie, shrunk to 1. */
  readonly userSpread: Float64Array;
  readonly movieSpread: Float64Array;
  /** r − g − b_u − b_i of each of the triples. */
  readonly residuals: Float64Array;
}

const BIAS_SHRINKAGE = 4;
const MEAN_SHRINKAGE = 5;
/** The biases move by less than a thousandth of a star after. */
const TURNS = 12;

export function factsOf(triples: Triples, { nUsers, nMovies }: { nUsers: number; nMovies: number }): Facts {
  const { users, movies, stars } = triples;
  const n = stars.length;
  const mean = stars.reduce((sum, r) => sum + r, 0) / n;
  const [userCounts, movieCounts] = [counted(users, nUsers), counted(movies, nMovies)];
  const [userBias, movieBias] = [new Float64Array(nUsers), new Float64Array(nMovies)];
  for (let turn = 0; turn < TURNS; turn++) {
    average(
      movies,
      { counts: movieCounts, shrinkage: BIAS_SHRINKAGE, into: movieBias },
      (i) => stars[i] - mean - userBias[users[i]],
    );
    average(
      users,
      { counts: userCounts, shrinkage: BIAS_SHRINKAGE, into: userBias },
      (i) => stars[i] - mean - movieBias[movies[i]],
    );
  }
  const residuals = Float64Array.from(stars, (r, i) => r - mean - userBias[users[i]] - movieBias[movies[i]]);
  const shrunk = (rows: Int32Array, counts: Int32Array, of: (i: number) => number) =>
    average(rows, { counts, shrinkage: MEAN_SHRINKAGE, into: new Float64Array(counts.length) }, of);
  const spread = (rows: Int32Array, counts: Int32Array) =>
    shrunk(rows, counts, (i) => residuals[i] ** 2 - 1).map((value) => value + 1);
  return {
    mean,
    userCounts,
    movieCounts,
    userBias,
    movieBias,
    movieDeviation: shrunk(movies, movieCounts, (i) => stars[i] - mean),
    raterBias: shrunk(movies, movieCounts, (i) => userBias[users[i]]),
    userSpread: spread(users, userCounts),
    movieSpread: spread(movies, movieCounts),
    residuals,
  };
}

function counted(rows: Int32Array, length: number): Int32Array {
  const counts = new Int32Array(length);
  for (const row of rows) counts[row]++;
  return counts;
}

/** Σ of(i) / (n + shrinkage) by row. */
function average(
  rows: Int32Array,
  { counts, shrinkage, into }: { counts: Int32Array; shrinkage: number; into: Float64Array },
  of: (i: number) => number,
): Float64Array {
  into.fill(0);
  for (let i = 0; i < rows.length; i++) into[rows[i]] += of(i);
  for (let row = 0; row < into.length; row++) into[row] /= counts[row] + shrinkage;
  return into;
}
