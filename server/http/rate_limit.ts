/**
 * How often one client may ask: the generic cell rate algorithm (ITU-T I.371), over a table that all workers share.
 *
 * A client has a theoretical arrival time, TAT: each request moves it on by T = 60 s / limit, and is refused when it
 * would get more than 60 s ahead of now. So a whole minute's worth may come at once, and then one each T.
 */
export interface RateLimiterOptions {
  /** From `createRateTable()`: all workers get the same. */
  table: SharedArrayBuffer;
  perMinute: number;
  /** Milliseconds of a clock that all workers share, as `Date.now()`. */
  now: () => number;
}

export interface Verdict {
  isAllowed: boolean;
  /** Requests that may come at once after this one. */
  remaining: number;
  /** Seconds until all of the limit is free again; of a refused one, until the next may come. */
  seconds: number;
}

export interface RateLimiter {
  readonly perMinute: number;
  /** Counts one request of `client`. */
  take(client: string): Verdict;
}

/** Clients that the table knows at once. */
const SLOTS = 1 << 14;
/** Slots in which one client may stand. */
const WAYS = 8;
/** Microseconds. */
const MINUTE = 60_000_000;

/** Tags (int32, the client's hash), then TATs (int64, microseconds since 1970). */
export function createRateTable(): SharedArrayBuffer {
  return new SharedArrayBuffer(SLOTS * (4 + 8));
}

export function createRateLimiter({ table, perMinute, now }: RateLimiterOptions): RateLimiter {
  const tags = new Int32Array(table, SLOTS * 8, SLOTS);
  const arrivals = new BigInt64Array(table, 0, SLOTS);
  const step = MINUTE / perMinute;

  /** The slot of `tag`: its own, or the one among its ways whose client was away for longest. */
  const slotOf = (tag: number): number => {
    const first = (tag & (SLOTS - 1)) & ~(WAYS - 1);
    let oldest = first;
    for (let slot = first; slot < first + WAYS; slot++) {
      if (Atomics.load(tags, slot) === tag) return slot;
      if (Atomics.load(arrivals, slot) < Atomics.load(arrivals, oldest)) oldest = slot;
    }
    // Two clients that claim one slot at once share it for a moment: both are counted.
    Atomics.store(tags, oldest, tag);
    Atomics.store(arrivals, oldest, 0n);
    return oldest;
  };

  return {
    perMinute,
    take(client) {
      const slot = slotOf(hashOf(client));
      for (;;) {
        const known = Atomics.load(arrivals, slot);
        const time = now() * 1000;
        const arrival = Math.max(time, Number(known)) + step;
        const ahead = arrival - time;
        if (ahead > MINUTE) return { isAllowed: false, remaining: 0, seconds: (ahead - MINUTE) / 1e6 };
        if (Atomics.compareExchange(arrivals, slot, known, BigInt(Math.round(arrival))) === known) {
          return { isAllowed: true, remaining: Math.floor((MINUTE - ahead) / step), seconds: ahead / 1e6 };
        }
      }
    },
  };
}

/** 32-bit FNV-1a; never 0, which is an empty slot's. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  // The low bits choose the slot: mix the high ones in.
  hash ^= hash >>> 15;
  return hash === 0 ? 1 : hash | 0;
}
