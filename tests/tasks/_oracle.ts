/** What clean and features must leave behind, worked out row by row in arrival order, without SQL or Polars. */
import { GENRES_OF, type RawRating } from "./_archive.ts";

/** A raw rating where and when it arrived; `lines` of a batch stand behind its ratings. */
export interface Arrival extends RawRating {
  id: number;
  batch: number;
}

export interface LakeRow {
  id: number;
  batch: number;
  replaces: number | null;
  isStale: boolean;
}

export interface Sums {
  n: number;
  sum: number;
}

const EARLIEST = Date.parse("1995-01-01T00:00:00Z");

function fault({ rating, movie, at }: RawRating, latest: number): string | null {
  const time = Date.parse(at);
  if (!Number.isFinite(rating)) return "rating_not_a_number";
  if (rating < 0.5 || rating > 5 || rating % 0.5 !== 0) return "rating_off_scale";
  if (!(movie in GENRES_OF)) return "unknown_movie";
  // JavaScript cannot read "infinity" as a time: no such date is possible either.
  if (Number.isNaN(time) || time < EARLIEST || time > latest) return "impossible_date";
  return null;
}

/** Accepted rows and reasons by raw id. `latest` is in milliseconds. */
export function expectClean(arrivals: readonly Arrival[], latest: number) {
  const lake: LakeRow[] = [];
  const rejects = new Map<number, string>();
  const accepted: Arrival[] = [];
  for (const arrival of arrivals) {
    const { id, batch, user, movie, rating, at } = arrival;
    const before = accepted.filter((other) => other.user === user && other.movie === movie);
    const repeats = before.some((other) =>
      other.rating === rating && Date.parse(other.at) === Date.parse(at)
    );
    const reason = fault(arrival, latest) ?? (repeats ? "exact_repeat" : null);
    if (reason !== null) {
      rejects.set(id, reason);
      continue;
    }
    const current = currentOf(before);
    const isStale = current !== undefined && isNewer(current, arrival);
    lake.push({ id, batch, replaces: isStale ? null : current?.rating ?? null, isStale });
    accepted.push(arrival);
  }
  return { lake, rejects, accepted };
}

function isNewer(a: Arrival, b: Arrival): boolean {
  return Date.parse(a.at) - Date.parse(b.at) > 0 || (Date.parse(a.at) === Date.parse(b.at) && a.id > b.id);
}

function currentOf(ratings: readonly Arrival[]): Arrival | undefined {
  return ratings.reduce<Arrival | undefined>(
    (best, next) => best === undefined || isNewer(next, best) ? next : best,
    undefined,
  );
}

/** Counts and sums of the current ratings: "user 1", "movie 2", "user 1 genre 0", "all". */
export function expectSums(accepted: readonly Arrival[]): Map<string, Sums> {
  const pairs = Map.groupBy(accepted, ({ user, movie }) => `${user} ${movie}`);
  const sums = new Map<string, Sums>();
  const add = (key: string, rating: number) => {
    const { n, sum } = sums.get(key) ?? { n: 0, sum: 0 };
    sums.set(key, { n: n + 1, sum: sum + rating });
  };
  for (const ratings of pairs.values()) {
    const { user, movie, rating } = currentOf(ratings)!;
    const genres = GENRES_OF[movie].map((genre) => `user ${user} genre ${genre}`);
    for (const key of ["all", `user ${user}`, `movie ${movie}`, ...genres]) add(key, rating);
  }
  return sums;
}
