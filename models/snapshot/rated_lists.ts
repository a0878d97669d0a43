/**
 * What each user has rated and how, as compressed sparse rows: a seen list that carries the stars in the same 4 bytes.
 *
 * Row u holds `entries[offsets[u] … offsets[u + 1])` (`models/rating_entry.ts`), ascending, so by movie; what a movie's
 * number means (id, or index in a snapshot) is its builder's choice. 32 million ratings take 128 MB.
 */
import { grown } from "../id_index.ts";
import { movieOf, packRating, starsOf } from "../rating_entry.ts";
import { indexOfId } from "./index_of_id.ts";

export interface RatedLists {
  /** Ascending. */
  userIds: Int32Array;
  /** One more than there are users; the first is 0, the last the number of ratings. */
  offsets: Uint32Array;
  entries: Int32Array;
}

/** Takes ratings in ascending order of (user, movie). */
export interface RatedListsBuilder {
  /** @throws {RangeError} when the rating does not come after the last one. */
  add(userId: number, movie: number, stars: number): void;
  finish(): RatedLists;
}

const NOTHING = new Int32Array(0);

export function createRatedLists(): RatedListsBuilder {
  let userIds = new Int32Array(1024);
  let offsets = new Uint32Array(1025);
  let entries = new Int32Array(16_384);
  let users = 0;
  let n = 0;
  return {
    add(userId, movie, stars) {
      const isSameUser = users > 0 && userIds[users - 1] === userId;
      if (isSameUser ? movieOf(entries[n - 1]) >= movie : users > 0 && userIds[users - 1] > userId) {
        throw new RangeError(
          `Cannot add movie ${movie} of user ${userId} as ratings come in ascending order: ` +
            `found them after movie ${movieOf(entries[n - 1])} of user ${userIds[users - 1]}`,
        );
      }
      if (!isSameUser) {
        if (users === userIds.length) {
          userIds = grown(userIds, users + 1, Int32Array);
          offsets = grown(offsets, userIds.length + 1, Uint32Array);
        }
        userIds[users++] = userId;
      }
      if (n === entries.length) entries = grown(entries, n + 1, Int32Array);
      entries[n++] = packRating(movie, stars);
      offsets[users] = n;
    },
    finish: () => ({
      userIds: userIds.slice(0, users),
      offsets: offsets.slice(0, users + 1),
      entries: entries.slice(0, n),
    }),
  };
}

/** The row of `userId`: a view, empty when there is none. */
export function ratedBy({ userIds, offsets, entries }: RatedLists, userId: number): Int32Array {
  const user = indexOfId(userIds, userId);
  return user < 0 ? NOTHING : entries.subarray(offsets[user], offsets[user + 1]);
}

/** Whether `movie` is in a row. */
export const isRated = (row: Int32Array, movie: number): boolean => placeOf(row, movie) >= 0;

/** Stars of `movie` in a row; null when it is not rated. */
export function starsIn(row: Int32Array, movie: number): number | null {
  const place = placeOf(row, movie);
  return place < 0 ? null : starsOf(row[place]);
}

/** Where `movie` stands in a row; −1 when it does not. */
function placeOf(row: Int32Array, movie: number): number {
  let low = 0;
  let high = row.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = movieOf(row[middle]);
    if (found === movie) return middle;
    if (found < movie) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
