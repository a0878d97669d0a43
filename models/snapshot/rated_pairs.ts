/**
 * Rated lists, and everybody's last ratings, from an archive in arrival order.
 *
 * A re-rating changes the stars where the movie stands: a person's last ratings are in order of first arrival.
 */
import { grown, IdIndex } from "../id_index.ts";
import { movieOf, packRating } from "../rating_entry.ts";
import type { RatedLists } from "./rated_lists.ts";

/** Ratings of a person that are kept in order of first arrival. */
export const RECENT = 50;

/** Rows of entries, one a user. */
export type Rows = Pick<RatedLists, "offsets" | "entries">;

export interface Rated {
  rated: RatedLists;
  /** Of the same users: their last `RECENT` ratings, in order of first arrival. */
  recent: Rows;
}

/** Takes ratings in arrival order, re-ratings as well. 32 million take 256 MB, and 128 MB more when they are sorted. */
export interface RatedPairs {
  add(userId: number, movie: number, stars: number): void;
  finish(): Rated;
}

export function createRatedPairs(): RatedPairs {
  const index = new IdIndex();
  let users = new Int32Array(16_384);
  let entries = new Int32Array(16_384);
  let n = 0;
  return {
    add(userId, movie, stars) {
      if (n === users.length) {
        users = grown(users, n + 1, Int32Array);
        entries = grown(entries, n + 1, Int32Array);
      }
      users[n] = index.add(userId);
      entries[n++] = packRating(movie, stars);
    },
    finish: () => sorted(index.ids, users.subarray(0, n), entries.subarray(0, n)),
  };
}

/** Rows by a counting sort over users, which keeps their order; `users` are positions in `ids`. */
function sorted(ids: Int32Array, users: Int32Array, entries: Int32Array): Rated {
  const userIds = ids.slice().sort();
  const rows = new Int32Array(ids.length); // position in `ids` → row
  const byId = Array.from(ids.keys()).sort((a, b) => ids[a] - ids[b]);
  byId.forEach((position, row) => rows[position] = row);
  const starts = new Uint32Array(ids.length + 1);
  for (const user of users) starts[rows[user] + 1]++;
  for (let row = 0; row < ids.length; row++) starts[row + 1] += starts[row];
  const next = starts.slice();
  const all = new Int32Array(entries.length);
  for (let i = 0; i < entries.length; i++) all[next[rows[users[i]]]++] = entries[i];
  const recent = recentRows(userIds.length);
  const offsets = new Uint32Array(ids.length + 1);
  let to = 0;
  for (let row = 0; row < ids.length; row++) {
    let arrived: Int32Array = all.subarray(starts[row], starts[row + 1]);
    let ascending: Int32Array = arrived.slice().sort();
    // Hardly anybody rates a movie twice.
    if (hasRepeats(ascending)) {
      arrived = currentOf(arrived);
      ascending = arrived.slice().sort();
    }
    recent.add(arrived.subarray(-RECENT));
    // Repeats only make rows shorter: what is written over has been read.
    all.set(ascending, to);
    offsets[row + 1] = to += ascending.length;
  }
  return { rated: { userIds, offsets, entries: all.slice(0, to) }, recent: recent.finish() };
}

function hasRepeats(ascending: Int32Array): boolean {
  for (let i = 1; i < ascending.length; i++) {
    if (movieOf(ascending[i - 1]) === movieOf(ascending[i])) return true;
  }
  return false;
}

/** Each movie once, where it first arrived, with its last stars. */
function currentOf(arrived: Iterable<number>): Int32Array {
  return Int32Array.from(byMovie(arrived).values());
}

/** A map keeps the place of what is set anew. */
export function byMovie(entries: Iterable<number>): Map<number, number> {
  const map = new Map<number, number>();
  for (const entry of entries) map.set(movieOf(entry), entry);
  return map;
}

/** Takes one row after the other. */
function recentRows(users: number) {
  const offsets = new Uint32Array(users + 1);
  let entries = new Int32Array(16_384);
  let [row, to] = [0, 0];
  return {
    add(some: Int32Array) {
      if (to + some.length > entries.length) entries = grown(entries, to + some.length, Int32Array);
      entries.set(some, to);
      offsets[++row] = to += some.length;
    },
    finish: () => ({ offsets, entries: entries.slice(0, to) }),
  };
}
