/** A small seeded snapshot: people, movies, ratings and embeddings, the same for the same seed. */
import { createRng, type Rng } from "../../models/rng.ts";
import { createSeenLists } from "../../models/snapshot/seen_lists.ts";
import type { Champion, SnapshotParts } from "../../models/snapshot/snapshot.ts";

export interface SnapshotShape {
  seed?: number;
  movies?: number;
  users?: number;
  /** Chance that a person has seen a movie. */
  seenShare?: number;
  /** Who (id) has seen what (index), instead of a share of everything by `users` people. */
  seenPairs?: readonly (readonly [user: number, movie: number])[];
  dimension?: number;
  /** False: popularity only. */
  hasChampion?: boolean;
  batchId?: number;
  isSample?: boolean;
}

const GENRES = ["Adventure", "Comedy", "Drama", "Film-Noir", "(no genres listed)"];

/** Movie ids are 10, 20, …; user ids 3, 6, …: neither is an index. */
export function snapshotParts(shape: SnapshotShape = {}): SnapshotParts {
  const { seed = 1, movies = 60, users = 12, seenShare = 0.2, dimension = 4, batchId = 3 } = shape;
  const { hasChampion = true, isSample = false } = shape;
  const rng = createRng(seed);
  const pairs = shape.seenPairs ?? randomPairs({ movies, users, seenShare }, rng);
  const rated = rate(pairs, movies, rng);
  const unit = (rows: number) => unitVectors(rows, dimension, rng);
  const champion = (): Champion => ({
    version: `test-${seed}`,
    model: "two_tower",
    dimension,
    movieEmbeddings: unit(movies),
    userEmbeddings: unit(rated.seen.userIds.length),
    slope: 1.5,
    intercept: 3.5,
    mean: 3.5,
  });
  return {
    day: "2026-03-01",
    batchId,
    edition: isSample ? "sample" : "ml-test",
    isSample,
    genres: GENRES,
    movies: {
      ids: Int32Array.from({ length: movies }, (_, movie) => movieIdOf(movie)),
      titles: Array.from({ length: movies }, (_, movie) => `Amélie ${movie}: <b>"the" movie</b>`),
      years: Array.from({ length: movies }, (_, movie) => movie % 7 === 0 ? null : 1930 + movie % 90),
      genreIds: Array.from(
        { length: movies },
        (_, movie) => movie % 5 === 4 ? [4] : [movie % 2, 2 + movie % 2],
      ),
      nRatings: rated.nRatings,
      ratingSums: rated.ratingSums,
    },
    seen: rated.seen,
    userRatingSums: rated.userRatingSums,
    champion: hasChampion ? champion() : null,
  };
}

export const movieIdOf = (index: number): number => 10 * (index + 1);
export const userIdOf = (index: number): number => 3 * (index + 1);

type Pair = readonly [user: number, movie: number];

/** The last movie is everybody's: each user has a row. */
function randomPairs(
  { movies, users, seenShare }: { movies: number; users: number; seenShare: number },
  rng: Rng,
): Pair[] {
  const pairs: Pair[] = [];
  for (let user = 0; user < users; user++) {
    for (let movie = 0; movie < movies; movie++) {
      if (movie === movies - 1 || rng.uniform() < seenShare) pairs.push([userIdOf(user), movie]);
    }
  }
  return pairs;
}

/** Random half stars for each pair, and what follows from them. */
function rate(pairs: readonly Pair[], movies: number, rng: Rng) {
  const lists = createSeenLists();
  const nRatings = new Uint32Array(movies);
  const ratingSums = new Float64Array(movies);
  const userSums = new Map<number, number>();
  for (const [user, movie] of pairs) {
    const rating = (1 + rng.below(10)) / 2;
    lists.add(user, movie);
    nRatings[movie]++;
    ratingSums[movie] += rating;
    userSums.set(user, (userSums.get(user) ?? 0) + rating);
  }
  return { seen: lists.finish(), nRatings, ratingSums, userRatingSums: Float64Array.from(userSums.values()) };
}

function unitVectors(rows: number, dimension: number, rng: Rng): Float32Array {
  const vectors = Float32Array.from({ length: rows * dimension }, () => rng.uniform() - 0.5);
  for (let row = 0; row < rows; row++) {
    const vector = vectors.subarray(row * dimension, (row + 1) * dimension);
    const norm = Math.hypot(...vector);
    vector.forEach((value, k) => vector[k] = value / norm);
  }
  return vectors;
}
