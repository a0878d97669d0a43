/**
 * All that is known of somebody at the moment of a request: what the snapshot says, what came after it, what they hid,
 * and the ratings that the request itself brings.
 *
 * Movies are indices in the snapshot. Whoever was erased is a stranger, whatever the snapshot still holds of them.
 */
import { movieOf } from "../../models/rating_entry.ts";
import { ratedBy } from "../../models/snapshot/rated_lists.ts";
import { indexOfId } from "../../models/snapshot/seen_lists.ts";
import type { Serving } from "../live/live.ts";
import type { ListRequest } from "./request.ts";

export interface Person {
  readonly userId: number | null;
  /** Index in the snapshot; −1: it does not know them. */
  readonly user: number;
  /** What they had rated in the snapshot, ascending. */
  readonly before: Int32Array;
  /** What they rated after it and in the request, with the stars; the last one given counts. */
  readonly later: ReadonlyMap<number, number>;
  /** How many of `later` the request brought. */
  readonly nGiven: number;
  /** What they asked never to see. */
  readonly hidden: ReadonlySet<number>;
}

const NOTHING = new Int32Array(0);

export type Asked = Pick<ListRequest, "userId" | "ratings">;

export function personOf({ snapshot, newer }: Serving, { userId, ratings = [] }: Asked): Person {
  const later = new Map<number, number>();
  const put = (movieId: number, stars: number) => {
    const movie = snapshot.movieIndex(movieId);
    // A movie that the snapshot lacks can't be listed: there is nothing to keep from the list.
    if (movie >= 0) later.set(movie, stars);
  };
  const isKnown = userId !== null && !newer.isErased(userId);
  if (userId !== null) newer.of(userId)?.forEach((stars, movieId) => put(movieId, stars));
  for (const { movieId, stars } of ratings) put(movieId, stars);
  const hidden = userId === null ? [] : newer.hidden(userId) ?? [];
  return {
    userId,
    user: isKnown ? snapshot.userIndex(userId) : -1,
    before: isKnown ? ratedBy(snapshot.rated, userId).map(movieOf) : NOTHING,
    later,
    nGiven: ratings.length,
    hidden: new Set(Array.from(hidden, (movieId) => snapshot.movieIndex(movieId))),
  };
}

/** Whether they have rated `movie`, wherever that is known from. */
export function hasRated({ before, later }: Person, movie: number): boolean {
  return later.has(movie) || indexOfId(before, movie) >= 0;
}
