/** One benchmark in this process: `deno run -A tests/bench/one.ts NAME OPTIONS`, options and outcome in JSON. */
import process from "node:process";
import type { BenchmarkOptions, Figure, Report } from "./benchmark.ts";
import { BENCHMARKS } from "./benchmarks.ts";
import { type CpuProfile, flameGraph, startProfile } from "./_profile.ts";

export interface Outcome extends Report {
  /** Of the benchmark. */
  name: string;
  figures: (Figure & { ratio?: number })[];
  /** User and system time of the benchmark's process. */
  cpu_s: number;
  peak_rss_mib: number;
}

/** `NAME.cpuprofile` for DevTools and speedscope, and `NAME.html`, a flame graph for a browser. */
async function writeProfile(name: string, path: string, profile: CpuProfile): Promise<void> {
  await Deno.writeTextFile(`${path}.cpuprofile`, JSON.stringify(profile));
  await Deno.writeTextFile(`${path}.html`, flameGraph(`deno task bench ${name}`, profile));
}

if (import.meta.main) {
  const [name, options] = Deno.args;
  const run = await BENCHMARKS[name].load();
  const { profile: path, ...asked }: BenchmarkOptions & { profile?: string } = JSON.parse(options);
  const end = path === undefined ? null : await startProfile();
  const { figures, notes, usages } = await run(asked);
  if (end !== null) await writeProfile(name, `${path}/${name}`, await end());
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
