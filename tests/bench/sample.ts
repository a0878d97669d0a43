/** What the made-up sample costs. */
import { streamSample } from "../../tasks/import/sample.ts";
import { createRng } from "../../models/rng.ts";
import type { BenchmarkOptions, Report } from "./benchmark.ts";
import { cpuPerRun } from "./benchmark.ts";
import { describeUsage, metered } from "./meter.ts";

const DRAWS = 1_000_000;

export async function sampling({ ratings: n = 1_000_000 }: BenchmarkOptions): Promise<Report> {
  const rng = createRng(1);
  const draws = await cpuPerRun(() => {
    let sum = 0;
    for (let i = 0; i < DRAWS; i++) sum += Math.log(1 - rng.uniform());
    return sum;
  });
  let [users, movies] = [0, 0];
  const usage = await metered(async () => {
    const sample = streamSample({ nRatings: n, seed: 1 });
    movies = sample.movies.length;
    for await (const { ratings } of sample.blocks) users = ratings.userId[ratings.n - 1];
  });
  return {
    figures: [
      {
        name: "sample, streamed",
        value: usage.cpuSeconds * 1e6 / n,
        unit: "CPU s / 1M ratings",
        beside: { name: "10 draws and logarithms a rating", value: 10 * draws * 1e6 / DRAWS },
      },
      { name: "peak of this process", value: usage.peakRssMib ?? NaN, unit: "MiB" },
    ],
    notes: [
      `${n.toLocaleString("en-US")} ratings, ${users.toLocaleString("en-US")} users, ${
        movies.toLocaleString("en-US")
      } movies: ${describeUsage(usage)}`,
    ],
    usages: { sample: usage },
  };
}
