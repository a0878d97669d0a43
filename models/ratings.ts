/**
 * Ratings in arrival order, as columns: what every pass over data reads.
 *
 * Users and movies are positions (see `IdIndex`). A pass takes the rows one by one: a stale row (a later rating of
 * the same movie had arrived before it) changes nothing; every other one is observed, with the rating it replaces.
 */
import type { FeatureState } from "./feature_state.ts";
import type { Histories } from "./histories.ts";
import type { KnownIds } from "./id_index.ts";
import type { People } from "./people.ts";

/** Columns of `length` ratings (29 + 8 bytes each). */
export interface Ratings {
  readonly length: number;
  readonly ratingIds: Float64Array;
  readonly batches: Int32Array;
  readonly users: Int32Array;
  readonly movies: Int32Array;
  /** Stars, 0.5 to 5. */
  readonly ratings: Float32Array;
  /** The user's current rating of the movie on arrival; NaN for a first rating. */
  readonly replaces: Float32Array;
  /** 1: never current. */
  readonly isStale: Uint8Array;
  /** 1: in an open hold-out, so observed but never an example. */
  readonly isHeldOut: Uint8Array;
  /** Seconds since 1970, for windows; the order of arrival does not depend on it. */
  readonly ratedAt: Float64Array;
}

/** Room for `length` ratings, all first ratings, none stale or held out. */
export function createRatings(length: number): Ratings {
  return {
    length,
    ratingIds: new Float64Array(length),
    batches: new Int32Array(length),
    users: new Int32Array(length),
    movies: new Int32Array(length),
    ratings: new Float32Array(length),
    replaces: new Float32Array(length).fill(NaN),
    isStale: new Uint8Array(length),
    isHeldOut: new Uint8Array(length),
    ratedAt: new Float64Array(length),
  };
}

/** What had arrived by some moment: all that a scorer may read. */
export interface Moment {
  readonly state: FeatureState;
  /** Who has rated what; complete only for the users that its reader asks about. */
  readonly histories: Histories;
  /** The people whom positions of users stand for: what a model has learnt of a person, it keeps by their id. */
  readonly users: KnownIds;
  /** Demographics, where there are any. */
  readonly people?: People;
}

/** The part of a moment that ratings move. */
export type MovingMoment = Pick<Moment, "state" | "histories">;

/** Moves `moment` past row `row`. */
export function observe({ state, histories }: MovingMoment, ratings: Ratings, row: number): void {
  if (ratings.isStale[row]) return;
  const { users, movies } = ratings;
  state.observe(users[row], movies[row], ratings.ratings[row], ratings.replaces[row]);
  histories.observe(users[row], movies[row], ratings.ratings[row]);
}

/** Takes `moment` from after the last row of `ratings` back to before its first, exactly. */
export function rewind({ state, histories }: MovingMoment, ratings: Ratings): void {
  for (let row = ratings.length - 1; row >= 0; row--) {
    if (ratings.isStale[row]) continue;
    const { users, movies, replaces } = ratings;
    state.unobserve(users[row], movies[row], ratings.ratings[row], replaces[row]);
    histories.unobserve(users[row], movies[row], replaces[row]);
  }
}

/** A copy of the given `rows`, in their order; what they replace is copied as it stands. */
export function pick(ratings: Ratings, rows: ArrayLike<number>): Ratings {
  const picked = createRatings(rows.length);
  for (const name of RATING_COLUMNS) {
    const [from, to] = [ratings[name], picked[name]];
    for (let i = 0; i < rows.length; i++) to[i] = from[rows[i]];
  }
  return picked;
}

/** Copies of `parts`, one behind the other. */
export function join(parts: readonly Ratings[]): Ratings {
  const whole = createRatings(parts.reduce((n, { length }) => n + length, 0));
  let at = 0;
  for (const part of parts) {
    for (const name of RATING_COLUMNS) whole[name].set(part[name], at);
    at += part.length;
  }
  return whole;
}

/** What a rating is made of: every array of `Ratings`. */
export const RATING_COLUMNS = [
  "ratingIds",
  "batches",
  "users",
  "movies",
  "ratings",
  "replaces",
  "isStale",
  "isHeldOut",
  "ratedAt",
] as const;
