/**
 * A rest after each work that reads everything anew, in proportion to how long it took: whoever hides movies or erases
 * people one after the other does not keep the coordinator at it. What this server was told stands in its log meanwhile;
 * news of other servers wait that long.
 */

/** A rest is so many times as long as the work before it, */
const SHARE = 10;
/** and so many milliseconds at most. */
const LONGEST = 2_000;

export interface Rest {
  /** Whether it goes on; asked, it tells when it is over. */
  isOn(): boolean;
  /** Does `work`, and rests after it. */
  after(work: () => Promise<void>): Promise<void>;
}

export interface RestOptions {
  /** Milliseconds of a clock that never goes back. */
  now: () => number;
  /** Told in how many milliseconds the rest is over. */
  over: (ms: number) => void;
}

export function createRest({ now, over }: RestOptions): Rest {
  let until = -Infinity;
  return {
    isOn() {
      const left = until - now();
      if (left > 0) over(left);
      return left > 0;
    },
    async after(work) {
      const start = now();
      await work();
      const end = now();
      until = end + Math.min(LONGEST, SHARE * (end - start));
    },
  };
}
