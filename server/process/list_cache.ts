/**
 * Answers that hold a list, as bytes: the least recently used go first when they are too many.
 *
 * An answer is good as long as the snapshot is the same and nothing was told of the person since: whatever a rating,
 * a hidden movie or an erasure would change in the list changes the person's version first.
 */
import type { Snapshot } from "../../models/snapshot/snapshot.ts";
import type { Tally } from "../http/series.ts";

export interface CachedList {
  /** As the application made it, with whatever headers the last request has got for its own. Its clones go out. */
  readonly answer: Response;
  /** Bytes of its body. */
  readonly length: number;
  /** Of the person, read before the list was made. */
  readonly version: number;
  /** What counts it when it goes out. */
  readonly tally: Tally;
}

export interface ListCache {
  /** The answer to `target` (path and query), unless it is out of date. */
  find(target: string, now: { snapshot: Snapshot; version: number }): CachedList | null;
  keep(target: string, snapshot: Snapshot, list: CachedList): void;
  /** Lets a replaced snapshot's memory go. */
  clear(): void;
  /** Bytes that the answers take. */
  readonly size: number;
}

/** What an answer takes beside its body in bytes, measured: key, the Response and its 17 headers. */
const OVERHEAD = 2_600;

export function createListCache(most: number): ListCache {
  const lists = new Map<string, CachedList>();
  let of: Snapshot | null = null;
  let size = 0;
  const sizeOf = ({ length }: CachedList) => length + OVERHEAD;
  const drop = (target: string, list: CachedList) => {
    lists.delete(target);
    size -= sizeOf(list);
  };
  const clear = () => {
    lists.clear();
    size = 0;
    of = null;
  };
  return {
    get size() {
      return size;
    },
    find(target, { snapshot, version }) {
      if (snapshot !== of) {
        clear();
        return null;
      }
      const list = lists.get(target);
      if (list === undefined) return null;
      // Taken out and put in again, it is the youngest.
      if (list.version !== version) {
        drop(target, list);
        return null;
      }
      lists.delete(target);
      lists.set(target, list);
      return list;
    },
    keep(target, snapshot, list) {
      if (snapshot !== of) clear();
      of = snapshot;
      const before = lists.get(target);
      if (before) drop(target, before);
      lists.set(target, list);
      size += sizeOf(list);
      for (const [oldest, its] of lists) {
        if (size <= most) break;
        drop(oldest, its);
      }
    },
    clear,
  };
}
