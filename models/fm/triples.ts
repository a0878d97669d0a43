/** The current ratings of a data set as columns, person by person: what a factorization machine is fitted on. */
import { breathe } from "../breathe.ts";
import type { Dataset } from "../dataset.ts";
import { FeatureState } from "../feature_state.ts";

export interface Triples {
  /** Positions, ascending. */
  readonly users: Int32Array;
  readonly movies: Int32Array;
  readonly stars: Float32Array;
  /** Seconds since 1970. */
  readonly ratedAt: Float64Array;
}

/** Reads `dataset` once: every example, the newest where a person has rated a movie again; and the sums at its end. */
export async function readTriples(
  dataset: Dataset,
  signal: AbortSignal,
): Promise<{ triples: Triples; end: FeatureState }> {
  const end = dataset.start?.().state ?? new FeatureState(dataset.catalogue);
  const [users, movies, stars, ratedAt]: number[][] = [[], [], [], []];
  for await (const ratings of dataset.ratings()) {
    for (let row = 0; row < ratings.length; row++) {
      if (ratings.isStale[row]) continue;
      end.observe(ratings.users[row], ratings.movies[row], ratings.ratings[row], ratings.replaces[row]);
      if (ratings.isHeldOut[row] || !(dataset.isExample?.(ratings, row) ?? true)) continue;
      users.push(ratings.users[row]);
      movies.push(ratings.movies[row]);
      stars.push(ratings.ratings[row]);
      ratedAt.push(ratings.ratedAt[row]);
    }
    await breathe(signal);
  }
  return { triples: byUser({ users, movies, stars, ratedAt }), end };
}

/** Sorted by user, each user's in order of arrival; of two ratings of one movie, the later. */
function byUser(columns: Record<keyof Triples, ArrayLike<number>>): Triples {
  const { users, movies, stars, ratedAt } = columns;
  const nUsers = maxOf(users) + 1;
  const starts = new Int32Array(nUsers + 1);
  for (let n = 0; n < users.length; n++) starts[users[n] + 1]++;
  for (let u = 0; u < nUsers; u++) starts[u + 1] += starts[u];
  const order = new Int32Array(users.length);
  const next = starts.slice();
  for (let n = 0; n < users.length; n++) order[next[users[n]]++] = n;
  const lastOf = new Int32Array(maxOf(movies) + 1).fill(-1);
  for (let place = 0; place < order.length; place++) lastOf[movies[order[place]]] = -1;
  const kept: number[] = [];
  for (let u = 0; u < nUsers; u++) {
    for (let place = starts[u]; place < starts[u + 1]; place++) lastOf[movies[order[place]]] = order[place];
    for (let place = starts[u]; place < starts[u + 1]; place++) {
      if (lastOf[movies[order[place]]] === order[place]) kept.push(order[place]);
    }
  }
  return {
    users: Int32Array.from(kept, (n) => users[n]),
    movies: Int32Array.from(kept, (n) => movies[n]),
    stars: Float32Array.from(kept, (n) => stars[n]),
    ratedAt: Float64Array.from(kept, (n) => ratedAt[n]),
  };
}

function maxOf(values: ArrayLike<number>): number {
  let most = -1;
  for (let n = 0; n < values.length; n++) most = Math.max(most, values[n]);
  return most;
}
