/** Rated lists and last ratings of yesterday, and what came since, in one: the work of a day, not of an archive. */
import { movieOf, withMovie } from "../rating_entry.ts";
import { isRated, type RatedLists } from "./rated_lists.ts";
import { byMovie, type Rated, RECENT, type Rows } from "./rated_pairs.ts";
import { indexOfId } from "./index_of_id.ts";

/** What people (by id) have rated since, in arrival order, re-ratings as well. */
export type FreshRatings = ReadonlyMap<number, readonly number[]>;

/** `moved` says where the movies of `base` stand now: movies that came between push the later ones on. */
export function mergeRated(base: Rated, fresh: FreshRatings, moved: Int32Array): Rated {
  const isMoved = moved.some((to, from) => to !== from);
  const move = (entries: Int32Array) => {
    if (!isMoved) return;
    for (let i = 0; i < entries.length; i++) entries[i] = withMovie(entries[i], moved[movieOf(entries[i])]);
  };
  const { userIds } = base.rated;
  const [rated, recent] = [new Map<number, Int32Array>(), new Map<number, Int32Array>()];
  for (const id of Array.from(fresh.keys()).sort((a, b) => a - b)) {
    const row = indexOfId(userIds, id);
    const [old, last] = [rowOf(base.rated, row), rowOf(base.recent, row)];
    move(old);
    move(last);
    const news = byMovie(fresh.get(id)!);
    rated.set(id, mergeRow(old, news));
    recent.set(id, mergeRecent(last, { rated: old, news }));
  }
  const merged = spliceRows(userIds, base.rated, { changed: rated, move });
  const { offsets, entries } = spliceRows(userIds, base.recent, { changed: recent, move });
  return { rated: merged, recent: { offsets, entries } };
}

/** A copy; empty for row −1. */
function rowOf({ offsets, entries }: Rows, row: number): Int32Array {
  return row < 0 ? new Int32Array(0) : entries.slice(offsets[row], offsets[row + 1]);
}

function mergeRow(old: Int32Array, news: ReadonlyMap<number, number>): Int32Array {
  const kept = old.filter((entry) => !news.has(movieOf(entry)));
  const all = new Int32Array(kept.length + news.size);
  all.set(kept);
  all.set(Array.from(news.values()), kept.length);
  return all.sort();
}

/** What was rated long before changes its stars and takes no place anew. */
function mergeRecent(
  last: Int32Array,
  { rated, news }: { rated: Int32Array; news: ReadonlyMap<number, number> },
): Int32Array {
  const old = Array.from(last, (entry) => news.get(movieOf(entry)) ?? entry);
  const first = Array.from(news.values()).filter((entry) => !isRated(rated, movieOf(entry)));
  return Int32Array.from([...old, ...first].slice(-RECENT));
}

/** `base` with the rows of `changed` (by ascending id) in place of the old ones, or between them. */
function spliceRows(
  ids: Int32Array,
  base: Rows,
  { changed, move }: { changed: ReadonlyMap<number, Int32Array>; move: (entries: Int32Array) => void },
): RatedLists {
  const more = Array.from(changed.values()).reduce((sum, row) => sum + row.length, 0);
  const entries = new Int32Array(base.entries.length + more);
  const userIds = new Int32Array(ids.length + changed.size);
  const offsets = new Uint32Array(userIds.length + 1);
  let [users, to, old] = [0, 0, 0];

  /** Rows of `base` up to `end`, all at once: nearly everybody has rated nothing new. */
  function copyBase(end: number): void {
    const start = base.offsets[old];
    entries.set(base.entries.subarray(start, base.offsets[end]), to);
    userIds.set(ids.subarray(old, end), users);
    for (; old < end; old++) offsets[++users] = to + base.offsets[old + 1] - start;
    move(entries.subarray(to, to += base.offsets[end] - start));
  }

  for (const [id, row] of changed) {
    let end = old;
    while (end < ids.length && ids[end] < id) end++;
    copyBase(end);
    if (ids[old] === id) old++;
    userIds[users++] = id;
    entries.set(row, to);
    offsets[users] = to += row.length;
  }
  copyBase(ids.length);
  return {
    userIds: userIds.subarray(0, users),
    offsets: offsets.subarray(0, users + 1),
    entries: entries.subarray(0, to),
  };
}
