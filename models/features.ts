/**
 * The only definition of a feature: counts and sums → the inputs of the two towers.
 *
 * Training, prequential, publishing and serving all call it, each with the sums of its own moment, so that what a
 * model sees in service is what it saw in training. With g = the running mean, n and Σr of the row at hand:
 *
 *   deviations   user   per genre (Σr − g·n)/(n + 3) and log(1 + n); bias (Σr − g·n)/(n + 5); log(1 + n)
 *                movie  genre one-hot; standardised year, flag of a missing year; bias; log(1 + n)
 *   genre_means  user   per genre Σr/n, 0 where none
 *                movie  genre one-hot; standardised year; Σr/n, 0 where none
 */
import { z } from "zod";
import type { Catalogue } from "./catalogue.ts";
import type { Moment } from "./ratings.ts";

/** Which features, and the constants that were fitted with the model. */
export const featureShape = z.strictObject({
  /** `deviations` (shrunk differences from the running mean) or `genre_means` (the textbook's plain means). */
  preset: z.enum(["deviations", "genre_means"]),
  /** Genres that the model knows; genres added to the catalogue later are not seen by it. */
  n_genres: z.number().int().min(1),
  /** Mean release year of the training catalogue. */
  year_mean: z.number(),
  /** Standard deviation of the release year, in years. */
  year_deviation: z.number().positive(),
});

export type FeatureShape = z.infer<typeof featureShape>;

/** Shrinkage of a genre's mean deviation: as if 3 ratings at the running mean came on top. */
const GENRE_SHRINKAGE = 3;
/** The same for a user's or a movie's bias. */
const BIAS_SHRINKAGE = 5;

/** What features of people and movies may read of a moment. */
export type Known = Pick<Moment, "state" | "users" | "people"> & Partial<Pick<Moment, "histories">>;

/** Writes the inputs of one user or movie, as of `known`, into `out` from `offset`. */
type Inputs = (known: Known, row: number, out: Float32Array, offset: number) => void;

export interface Features {
  readonly userWidth: number;
  readonly movieWidth: number;
  /** Whether inputs follow from histories, which a pass over the data else does without. */
  readonly readsHistories?: boolean;
  userInputs: Inputs;
  movieInputs: Inputs;
}

/** Features of which a movie's last inputs alone follow from ratings: the others can be kept from moment to moment. */
export interface ContentFeatures extends Features {
  readonly movieMoves: number;
  /** Writes those last inputs: the end of what `movieInputs()` writes. */
  movieMoving: Inputs;
}

/** The features of `shape`: its widths, and the functions that compute them. */
export function createFeatures(shape: FeatureShape): ContentFeatures {
  return shape.preset === "deviations" ? deviations(shape) : genreMeans(shape);
}

/** Mean and deviation of the known release years; 1 stands for a deviation that is not there. */
export function fitYears({ years }: Catalogue): Pick<FeatureShape, "year_mean" | "year_deviation"> {
  const known = years.filter((year) => year !== 0);
  if (known.length === 0) return { year_mean: 0, year_deviation: 1 };
  const mean = known.reduce((sum, year) => sum + year, 0) / known.length;
  const variance = known.reduce((sum, year) => sum + (year - mean) ** 2, 0) / known.length;
  return { year_mean: mean, year_deviation: Math.sqrt(variance) || 1 };
}

function deviations(shape: FeatureShape): ContentFeatures {
  const { n_genres: nGenres } = shape;
  const movieMoving: Inputs = ({ state }, movie, out, offset) => {
    const n = state.movieCounts[movie];
    out[offset] = (state.movieSums[movie] - state.mean * n) / (n + BIAS_SHRINKAGE);
    out[offset + 1] = log1p(n);
  };
  return {
    userWidth: 2 * nGenres + 2,
    movieWidth: nGenres + 4,
    userInputs({ state }, user, out, offset) {
      state.reserve(user);
      const g = state.mean;
      const row = user * state.catalogue.nGenres;
      for (let k = 0; k < nGenres; k++) {
        const n = state.genreCounts[row + k];
        out[offset + k] = (state.genreSums[row + k] - g * n) / (n + GENRE_SHRINKAGE);
        out[offset + nGenres + k] = log1p(n);
      }
      const n = state.userCounts[user];
      out[offset + 2 * nGenres] = (state.userSums[user] - g * n) / (n + BIAS_SHRINKAGE);
      out[offset + 2 * nGenres + 1] = log1p(n);
    },
    movieMoves: 2,
    movieMoving,
    movieInputs(known, movie, out, offset) {
      const { state } = known;
      oneHot(state.catalogue, movie, { nGenres, out, offset });
      const year = state.catalogue.years[movie];
      out[offset + nGenres] = standardised(year, shape);
      out[offset + nGenres + 1] = year === 0 ? 1 : 0;
      movieMoving(known, movie, out, offset + nGenres + 2);
    },
  };
}

function genreMeans(shape: FeatureShape): ContentFeatures {
  const { n_genres: nGenres } = shape;
  const movieMoving: Inputs = ({ state }, movie, out, offset) => {
    out[offset] = meanOrZero(state.movieSums[movie], state.movieCounts[movie]);
  };
  return {
    userWidth: nGenres,
    movieWidth: nGenres + 2,
    userInputs: meanOfGenres(nGenres),
    movieMoves: 1,
    movieMoving,
    movieInputs(known, movie, out, offset) {
      const { state } = known;
      oneHot(state.catalogue, movie, { nGenres, out, offset });
      out[offset + nGenres] = standardised(state.catalogue.years[movie], shape);
      movieMoving(known, movie, out, offset + nGenres + 1);
    },
  };
}

/** Writes the user's mean rating of each of the first `nGenres` genres, 0 where there is none. */
export function meanOfGenres(nGenres: number): Inputs {
  return ({ state }, user, out, offset) => {
    state.reserve(user);
    const row = user * state.catalogue.nGenres;
    for (let k = 0; k < nGenres; k++) {
      out[offset + k] = meanOrZero(state.genreSums[row + k], state.genreCounts[row + k]);
    }
  };
}

/** Writes 1 for each of the movie's first `nGenres` genres, 0 for the others. */
export function oneHot(
  catalogue: Catalogue,
  movie: number,
  { nGenres, out, offset }: { nGenres: number; out: Float32Array; offset: number },
): void {
  out.fill(0, offset, offset + nGenres);
  for (let k = catalogue.genreStarts[movie]; k < catalogue.genreStarts[movie + 1]; k++) {
    if (catalogue.genres[k] < nGenres) out[offset + catalogue.genres[k]] = 1;
  }
}

/** A missing year (0) counts as an average one. */
function standardised(year: number, { year_mean, year_deviation }: FeatureShape): number {
  return year === 0 ? 0 : (year - year_mean) / year_deviation;
}

/** Σr / n, 0 for none. */
export function meanOrZero(sum: number, n: number): number {
  return n === 0 ? 0 : sum / n;
}

// Most counts are small, and a pass over 32M ratings takes 40 logarithms for each.
const LOG1P = Float64Array.from({ length: 4096 }, (_, n) => Math.log1p(n));

function log1p(n: number): number {
  return n < LOG1P.length ? LOG1P[n] : Math.log1p(n);
}
