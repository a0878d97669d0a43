/**
 * All that happened after the snapshot, as one worker sees it: the shared base, and on top of it the shared log.
 *
 * Nothing that this server took is ever forgotten: the base is of a moment after the log's position `epoch`, and the
 * log still has everything from there on. The order of two workers' entries about one movie of one person is the
 * log's; the next base has the database's.
 */
import { indexOfId } from "../../models/snapshot/index_of_id.ts";
import { type NewerBase, rowOf } from "./newer_base.ts";
import type { NewerEntry, NewerLog } from "./newer_log.ts";

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

/** What the log says about one person, on top of the base. */
interface Person {
  ratings: Map<number, number>;
  hidden: Set<number>;
  isErased: boolean;
  /** How many entries had been taken in with the last about them. */
  version: number;
}

/** Versions of one base: more than a log has entries between two bases. */
const VERSIONS = 2 ** 31;

/** The view of `base` and of all that `log` has since. */
export function createNewerRatings(base: NewerBase, log: NewerLog): NewerRatings {
  const people = new Map<number, Person>();
  let position = base.epoch;
  let taken = 0;
  let nRatings = base.ratings.movieIds.length;
  const isErasedInBase = (userId: number) => includes(base.erased, userId);

  const take = (entry: NewerEntry) => {
    let person = people.get(entry.userId);
    if (!person) people.set(entry.userId, person = personIn(base, entry.userId));
    person.version = ++taken;
    nRatings -= person.ratings.size;
    apply(entry, person);
    nRatings += person.ratings.size;
  };
  return {
    base,
    afterBatch: base.afterBatch,
    get nRatings() {
      return nRatings;
    },
    of(userId) {
      const ratings = people.get(userId)?.ratings ?? ratingsIn(base, userId);
      return ratings.size > 0 ? ratings : null;
    },
    hidden(userId) {
      const hidden = people.get(userId)?.hidden ?? hiddenIn(base, userId);
      return hidden.size > 0 ? hidden : null;
    },
    isErased: (userId) => people.get(userId)?.isErased ?? isErasedInBase(userId),
    version(userId) {
      const person = people.get(userId);
      const isKnown = person || rowOf(base.ratings, userId) || rowOf(base.hidden, userId) ||
        isErasedInBase(userId);
      return isKnown ? base.serial * VERSIONS + (person?.version ?? 0) + 1 : 0;
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

function personIn(base: NewerBase, userId: number): Person {
  return {
    ratings: ratingsIn(base, userId),
    hidden: hiddenIn(base, userId),
    isErased: includes(base.erased, userId),
    version: 0,
  };
}

function apply(entry: NewerEntry, person: Person): void {
  switch (entry.kind) {
    case "rated":
      person.ratings.set(entry.movieId, entry.stars);
      break;
    case "hidden":
      person.hidden.add(entry.movieId);
      break;
    case "shown":
      person.hidden.delete(entry.movieId);
      break;
    case "erased":
      person.ratings.clear();
      person.hidden.clear();
      person.isErased = true;
  }
}

function ratingsIn({ ratings }: NewerBase, userId: number): Map<number, number> {
  const row = rowOf(ratings, userId);
  const found = new Map<number, number>();
  if (!row) return found;
  for (let i = row[0]; i < row[1]; i++) found.set(ratings.movieIds[i], ratings.halfStars[i] / 2 || NaN);
  return found;
}

function hiddenIn({ hidden }: NewerBase, userId: number): Set<number> {
  const row = rowOf(hidden, userId);
  return new Set(row ? hidden.movieIds.subarray(row[0], row[1]) : []);
}

function includes(ids: Int32Array, id: number): boolean {
  return ids.length > 0 && indexOfId(ids, id) >= 0;
}
