/** Latencies by bins that are one percent wide: a percentile is right within that, whatever was seen. */

const WIDTH = 1.01;
/** Microseconds: the first bin ends here, the last one is beyond 200 s. */
const BINS = Math.ceil(Math.log(2e8) / Math.log(WIDTH));

export interface Histogram {
  readonly n: number;
  /** @param ms a latency in milliseconds. */
  add(ms: number): void;
  /** The latency in ms that a share of `share` is not above; NaN of nothing. */
  at(share: number): number;
  readonly most: number;
}

export function createHistogram(): Histogram {
  const counts = new Float64Array(BINS + 1);
  let [n, most] = [0, 0];
  return {
    get n() {
      return n;
    },
    get most() {
      return most;
    },
    add(ms) {
      counts[Math.min(BINS, Math.max(0, Math.ceil(Math.log(1_000 * ms) / Math.log(WIDTH))))]++;
      n++;
      if (ms > most) most = ms;
    },
    at(share) {
      let left = Math.max(1, Math.ceil(share * n));
      for (let bin = 0; bin <= BINS; bin++) if ((left -= counts[bin]) <= 0) return WIDTH ** bin / 1_000;
      return NaN;
    },
  };
}
