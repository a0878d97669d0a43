/** Seen lists from pairs in any order, and from yesterday's lists and what came since. */
import { grown, IdIndex } from "../id_index.ts";
import type { SeenLists } from "./seen_lists.ts";

/** Takes pairs in any order, repeats as well. 32 million take 256 MB, and 128 MB more when they are put in order. */
export interface SeenPairs {
  add(userId: number, movie: number): void;
  finish(): SeenLists;
}

export function createSeenPairs(): SeenPairs {
  const index = new IdIndex();
  let users = new Int32Array(16_384);
  let movies = new Int32Array(16_384);
  let n = 0;
  return {
    add(userId, movie) {
      if (n === users.length) {
        users = grown(users, n + 1, Int32Array);
        movies = grown(movies, n + 1, Int32Array);
      }
      users[n] = index.add(userId);
      movies[n++] = movie;
    },
    finish: () => sorted(index.ids, users.subarray(0, n), movies.subarray(0, n)),
  };
}

/** Rows by a counting sort over users, each then sorted and rid of repeats; `users` are positions in `ids`. */
function sorted(ids: Int32Array, users: Int32Array, movies: Int32Array): SeenLists {
  const userIds = ids.slice().sort();
  const rows = new Int32Array(ids.length); // position in `ids` → row
  const byId = Array.from(ids.keys()).sort((a, b) => ids[a] - ids[b]);
  byId.forEach((position, row) => rows[position] = row);
  const ends = new Uint32Array(ids.length + 1);
  for (const user of users) ends[rows[user] + 1]++;
  for (let row = 0; row < ids.length; row++) ends[row + 1] += ends[row];
  const next = ends.slice();
  const all = new Int32Array(movies.length);
  for (let i = 0; i < movies.length; i++) all[next[rows[users[i]]]++] = movies[i];
  const offsets = new Uint32Array(ids.length + 1);
  let to = 0;
  for (let row = 0; row < ids.length; row++) {
    for (const movie of all.subarray(ends[row], ends[row + 1]).sort()) {
      if (to === offsets[row] || all[to - 1] !== movie) all[to++] = movie;
    }
    offsets[row + 1] = to;
  }
  return { userIds, offsets, movies: all.slice(0, to) };
}

/**
 * `base` and `added` in one; a pair may be in both.
 *
 * `moved` says where the movies of `base` stand now: movies that came between push the later ones on.
 */
export function mergeSeen(base: SeenLists, added: SeenLists, moved: Int32Array): SeenLists {
  const movies = new Int32Array(base.movies.length + added.movies.length);
  const userIds = new Int32Array(base.userIds.length + added.userIds.length);
  const offsets = new Uint32Array(userIds.length + 1);
  const isMoved = moved.some((to, from) => to !== from);
  let [users, to, old] = [0, 0, 0];

  /** Rows of `base` up to `end`, all at once: nearly everybody has seen nothing new. */
  function copyBase(end: number): void {
    const start = base.offsets[old];
    movies.set(base.movies.subarray(start, base.offsets[end]), to);
    userIds.set(base.userIds.subarray(old, end), users);
    for (; old < end; old++) offsets[++users] = to + base.offsets[old + 1] - start;
    const copied = movies.subarray(to, to += base.offsets[end] - start);
    if (isMoved) { for (let i = 0; i < copied.length; i++) copied[i] = moved[copied[i]]; }
  }

  added.userIds.forEach((id, row) => {
    let end = old;
    while (end < base.userIds.length && base.userIds[end] < id) end++;
    copyBase(end);
    const from = to;
    if (base.userIds[old] === id) copyBase(old + 1);
    else userIds[users++] = id;
    to = from + mergeRow(movies, from, { length: to - from, news: rowOf(added, row) });
    offsets[users] = to;
  });
  copyBase(base.userIds.length);
  return {
    userIds: userIds.subarray(0, users),
    offsets: offsets.subarray(0, users + 1),
    movies: movies.subarray(0, to),
  };
}

function rowOf({ offsets, movies }: SeenLists, row: number): Int32Array {
  return movies.subarray(offsets[row], offsets[row + 1]);
}

/** Merges `news` into the `length` movies from `at` on; returns how many there are then. */
function mergeRow(
  movies: Int32Array,
  at: number,
  { length, news }: { length: number; news: Int32Array },
): number {
  const old = movies.slice(at, at + length);
  let [i, j, to] = [0, 0, at];
  while (i < old.length || j < news.length) {
    const movie = Math.min(old[i] ?? Infinity, news[j] ?? Infinity);
    if (old[i] === movie) i++;
    if (news[j] === movie) j++;
    movies[to++] = movie;
  }
  return to - at;
}
