/**
 * All that is known of somebody at the moment of a request: what the snapshot says, what came after it, what they hid,
 * and the ratings that the request itself brings.
 *
 * Movies are indices in the snapshot. Whoever was erased is a stranger, whatever the snapshot still holds of them.
 */
import type { History } from "../../models/histories.ts";
import { movieOf, starsOf } from "../../models/rating_entry.ts";
import { isRated, ratedBy, starsIn } from "../../models/snapshot/rated_lists.ts";
import type { Snapshot } from "../../models/snapshot/snapshot.ts";
import type { Serving } from "../live/live.ts";
import type { ListRequest } from "./request.ts";

export interface Person {
  readonly userId: number | null;
  /** Index in the snapshot; −1: it does not know them. */
  readonly user: number;
  /** What they had rated in the snapshot (`models/rating_entry.ts`), ascending: a view. */
  readonly before: Int32Array;
  /** Stars (NaN: not known) that came after it, and then those of the request, of which the last one counts. */
  readonly later: ReadonlyMap<number, number>;
  /** How many ratings the request brought of movies that the snapshot has. */
  readonly nGiven: number;
  /** What they asked never to see. */
  readonly hidden: ReadonlySet<number>;
}

const NOTHING = new Int32Array(0);

export type Asked = Pick<ListRequest, "userId" | "ratings">;

export function personOf({ snapshot, newer }: Pick<Serving, "snapshot" | "newer">, asked: Asked): Person {
  const { userId, ratings = [] } = asked;
  const isKnown = userId !== null && !newer.isErased(userId);
  const later = new Map<number, number>();
  let nGiven = 0;
  const put = (movieId: number, stars: number): boolean => {
    const movie = snapshot.movieIndex(movieId);
    // A movie that the snapshot lacks can't be listed: there is nothing to keep from the list.
    if (movie >= 0) later.set(movie, stars);
    return movie >= 0;
  };
  if (userId !== null) newer.of(userId)?.forEach((stars, movieId) => put(movieId, stars));
  for (const { movieId, stars } of ratings) nGiven += Number(put(movieId, stars));
  const hidden = userId === null ? null : newer.hidden(userId);
  return {
    userId,
    user: isKnown ? snapshot.userIndex(userId) : -1,
    before: isKnown ? ratedBy(snapshot.rated, userId) : NOTHING,
    later,
    nGiven,
    hidden: new Set(Array.from(hidden ?? [], (movieId) => snapshot.movieIndex(movieId))),
  };
}

/** Whether they have rated `movie`, wherever that is known from. */
export function hasRated({ before, later }: Person, movie: number): boolean {
  return later.has(movie) || isRated(before, movie);
}

/** What they gave `movie`; NaN: they rated it, the stars are not known; null: they did not. */
export function starsFor({ before, later }: Person, movie: number): number | null {
  return later.get(movie) ?? starsIn(before, movie);
}

/**
 * Their ratings with known stars, in order of first arrival as far as the snapshot knows it: what is older than its
 * last ratings of them by movie, then those, then what came later. A rating that was replaced keeps its place.
 */
export function historyOf(snapshot: Snapshot, { user, before, later }: Person): History {
  const recent = user < 0 ? NOTHING : snapshot.recentBy(user);
  const isRecent = new Set(recent.map(movieOf));
  const older = before.filter((entry) => !isRecent.has(movieOf(entry)));
  const stars = new Map<number, number>();
  for (const entries of [older, recent]) {
    for (const entry of entries) stars.set(movieOf(entry), starsOf(entry));
  }
  for (const [movie, given] of later) if (!Number.isNaN(given)) stars.set(movie, given);
  return { movies: Int32Array.from(stars.keys()), stars: Float32Array.from(stars.values()) };
}
