/**
 * Counts and durations by labels, for what happens at every request.
 *
 * prom-client checks and joins the labels of every value, which takes it 1 to 4 µs: all of a cached list takes twelve.
 * Here whoever has the same labels again and again asks for their series once, and then adds.
 */
import { Counter, type MetricObjectWithValues, type MetricValue, type Registry } from "prom-client";

type Labels = Readonly<Record<string, string | number>>;

/** How often something happened. */
export interface Tally {
  n: number;
}

export interface Durations {
  /** Where the durations of all that has `labels` are added. */
  of(labels: Labels): Duration;
  /** As prom-client would say it. */
  collect(): MetricObjectWithValues<MetricValue<string>>;
}

export interface Duration {
  add(seconds: number): void;
}

/** One thing for all who have the same labels. */
function byLabels<L extends Labels, T>(make: (labels: L) => T) {
  const known = new Map<string, T>();
  return {
    all: () => known.values(),
    of(labels: L): T {
      const key = Object.values(labels).join("\n");
      let found = known.get(key);
      if (found === undefined) known.set(key, found = make(labels));
      return found;
    },
  };
}

/** A counter of prom-client that takes in what was tallied when it is asked. */
export function createTallies<L extends string>(
  { name, help, labelNames }: { name: string; help: string; labelNames: readonly L[] },
  registers: Registry[],
): { of(labels: Record<L, string>): Tally } {
  const tallies = byLabels((labels: Record<L, string>) => ({ labels, n: 0 }));
  new Counter({
    name,
    help,
    labelNames,
    registers,
    collect() {
      for (const tally of tallies.all()) {
        this.inc(tally.labels, tally.n);
        tally.n = 0;
      }
    },
  });
  return tallies;
}

/** A histogram; `bounds`: upper ones in seconds, ascending. */
export function createDurations(
  { name, help, bounds }: { name: string; help: string; bounds: readonly number[] },
): Durations {
  const series = byLabels((labels: Labels) => ({
    labels,
    /** By bound: what is above the last one is in `n` only. */
    counts: new Float64Array(bounds.length),
    sum: 0,
    n: 0,
    add(seconds: number) {
      this.sum += seconds;
      this.n++;
      for (let i = 0; i < bounds.length; i++) {
        if (seconds <= bounds[i]) return void this.counts[i]++;
      }
    },
  }));
  const valuesOf = ({ labels, counts, sum, n }: ReturnType<typeof series.of>) => {
    let below = 0;
    const bucket = (le: number | string, value: number) => ({
      labels: { le, ...labels },
      value,
      metricName: `${name}_bucket`,
    });
    return [
      ...bounds.map((le, i) => bucket(le, below += counts[i])),
      bucket("+Inf", n),
      { labels, value: sum, metricName: `${name}_sum` },
      { labels, value: n, metricName: `${name}_count` },
    ];
  };
  return {
    of: series.of,
    collect() {
      const values = [...series.all()].flatMap(valuesOf);
      const json = { name, help, type: "histogram", aggregator: "sum", values };
      // prom-client's types want a `collect` in what its own registry gives out without one.
      return json as unknown as MetricObjectWithValues<MetricValue<string>>;
    },
  };
}
