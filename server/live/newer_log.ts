/**
 * The shared log of what this server's workers took in after the snapshot: a ring in shared memory.
 *
 * Layout, in 32-bit integers: head, floor, owner, capacity, then 3 an entry: kind · 16 + half stars, user, movie. Head
 * and floor are positions that only grow (and wrap at 2^32; their differences do not). Entries from floor to head are
 * there; what lies before the floor, every reader has from its base. Whoever appends holds `owner` meanwhile; readers
 * hold nothing: an entry is whole before head passes it, and is overwritten only after floor has.
 */

/** What happened to a person. Stars are half stars from 0.5 to 5. */
export type NewerEntry =
  | { kind: "rated"; userId: number; movieId: number; stars: number }
  | { kind: "hidden" | "shown"; userId: number; movieId: number }
  | { kind: "erased"; userId: number };

export interface NewerLog {
  /** What another worker opens the same log with. */
  readonly buffer: SharedArrayBuffer;
  /** Position after the newest entry. */
  readonly head: number;
  /**
   * Whether it holds so much that the base should have it instead: every worker makes notes of what stands here, at
   * some 70 bytes each, while all of them share one base.
   */
  readonly isLong: boolean;
  /** Whether half of the room is taken: reading the base again and moving the floor cannot wait. */
  readonly isHalfFull: boolean;
  /** All of `entries`, one after the other with no other's in between; false, and none of them, without room. */
  append(entries: readonly NewerEntry[]): boolean;
  /** Gives `take` what stands from `position` to `head`; false when the floor has passed `position`. */
  read(position: number, head: number, take: (entry: NewerEntry) => void): boolean;
  /** Nobody reads below `position` any more. It never goes back. */
  raiseFloor(position: number): void;
  /** Lets go what `owner` held when it died in the middle of an append: nothing of it had become visible. */
  release(owner: number): void;
}

const HEAD = 0, FLOOR = 1, OWNER = 2, CAPACITY = 3;
const CONTROL = 4;
const WIDTH = 3;
const KINDS = ["rated", "hidden", "shown", "erased"] as const;
/** 3 MB: a day of three ratings a second, and the base is read again many times a day. */
const USUAL_CAPACITY = 1 << 18;
/** Entries that make a log long: a megabyte of notes in each worker. */
const LONG = 1 << 14;
/** Milliseconds after which a waiter looks again, should nobody wake it. */
const LOOK_AGAIN = 1;

/** An empty log of room for `capacity` entries, a power of two. */
export function createNewerLog(capacity = USUAL_CAPACITY): NewerLog {
  const buffer = new SharedArrayBuffer(4 * (CONTROL + WIDTH * capacity));
  new Int32Array(buffer)[CAPACITY] = capacity;
  return openNewerLog(buffer, 1);
}

/** The log in `buffer`; `owner` is the caller's own number above 0 among all that append. */
export function openNewerLog(buffer: SharedArrayBuffer, owner: number): NewerLog {
  const words = new Int32Array(buffer);
  const capacity = words[CAPACITY];
  const placeOf = (position: number) => CONTROL + WIDTH * (position & (capacity - 1));
  const taken = () => (Atomics.load(words, HEAD) - Atomics.load(words, FLOOR)) | 0;

  const write = (position: number, entry: NewerEntry) => {
    const place = placeOf(position);
    words[place] = KINDS.indexOf(entry.kind) << 4 |
      (entry.kind === "rated" ? Math.round(2 * entry.stars) : 0);
    words[place + 1] = entry.userId;
    words[place + 2] = entry.kind === "erased" ? 0 : entry.movieId;
  };
  const appendOwned = (entries: readonly NewerEntry[]): boolean => {
    if (taken() + entries.length > capacity) return false;
    const head = Atomics.load(words, HEAD);
    entries.forEach((entry, i) => write(head + i, entry));
    // Sequentially consistent: whoever sees this head sees the entries.
    Atomics.store(words, HEAD, (head + entries.length) | 0);
    return true;
  };
  return {
    buffer,
    get head() {
      return Atomics.load(words, HEAD);
    },
    get isLong() {
      return taken() >= Math.min(LONG, capacity / 2);
    },
    get isHalfFull() {
      return 2 * taken() >= capacity;
    },
    append(entries) {
      while (Atomics.compareExchange(words, OWNER, 0, owner) !== 0) {
        Atomics.wait(words, OWNER, Atomics.load(words, OWNER), LOOK_AGAIN);
      }
      try {
        return appendOwned(entries);
      } finally {
        letGo(words, owner);
      }
    },
    read(position, head, take) {
      const entries: NewerEntry[] = [];
      for (let at = position; at !== head; at = (at + 1) | 0) entries.push(entryAt(words, placeOf(at)));
      // Looked at last: an entry that was overwritten while it was read is none.
      if (((Atomics.load(words, FLOOR) - position) | 0) > 0) return false;
      entries.forEach(take);
      return true;
    },
    raiseFloor(position) {
      if (((position - Atomics.load(words, FLOOR)) | 0) > 0) Atomics.store(words, FLOOR, position);
    },
    release: (dead) => letGo(words, dead),
  };
}

function letGo(words: Int32Array<SharedArrayBuffer>, owner: number): void {
  if (Atomics.compareExchange(words, OWNER, owner, 0) === owner) Atomics.notify(words, OWNER, 1);
}

function entryAt(words: Int32Array<SharedArrayBuffer>, place: number): NewerEntry {
  const kind = KINDS[words[place] >> 4];
  const userId = words[place + 1];
  const movieId = words[place + 2];
  if (kind === "erased") return { kind, userId };
  return kind === "rated"
    ? { kind, userId, movieId, stars: (words[place] & 15) / 2 }
    : { kind, userId, movieId };
}
