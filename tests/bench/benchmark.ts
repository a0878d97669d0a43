/**
 * What a benchmark is: figures, each beside a calibration of the same run in the same unit.
 *
 * Absolute times say more about the machine, and about who else uses it, than about the code. So a figure is read as
 * a ratio to something simple that was measured beside it, and time as CPU seconds wherever one process does the work.
 */
import process from "node:process";
import type { Usage } from "./meter.ts";

export interface Figure {
  /** What was measured. */
  name: string;
  value: number;
  unit: string;
  /** What stands beside it, in the same unit. */
  beside?: { name: string; value: number };
  /** Bounds of the ratio to what stands beside it, as they were set. */
  asked?: { least: number } | { most: number };
}

export interface Report {
  figures: Figure[];
  /** What a reader has to know to read the figures. */
  notes: string[];
  /** What each part took, for the JSON; see `metered()`. */
  usages?: Record<string, Usage>;
}

export interface BenchmarkOptions {
  /** Ratings of the generated sample; without it, the benchmark's own number. */
  ratings?: number;
  /** Of a soak; without it, the benchmark's own number. */
  minutes?: number;
  /** Of serve, by name; without it, all. */
  parts?: readonly string[];
}

/** Measures. What it cannot measure here, and what to do about it, goes into the notes. */
export type Benchmark = (options: BenchmarkOptions) => Promise<Report>;

export interface Spent {
  /** Of the wall clock. */
  seconds: number;
  /** User and system time of this process, all threads. */
  cpuSeconds: number;
}

/** Starts a clock; calling it says what has been spent since. */
export function startClock(): () => Spent {
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return { seconds: (performance.now() - start) / 1_000, cpuSeconds: (user + system) / 1e6 };
  };
}

/** What `body` spends. */
export async function spent(body: () => Promise<unknown> | unknown): Promise<Spent> {
  const clock = startClock();
  await body();
  return clock();
}

/** Runs `body` for about `seconds`, after a tenth of that as warm-up; returns the CPU seconds of one run. */
export async function cpuPerRun(body: () => unknown, seconds = 0.5): Promise<number> {
  await repeat(body, seconds / 10);
  const clock = startClock();
  const runs = await repeat(body, seconds);
  return clock().cpuSeconds / runs;
}

/** Runs `body` until `seconds` are over; returns how often. */
export async function repeat(body: () => unknown, seconds: number): Promise<number> {
  const end = performance.now() + 1_000 * seconds;
  let runs = 0;
  do {
    await body();
    runs++;
  } while (performance.now() < end);
  return runs;
}
