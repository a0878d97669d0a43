/**
 * Sampled negatives, for those who ask for them: of each row of test, movies that its person rated neither in train
 * nor in test, drawn uniformly. Ranks among a sample are no ranks: another sample size may turn an order of models
 * around (Krichene & Rendle 2020). So every figure from them is called sampled.
 */
import { createRng } from "../../models/rng.ts";
import { DataError } from "../import/errors.ts";
import type { Asked, EvaluationWorld } from "./world.ts";

/** `count` of them a row, each movie once a row. @throws {DataError} when a person leaves fewer movies. */
export function drawNegatives(
  { train, known, test, dataset }: EvaluationWorld & { test: Asked },
  { count, seed }: { count: number; seed: number },
): Asked {
  const met = new Map<number, Set<number>>();
  for (const { users, movies } of [train, known, test]) {
    users.forEach((user, row) => met.set(user, (met.get(user) ?? new Set()).add(movies[row])));
  }
  const nMovies = dataset.catalogue.movies.size;
  const rng = createRng(seed);
  const n = count * test.users.length;
  const negatives = {
    users: new Int32Array(n),
    movies: new Int32Array(n),
    ratings: new Float64Array(n),
    ratedAt: null,
  };
  test.users.forEach((user, row) => {
    const own = met.get(user)!;
    if (nMovies - own.size < count) {
      throw new DataError(
        `Cannot draw ${count} negatives for user ${
          dataset.users.ids[user]
        } as the catalogue has too few movies that ` +
          `they did not rate: found ${nMovies - own.size}. Next: --movies, or fewer negatives`,
      );
    }
    const drawn = new Set<number>();
    while (drawn.size < count) {
      const movie = rng.below(nMovies);
      if (!own.has(movie)) drawn.add(movie);
    }
    negatives.users.fill(user, row * count, (row + 1) * count);
    negatives.movies.set([...drawn], row * count);
  });
  return negatives;
}
