/**
 * Which movies each user has seen, as compressed sparse rows.
 *
 * Row u holds `movies[offsets[u] … offsets[u + 1])`, ascending; what a movie's number means (id, or index in a
 * snapshot) is its builder's choice. 32 million pairs take 128 MB.
 */
import { grown } from "../id_index.ts";

export interface SeenLists {
  /** Ascending. */
  userIds: Int32Array;
  /** One more than there are users; the first is 0, the last the number of pairs. */
  offsets: Uint32Array;
  movies: Int32Array;
}

/** Takes pairs in ascending order of (user, movie). */
export interface SeenListsBuilder {
  /** @throws {RangeError} when the pair does not come after the last one. */
  add(userId: number, movie: number): void;
  finish(): SeenLists;
}

const NOTHING = new Int32Array(0);

export function createSeenLists(): SeenListsBuilder {
  let userIds = new Int32Array(1024);
  let offsets = new Uint32Array(1025);
  let movies = new Int32Array(16_384);
  let users = 0;
  let pairs = 0;
  return {
    add(userId, movie) {
      const isSameUser = users > 0 && userIds[users - 1] === userId;
      if (isSameUser ? movies[pairs - 1] >= movie : users > 0 && userIds[users - 1] > userId) {
        throw new RangeError(
          `Cannot add movie ${movie} of user ${userId} as pairs come in ascending order: ` +
            `found them after movie ${movies[pairs - 1]} of user ${userIds[users - 1]}`,
        );
      }
      if (!isSameUser) {
        if (users === userIds.length) {
          userIds = grown(userIds, users + 1, Int32Array);
          offsets = grown(offsets, userIds.length + 1, Uint32Array);
        }
        userIds[users++] = userId;
      }
      if (pairs === movies.length) movies = grown(movies, pairs + 1, Int32Array);
      movies[pairs++] = movie;
      offsets[users] = pairs;
    },
    finish: () => ({
      userIds: userIds.slice(0, users),
      offsets: offsets.slice(0, users + 1),
      movies: movies.slice(0, pairs),
    }),
  };
}

/** The row of `userId`: a view, empty when there is none. */
export function seenBy({ userIds, offsets, movies }: SeenLists, userId: number): Int32Array {
  const user = indexOfId(userIds, userId);
  return user < 0 ? NOTHING : movies.subarray(offsets[user], offsets[user + 1]);
}

/** Where `id` stands in ascending `ids`; −1 when it does not. */
export function indexOfId(ids: Int32Array, id: number): number {
  let low = 0;
  let high = ids.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (ids[middle] === id) return middle;
    if (ids[middle] < id) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
