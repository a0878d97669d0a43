/**
 * A made-up data set in the shape of MovieLens, for archives that have no real one: long tails of users and
 * movies, people who join over twenty years and rate in sessions, half stars.
 *
 *   r_um = μ + b_u + q_m + Σ_{g∈m} t_ug / √|m| + e_u·y_m + v_u·f_m + ε
 *
 * b and q are what a bias baseline finds; t (taste by genre), e (old or new) and v (what genres don't tell) are
 * for a model to learn; ε is what none can. People meet movies by popularity and like to watch what they like.
 */
import { createHash } from "node:crypto";
import { breathe } from "../../models/breathe.ts";
import { createRng } from "../../models/rng.ts";
import { createNormals } from "./_draws.ts";
import { type Block, LAST_YEAR, person, rateMovies, ratingCounts } from "./_sample_people.ts";
import { createShelf } from "./_sample_shelf.ts";
import { DataError } from "./errors.ts";
import { RatingTable } from "./rating_table.ts";
import { type SampleMovie, sampleMovies } from "./sample_movies.ts";
import type { RatingSet, ReadOptions, Source } from "./source.ts";

export interface SampleShape {
  nRatings: number;
  seed: number;
}

export interface Sample {
  ratings: RatingTable;
  movies: SampleMovie[];
  /** Per rating, what its user would give without the noise ε: no model can know more. */
  expected: Float32Array;
}

export const DEFAULT_SHAPE: SampleShape = { nRatings: 500_000, seed: 1 };

const MIN_RATINGS = 1_000;
const MAX_RATINGS = 100_000_000;
const SMALL = { ratings: DEFAULT_SHAPE.nRatings, users: 3_334, movies: 6_000 };
/** MovieLens 32M: `sample:32000204` has as many of everything. */
const FULL = { ratings: 32_000_204, users: 200_948, movies: 87_585 };
/** Of the movies: a third are not out when the first people join. */
const MOST_RATED = 1 / 4;
const BLOCK_RATINGS = 16_384;
const NEVER = new AbortController().signal;

/** The sample of a shape; nothing is made before it is asked for. */
export function sampleSource({ nRatings, seed }: SampleShape = DEFAULT_SHAPE): Source {
  if (!Number.isSafeInteger(nRatings) || nRatings < MIN_RATINGS || nRatings > MAX_RATINGS) {
    throw new DataError(
      `Cannot make a sample as it should have ${MIN_RATINGS} to ${MAX_RATINGS} ratings: found ${nRatings}`,
    );
  }
  let made: Promise<RatingSet> | undefined;
  const read = (options: ReadOptions = {}) => made ??= ratingSet({ nRatings, seed }, options);
  return {
    name: `sample:${nRatings}:${seed}`,
    edition: "sample",
    isSample: true,
    read,
    sha256: async (options) => (await read(options)).sha256,
  };
}

/** The movies of a sample, and its ratings in blocks, person by person; memory does not grow with the ratings. */
export function streamSample(
  { nRatings, seed }: SampleShape,
  { signal = NEVER, progress }: ReadOptions = {},
): { movies: SampleMovie[]; blocks: AsyncGenerator<Block> } {
  const rng = createRng(seed);
  const { users, nMovies } = sampleSizes(nRatings);
  const movies = sampleMovies(nMovies, { lastYear: LAST_YEAR, rng });
  const most = Math.floor(nMovies * MOST_RATED);

  /** A block is valid until the next one is asked for. */
  async function* blocks(): AsyncGenerator<Block> {
    const shelf = createShelf(movies);
    const counts = ratingCounts(nRatings, { users, most, rng });
    const normals = createNormals(rng);
    const block = { ratings: new RatingTable(), expected: new Float32Array(BLOCK_RATINGS + most) };
    let [made, index] = [0, 0];
    while (index < users) {
      await breathe(signal);
      block.ratings.n = 0;
      while (index < users && block.ratings.n < BLOCK_RATINGS) {
        const line = made + block.ratings.n + 2;
        rateMovies(person(index + 1, rng), { count: counts[index], shelf, block, line, rng, normals });
        index++;
      }
      yield block;
      made += block.ratings.n;
      progress?.(made, nRatings, "ratings made");
    }
  }

  return { movies, blocks: blocks() };
}

/** Makes the whole sample. The same shape gives the same bytes. */
export async function makeSample(shape: SampleShape, options: ReadOptions = {}): Promise<Sample> {
  const { movies, blocks } = streamSample(shape, options);
  const sample = { ratings: new RatingTable(), movies, expected: new Float32Array(shape.nRatings) };
  for await (const { ratings, expected } of blocks) {
    sample.expected.set(expected.subarray(0, ratings.n), sample.ratings.n);
    sample.ratings.append(ratings);
  }
  return sample;
}

/** How many people rate how many movies: MovieLens' own numbers at its size, fewer of both below. */
export function sampleSizes(nRatings: number): { users: number; nMovies: number } {
  if (nRatings > SMALL.ratings) {
    const grown = (small: number, full: number) =>
      Math.round(
        full * (nRatings / FULL.ratings) ** (Math.log(full / small) / Math.log(FULL.ratings / SMALL.ratings)),
      );
    return { users: grown(SMALL.users, FULL.users), nMovies: grown(SMALL.movies, FULL.movies) };
  }
  const nMovies = Math.round(SMALL.movies * Math.sqrt(nRatings / SMALL.ratings));
  // Nobody rates nearly all that there is, so few movies mean fewer ratings each.
  const ratingsEach = Math.min(SMALL.ratings / SMALL.users, Math.floor(nMovies * MOST_RATED) / 1.5);
  return { users: Math.ceil(nRatings / ratingsEach), nMovies };
}

async function ratingSet(shape: SampleShape, options: ReadOptions): Promise<RatingSet> {
  const { movies, blocks } = streamSample(shape, options);
  const hash = createHash("sha256").update(JSON.stringify(["sample", shape, movies]));
  const all = new RatingTable();
  for await (const { ratings } of blocks) {
    for (const column of [ratings.userId, ratings.movieId, ratings.rating, ratings.ratedAt]) {
      hash.update(new Uint8Array(column.buffer, 0, ratings.n * column.BYTES_PER_ELEMENT));
    }
    all.append(ratings);
  }
  return {
    sha256: hash.digest("hex"),
    ratings: all,
    movies: movies.map(({ movieId, title, genres }) => ({ movieId, title, genres })),
    nRepeatedMovies: 0,
    unparsable: [],
    users: [],
    broken: [],
  };
}
