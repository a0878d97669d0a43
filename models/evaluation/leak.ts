/**
 * Does anything read past its moment? What is computed for a row may depend on the rows before it, and on no other.
 *
 * So it must be the same bits, whatever the row's own rating and everything after it are: past a row, all rows are
 * shuffled, every rating is turned over, and canaries are added, extreme ratings by the same people of a
 * few of the movies, long after (in memory only, never in a table). What differs then, up to the row, has seen the future.
 */
import type { Histories } from "../histories.ts";
import { type Moment, pick, type Ratings } from "../ratings.ts";
import { permutation, type Rng } from "../rng.ts";

/** What is computed of each row that it asks about (by row number). Run twice, it must start at the same moment. */
export type Probe = (ratings: Ratings) => Promise<ReadonlyMap<number, ArrayLike<number>>>;

export interface Leak {
  probe: string;
  /** The first row that differs, and its numbers without and with another future. */
  row: number;
  found: readonly number[];
  wanted: readonly number[];
}

/** The first leak of `probes` at any of the rows `cuts`; null: there is none. @throws {RangeError} on an idle probe. */
export async function findLeak(
  probes: Readonly<Record<string, Probe>>,
  { ratings, cuts, ...futures }: { ratings: Ratings; cuts: readonly number[] } & FutureOptions,
): Promise<Leak | null> {
  for (const [probe, compute] of Object.entries(probes)) {
    const wanted = await compute(ratings);
    for (const cut of cuts) {
      const found = await compute(withAnotherFuture(ratings, cut, futures));
      const rows = [...wanted.keys()].filter((row) => row <= cut).sort((a, b) => a - b);
      if (rows.length === 0) {
        throw new RangeError(
          `Cannot look for leaks in ${probe} as it says nothing of the first ${cut + 1} rows`,
        );
      }
      for (const row of rows) {
        const [a, b] = [[...Array.from(found.get(row) ?? [])], [...Array.from(wanted.get(row)!)]];
        if (a.length !== b.length || a.some((value, i) => !Object.is(value, b[i]))) {
          return { probe, row, found: a, wanted: b };
        }
      }
    }
  }
  return null;
}

const CANARIES = 128;
/** So few that they become the best known of all. */
const CANARY_MOVIES = 4;
const SECONDS_PER_YEAR = 31_536_000;

export interface FutureOptions {
  rng: Rng;
  /** As of before the ratings, as far as the probes know them: what a canary replaces. */
  histories: Histories;
}

/** `ratings` up to `cut`, whose own rating is turned over; then all others in another order, and canaries. */
export function withAnotherFuture(
  ratings: Ratings,
  cut: number,
  { rng, histories }: FutureOptions,
): Ratings {
  const nAfter = ratings.length - cut - 1;
  const after = Array.from(permutation(nAfter, rng), (i) => cut + 1 + i);
  const canaries = Array.from({ length: CANARIES }, () => rng.below(ratings.length));
  const movies = Array.from({ length: CANARY_MOVIES }, () => ratings.movies[rng.below(ratings.length)]);
  const past = Array.from({ length: cut + 1 }, (_, row) => row);
  const changed = pick(ratings, [...past, ...after, ...canaries]);
  for (let row = cut; row < changed.length; row++) {
    changed.ratings[row] = turned(changed.ratings[row]);
    changed.isHeldOut[row] = ratings.isHeldOut[Math.min(row, ratings.length - 1)];
  }
  for (let row = ratings.length; row < changed.length; row++) {
    changed.movies[row] = movies[row % CANARY_MOVIES];
    changed.ratings[row] = row % CANARY_MOVIES < 2 ? 5 : 0.5;
    changed.ratedAt[row] += SECONDS_PER_YEAR;
    changed.ratingIds[row] = 2 ** 40 + row;
  }
  noteReplaced(ratings, changed, histories);
  return changed;
}

/** The other end of the scale from half a star to five. */
const turned = (stars: number) => 5.5 - stars;

/** What each row of `changed` replaces, so that sums and histories stay those of some possible data. */
function noteReplaced(original: Ratings, changed: Ratings, histories: Histories): void {
  const current = new Map<string, number>();
  const pairOf = ({ users, movies }: Ratings, row: number) => `${users[row]} ${movies[row]}`;
  for (let row = 0; row < original.length; row++) {
    if (original.isStale[row]) continue;
    const pair = pairOf(original, row);
    if (!current.has(pair)) current.set(pair, original.replaces[row]);
  }
  for (let row = 0; row < changed.length; row++) {
    if (changed.isStale[row]) continue;
    const pair = pairOf(changed, row);
    changed.replaces[row] = current.get(pair) ?? knownOf(histories, changed.users[row], changed.movies[row]);
    current.set(pair, changed.ratings[row]);
  }
}

/**
 * The first sign, in words, that `moment` is not as of before `ratings`: what a row replaces must be in the person's
 * history, and what it does not, not; a person's sums must be those of their history. Null: there is none.
 *
 * @param complete people (positions) whose histories are complete
 */
export function firstFromFuture(
  { state, histories }: Pick<Moment, "state" | "histories">,
  ratings: Ratings,
  complete: ReadonlySet<number>,
): string | null {
  for (const user of complete) {
    const { stars } = histories.of(user);
    const [n, sum] = [state.userCounts[user] ?? 0, state.userSums[user] ?? 0];
    if (n !== stars.length || sum !== stars.reduce((total, given) => total + given, 0)) {
      return `user ${user} has ${stars.length} ratings in the history and ${n} in the sums`;
    }
  }
  const met = new Set<string>();
  for (let row = 0; row < ratings.length; row++) {
    const [user, movie] = [ratings.users[row], ratings.movies[row]];
    if (ratings.isStale[row] || !complete.has(user) || met.has(`${user} ${movie}`)) continue;
    met.add(`${user} ${movie}`);
    const known = knownOf(histories, user, movie);
    if (!Object.is(known, ratings.replaces[row])) {
      return `row ${row} replaces ${ratings.replaces[row]}, while the history of user ${user} has ${known}`;
    }
  }
  return null;
}

/** The rating that `user` had given `movie`; NaN: none. */
function knownOf(histories: Histories, user: number, movie: number): number {
  const { movies, stars } = histories.of(user);
  return stars[movies.indexOf(movie)] ?? NaN;
}
