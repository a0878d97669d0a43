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
import { createRng, type Rng } from "../../models/rng.ts";
import { exponential, normal, weighted } from "./_draws.ts";
import { DataError } from "./errors.ts";
import { RatingTable } from "./rating_table.ts";
import { GENRE_NAMES, type SampleMovie, sampleMovies } from "./sample_movies.ts";
import type { Progress, RatingSet, ReadOptions, Source } from "./source.ts";

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
const RATINGS_A_USER = 150;
const FEWEST = 20;
const [DAY, YEAR] = [86_400, 31_556_952];
const FIRST_DAY = 946_684_800; // 2000-01-01
const YEARS = 20;
const END = FIRST_DAY + YEARS * YEAR;
const LAST_YEAR = 2019;
const MEAN = 3.26;
const USERS_A_BREATH = 100;
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

/** Makes the sample. The same shape gives the same bytes; half a million ratings take about a second. */
export async function makeSample(
  { nRatings, seed }: SampleShape,
  { signal = NEVER, progress }: { signal?: AbortSignal; progress?: Progress } = {},
): Promise<Sample> {
  const rng = createRng(seed);
  const nMovies = Math.round(6_000 * Math.sqrt(nRatings / DEFAULT_SHAPE.nRatings));
  const movies = sampleMovies(nMovies, { lastYear: LAST_YEAR, rng });
  const sample = { ratings: new RatingTable(), movies, expected: new Float32Array(nRatings) };
  const shelf = {
    movies,
    byPopularity: weighted(movies.map(({ popularity }) => popularity)),
    seen: new Int32Array(nMovies),
  };
  const counts = ratingCounts(nRatings, { nMovies, rng });
  for (const [index, count] of counts.entries()) {
    rateMovies(person(index + 1, rng), { count, shelf, sample, rng });
    if (index % USERS_A_BREATH > 0) continue;
    await breathe(signal);
    progress?.(sample.ratings.n, nRatings, "ratings made");
  }
  return sample;
}

async function ratingSet(shape: SampleShape, options: ReadOptions): Promise<RatingSet> {
  const { ratings, movies } = await makeSample(shape, options);
  const hash = createHash("sha256").update(JSON.stringify(["sample", shape, movies]));
  for (const column of [ratings.userId, ratings.movieId, ratings.rating, ratings.ratedAt]) {
    hash.update(new Uint8Array(column.buffer, 0, ratings.n * column.BYTES_PER_ELEMENT));
  }
  return {
    sha256: hash.digest("hex"),
    ratings,
    movies: movies.map(({ movieId, title, genres }) => ({ movieId, title, genres })),
    nRepeatedMovies: 0,
    unparsable: [],
    users: [],
    broken: [],
  };
}

interface Person {
  userId: number;
  joinedAt: number;
  /** b_u, stars. */
  bias: number;
  /** t_u, stars by genre. */
  tastes: Float64Array;
  /** e_u, stars for each standard deviation of release years. */
  newness: number;
  /** v_u. */
  flavor: [number, number];
  /** Deviation of ε, stars. */
  noise: number;
  /** Gives whole stars only. */
  isWhole: boolean;
  /** Mean days between two sessions. */
  daysBetween: number;
}

function person(userId: number, rng: Rng): Person {
  return {
    userId,
    joinedAt: Math.floor(FIRST_DAY + (END - FIRST_DAY - 3 * DAY) * rng.uniform()),
    bias: 0.4 * normal(rng),
    tastes: Float64Array.from(GENRE_NAMES, () => 0.45 * normal(rng)),
    newness: 0.12 * normal(rng),
    flavor: [0.13 * normal(rng), 0.13 * normal(rng)],
    noise: 0.68 + 0.24 * rng.uniform(),
    isWhole: rng.uniform() < 0.4,
    daysBetween: exponential(rng, 60),
  };
}

