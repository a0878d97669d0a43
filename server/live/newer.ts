/**
 * All that happened after the snapshot, as one worker sees it: the shared base, and on top of it the shared log.
 *
 * Nothing that this server took is ever forgotten: the base is of a moment after the log's position `epoch`, and the
 * log still has everything from there on. The order of two workers' entries about one movie of one person is the
 * log's; the next base has the database's.
 */
import { indexOfId } from "../../models/snapshot/index_of_id.ts";
import { type MovieRows, type NewerBase, rowOf } from "./newer_base.ts";
import type { NewerEntry, NewerLog } from "./newer_log.ts";
import { createNewerNotes } from "./newer_notes.ts";

export interface NewerRatings {
  readonly base: NewerBase;
  /** Every rating of a later batch, and every live one, is in; others may be. */
  readonly afterBatch: number;
  /** Rated movies over all people. */
  readonly nRatings: number;
  /** Stars by movie id (NaN: rated, stars unknown); null: the person has rated nothing since. */
  of(userId: number): ReadonlyMap<number, number> | null;
  /** Ids of movies that the person asked never to see; null: none. */
  hidden(userId: number): ReadonlySet<number> | null;
  /** Whether what the snapshot has of the person must not be used. They may have rated anew since. */
  isErased(userId: number): boolean;
  /** Changes whenever something of the above about the person may have changed; 0: there is nothing about them. */
  version(userId: number): number;
  /** Takes in what workers have appended since: once at the start of each request. */
  takeIn(): void;
  /**
   * Tells all workers, in one piece: they heed it from their next request on. Called after the database has committed
   * and before the client is answered. False: the log is full, and nothing was told; the coordinator is making room.
   */
  append(entries: readonly NewerEntry[]): boolean;
}

/** Versions of one base: more than a log has entries between two bases. */
const VERSIONS = 2 ** 31;

/** The view of `base` and of all that `log` has since. */
export function createNewerRatings(base: NewerBase, log: NewerLog): NewerRatings {
  const notes = createNewerNotes();
  let position = base.epoch;
  let nRatings = base.ratings.movieIds.length;
  const isErasedInBase = (userId: number) => includes(base.erased, userId);
  /** What the base has of the person and still counts. */
  const rowIn = (rows: MovieRows, userId: number) => notes.isErased(userId) ? null : rowOf(rows, userId);

  const ratingsOf = (userId: number): Map<number, number> => {
    const { movieIds, halfStars } = base.ratings;
    const found = new Map<number, number>();
    const [start, end] = rowIn(base.ratings, userId) ?? [0, 0];
    for (let i = start; i < end; i++) found.set(movieIds[i], halfStars[i] / 2 || NaN);
    notes.eachRating(userId, (movieId, stars) => found.set(movieId, stars));
    return found;
  };
  const isRatedInBase = (userId: number, movieId: number): boolean => {
    const row = rowIn(base.ratings, userId);
    return row !== null && includes(base.ratings.movieIds.subarray(...row), movieId);
  };
  const take = (entry: NewerEntry) => {
    if (entry.kind === "erased") nRatings -= ratingsOf(entry.userId).size;
    const isNew = notes.take(entry);
    if (isNew && entry.kind === "rated" && !isRatedInBase(entry.userId, entry.movieId)) nRatings++;
  };
  return {
    base,
    afterBatch: base.afterBatch,
    get nRatings() {
      return nRatings;
    },
    of(userId) {
      const ratings = ratingsOf(userId);
      return ratings.size > 0 ? ratings : null;
    },
    hidden(userId) {
      const row = rowIn(base.hidden, userId);
      const hidden = new Set(row && base.hidden.movieIds.subarray(...row));
      notes.eachHidden(userId, (movieId, isHidden) => {
        if (isHidden) hidden.add(movieId);
        else hidden.delete(movieId);
      });
      return hidden.size > 0 ? hidden : null;
    },
    isErased: (userId) => notes.isErased(userId) || isErasedInBase(userId),
    version(userId) {
      const version = notes.version(userId);
      const isKnown = version > 0 || rowOf(base.ratings, userId) || rowOf(base.hidden, userId) ||
        isErasedInBase(userId);
      return isKnown ? base.serial * VERSIONS + version + 1 : 0;
    },
    takeIn() {
      const { head } = log;
      if (head === position) return;
      // A base that has been replaced sees nothing new: only requests that began with it still use it.
      if (log.read(position, head, take)) position = head;
    },
    append: (entries) => log.append(entries),
  };
}

function includes(ids: Int32Array, id: number): boolean {
  return ids.length > 0 && indexOfId(ids, id) >= 0;
}
