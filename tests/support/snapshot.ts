/** A small seeded snapshot: people, movies, ratings and embeddings, the same for the same seed. */
import { createRng } from "../../models/rng.ts";
import { createSeenLists } from "../../models/seen_lists.ts";
import type { Champion, SnapshotParts } from "../../models/snapshot.ts";

export interface SnapshotShape {
  seed?: number;
  movies?: number;
  users?: number;
  /** Chance that a person has seen a movie. */
  seenShare?: number;
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
  const nRatings = new Uint32Array(movies);
  const ratingSums = new Float64Array(movies);
  const userRatingSums = new Float64Array(users);
  const seen = createSeenLists();
  for (let user = 0; user < users; user++) {
    for (let movie = 0; movie < movies; movie++) {
      // The last movie is everybody's: each user has a row.
      if (movie < movies - 1 && rng.uniform() >= seenShare) continue;
      const rating = (1 + rng.below(10)) / 2;
      seen.add(userIdOf(user), movie);
      nRatings[movie]++;
      ratingSums[movie] += rating;
      userRatingSums[user] += rating;
    }
  }
  const unit = (rows: number) => unitVectors(rows, dimension, () => rng.uniform() - 0.5);
  const champion: Champion = {
    version: `test-${seed}`,
    model: "two_tower",
    dimension,
    movieEmbeddings: unit(movies),
    userEmbeddings: unit(users),
    slope: 1.5,
    intercept: 3.5,
  };
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
      genreIds: Array.from({ length: movies }, (_, movie) => movie % 5 === 4 ? [4] : [movie % 2, 2 + movie % 2]),
      nRatings,
      ratingSums,
    },
    seen: seen.finish(),
    userRatingSums,
    champion: hasChampion ? champion : null,
  };
}

export const movieIdOf = (index: number): number => 10 * (index + 1);
export const userIdOf = (index: number): number => 3 * (index + 1);

function unitVectors(rows: number, dimension: number, next: () => number): Float32Array {
  const vectors = Float32Array.from({ length: rows * dimension }, next);
  for (let row = 0; row < rows; row++) {
    const vector = vectors.subarray(row * dimension, (row + 1) * dimension);
    const norm = Math.hypot(...vector);
    vector.forEach((value, k) => vector[k] = value / norm);
  }
  return vectors;
}
