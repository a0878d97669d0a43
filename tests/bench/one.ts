/** One benchmark in this process: `deno run -A tests/bench/one.ts NAME OPTIONS`, options and outcome in JSON. */
import process from "node:process";
import type { Figure, Report } from "./benchmark.ts";
import { BENCHMARKS } from "./benchmarks.ts";

export interface Outcome extends Report {
  /** Of the benchmark. */
  name: string;
  figures: (Figure & { ratio?: number })[];
  /** User and system time of the benchmark's process. */
  cpu_s: number;
  peak_rss_mib: number;
}

if (import.meta.main) {
  const [name, options] = Deno.args;
  const run = await BENCHMARKS[name].load();
  const { figures, notes, usages } = await run(JSON.parse(options));
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const outcome: Outcome = {
    name,
    figures: figures.map((figure) => ({
      ...figure,
      ratio: figure.beside && figure.value / figure.beside.value,
    })),
    notes,
    usages,
    cpu_s: (userCPUTime + systemCPUTime) / 1e6,
    peak_rss_mib: maxRSS / 1024,
  };
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(outcome)));
  // The tests' database keeps a connection open.
  Deno.exit(0);
}
