/** Examples in memory: the window that is shuffled together, and the mini-batches that are drawn from it. */
import type { Features, Known } from "./features.ts";
import type { Ratings } from "./ratings.ts";
import { rowCopier } from "./rows.ts";
import { permutation, type Rng } from "./rng.ts";

/** A mini-batch. Its arrays are overwritten by the next one. */
export interface Examples {
  readonly length: number;
  readonly user: Float32Array; // [length × userWidth]
  readonly movie: Float32Array; // [length × movieWidth]
  /** Running mean as of the example. */
  readonly means: Float32Array; // [length]
  /** What was given, in stars. */
  readonly ratings: Float32Array; // [length]
}

export interface WindowOptions {
  features: Features;
  /** Examples that are shuffled together. */
  capacity: number;
  batchSize: number;
  rng: Rng;
}

/** The examples that are shuffled together, and the mini-batches drawn from them. */
export function createWindow({ features, capacity, batchSize, rng }: WindowOptions) {
  const held = createExamples(features, capacity);
  const batch = createExamples(features, batchSize);
  const copyUser = rowCopier(held.user, batch.user, features.userWidth);
  const copyMovie = rowCopier(held.movie, batch.movie, features.movieWidth);
  let length = 0;
  const copy = (i: number, j: number) => {
    copyUser(i, j);
    copyMovie(i, j);
    batch.means[j] = held.means[i];
    batch.ratings[j] = held.ratings[i];
  };
  return {
    isFull: () => length === capacity,
    add(known: Known, ratings: Ratings, row: number) {
      features.userInputs(known, ratings.users[row], held.user, length * features.userWidth);
      features.movieInputs(known, ratings.movies[row], held.movie, length * features.movieWidth);
      held.means[length] = known.state.mean;
      held.ratings[length++] = ratings.ratings[row];
    },
    *drain(isShuffled: boolean) {
      const order = isShuffled ? permutation(length, rng) : null;
      for (let from = 0; from < length; from += batchSize) {
        const size = Math.min(batchSize, length - from);
        for (let i = 0; i < size; i++) copy(order ? order[from + i] : from + i, i);
        yield head(batch, size, features);
      }
      length = 0;
    },
  };
}

function createExamples({ userWidth, movieWidth }: Features, length: number): Examples {
  return {
    length,
    user: new Float32Array(length * userWidth),
    movie: new Float32Array(length * movieWidth),
    means: new Float32Array(length),
    ratings: new Float32Array(length),
  };
}

function head(examples: Examples, length: number, { userWidth, movieWidth }: Features): Examples {
  return {
    length,
    user: examples.user.subarray(0, length * userWidth),
    movie: examples.movie.subarray(0, length * movieWidth),
    means: examples.means.subarray(0, length),
    ratings: examples.ratings.subarray(0, length),
  };
}
