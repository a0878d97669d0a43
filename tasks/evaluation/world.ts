/** The files of one evaluation as `models/` reads them: train alone can be learnt from, test is only asked about. */
import { NOBODY } from "../../models/people.ts";
import { type Catalogue, createCatalogue } from "../../models/catalogue.ts";
import type { Dataset } from "../../models/dataset.ts";
import { IdIndex } from "../../models/id_index.ts";
import { createRatings, type Ratings } from "../../models/ratings.ts";
import { type MovieFile, readMovieFile, readUserFile } from "./movie_file.ts";
import { type RatingFile, readRatingFile } from "./rating_file.ts";
import { type Scale, scaleOf } from "./scale.ts";
import { inArrivalOrder } from "./train_ratings.ts";

export interface Files {
  train: string;
  test?: string;
  negatives?: string;
  movies?: string;
  users?: string;
}

/** Rows of a file, in its order, as positions. */
export interface Asked {
  users: Int32Array;
  movies: Int32Array;
  /** As they are written; of pairs without any, 0. */
  ratings: Float64Array;
  /** Seconds since 1970; null: the file has no times. */
  ratedAt: Float64Array | null;
}

export interface EvaluationWorld {
  /** Train, and nothing else; `users` holds the people of the other files as well. */
  dataset: Dataset;
  train: Ratings;
  /** What had arrived when test is asked beside train, but is not learnt from; empty but for held-out people. */
  known: Ratings;
  /** Whether train has times. */
  hasTimes: boolean;
  scale: Scale;
  /** By place; none without a file of movies. */
  genres: readonly string[];
  test: Asked | null;
  negatives: Asked | null;
}

/** Reads `files`. Movies that only ratings name are in the catalogue without year or genres. */
export async function readWorld(files: Files, signal: AbortSignal): Promise<EvaluationWorld> {
  const train = await readRatingFile(files.train, { of: "ratings", signal });
  const test = files.test === undefined ? null : await readRatingFile(files.test, { of: "ratings", signal });
  const negatives = files.negatives === undefined
    ? null
    : await readRatingFile(files.negatives, { of: "pairs", signal });
  const movies = files.movies === undefined ? NO_MOVIES : await readMovieFile(files.movies);
  const catalogue = createWholeCatalogue(movies, [train, test, negatives]);
  const users = new IdIndex();
  const scale = scaleOf(train.rows.rating.subarray(0, train.rows.n));
  const indexes = { users, movies: catalogue.movies };
  const ratings = await inArrivalOrder(train, { ...indexes, toStars: scale.toStars }, signal);
  const people = files.users === undefined ? NOBODY : await readUserFile(files.users);
  return {
    dataset: { catalogue, users, people, ratings: () => [ratings] },
    train: ratings,
    known: createRatings(0),
    hasTimes: train.hasTimes,
    scale,
    genres: movies.genres,
    test: test && toAsked(test, indexes),
    negatives: negatives && toAsked(negatives, indexes),
  };
}

const NO_MOVIES: MovieFile = { facts: [], genres: [] };

/** The movies of the file, and those that only the ratings name. */
function createWholeCatalogue({ facts, genres }: MovieFile, files: (RatingFile | null)[]): Catalogue {
  const known = new Set(facts.map(({ id }) => id));
  const unknown = new Set<number>();
  for (const file of files) {
    const ids = file?.rows.movieId.subarray(0, file.rows.n) ?? [];
    for (const id of ids) if (!known.has(id)) unknown.add(id);
  }
  const bare = [...unknown].sort((a, b) => a - b).map((id) => ({ id, year: null, genres: [] }));
  return createCatalogue([...facts, ...bare], Math.max(1, genres.length));
}

function toAsked(
  { rows, hasTimes }: RatingFile,
  { users, movies }: { users: IdIndex; movies: IdIndex },
): Asked {
  const { n } = rows;
  return {
    users: Int32Array.from(rows.userId.subarray(0, n), (id) => users.add(id)),
    movies: Int32Array.from(rows.movieId.subarray(0, n), (id) => movies.get(id)!),
    ratings: Float64Array.from(rows.rating.subarray(0, n)),
    ratedAt: hasTimes ? Float64Array.from(rows.ratedAt.subarray(0, n)) : null,
  };
}