/** How many ratings each user gives: 20 at least, a long tail, `total` in all. */
function ratingCounts(total: number, { nMovies, rng }: { nMovies: number; rng: Rng }): number[] {
  const most = Math.floor(nMovies / 4); // a third are out when the first people join
  const users = Math.ceil(total / Math.min(RATINGS_A_USER, most / 1.5));
  const tails = Array.from({ length: users }, () => Math.exp(1.15 * normal(rng)));
  const scale = (total - FEWEST * users) / tails.reduce((sum, tail) => sum + tail, 0);
  const counts = tails.map((tail) => Math.min(most, FEWEST + Math.floor(tail * scale)));
  let missing = total - counts.reduce((sum, count) => sum + count, 0);
  for (let user = 0; missing > 0; user = (user + 1) % users) {
    if (counts[user] >= most) continue;
    counts[user]++;
    missing--;
  }
  return counts;
}

interface Shelf {
  movies: SampleMovie[];
  byPopularity: (rng: Rng) => number;
  /** Per movie, the last user who rated it. */
  seen: Int32Array;
}

interface Rater {
  count: number;
  shelf: Shelf;
  sample: Sample;
  rng: Rng;
}

/** All sessions of one person: most of it in the first, the others days or months apart. */
function rateMovies(who: Person, { count, shelf, sample, rng }: Rater): void {
  const { ratings, expected } = sample;
  let at = who.joinedAt;
  let left = Math.ceil(count * (0.4 + 0.6 * rng.uniform()));
  for (let rated = 0; rated < count; rated++, left--) {
    if (left === 0) {
      left = 1 + Math.floor(exponential(rng, 12));
      const next = at + Math.floor(exponential(rng, who.daysBetween) * DAY) + DAY / 3;
      if (next < END - DAY) at = next;
    }
    at += 3 + Math.floor(exponential(rng, 18));
    const movie = chooseMovie(who, { at, shelf, rng });
    const mean = opinion(who, movie);
    expected[ratings.n] = Math.min(5, Math.max(0.5, mean));
    ratings.push(who.userId, movie.movieId, stars(mean + who.noise * normal(rng), who), at, ratings.n + 2);
  }
}

/** Something released and not yet seen: popular, rather new, rather to this person's taste. */
function chooseMovie(who: Person, { at, shelf, rng }: { at: number; shelf: Shelf; rng: Rng }): SampleMovie {
  const { movies, byPopularity, seen } = shelf;
  const year = 1970 + at / YEAR;
  const isOpen = (place: number) => seen[place] !== who.userId && movies[place].year < year;
  let choice = -1;
  for (let attempt = 0; attempt < 200 && choice < 0; attempt++) {
    const place = byPopularity(rng);
    if (!isOpen(place)) continue;
    const recency = 0.4 + 0.6 * Math.exp((movies[place].year - year) / 8);
    const liking = 1 / (1 + Math.exp(-1.5 * taste(who, movies[place])));
    if (rng.uniform() < recency * liking) choice = place;
  }
  if (choice < 0) choice = movies.findIndex((_, place) => isOpen(place));
  if (choice < 0) choice = seen.findIndex((lastUser) => lastUser !== who.userId);
  seen[choice] = who.userId;
  return movies[choice];
}

function opinion(who: Person, movie: SampleMovie): number {
  return MEAN + who.bias + movie.quality + taste(who, movie);
}

/** Σ_{g∈m} t_ug / √|m| + e_u·y_m + v_u·f_m */
function taste({ tastes, newness, flavor }: Person, movie: SampleMovie): number {
  let sum = 0;
  for (const place of movie.genrePlaces) sum += tastes[place];
  const age = (movie.year - 2001) / 17;
  const rest = flavor[0] * movie.flavor[0] + flavor[1] * movie.flavor[1];
  return sum / Math.sqrt(movie.genrePlaces.length) + newness * age + rest;
}

function stars(opinion: number, { isWhole }: Person): number {
  const step = isWhole ? 1 : 0.5;
  return Math.min(5, Math.max(step, Math.round(opinion / step) * step));
}
