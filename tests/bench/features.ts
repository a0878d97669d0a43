/** What the features of every example as of its own moment cost. */
import { type Dataset, pass, survey } from "../../models/dataset.ts";
import { createFeatures, fitYears } from "../../models/features.ts";
import { createRng } from "../../models/rng.ts";
import { splitByOrder } from "../../models/evaluation/split.ts";
import { contentConfig } from "../../models/two_tower/content.ts";
import { cpuPerRun, type Report, spent } from "./benchmark.ts";
import { sum } from "./_calibration.ts";
import { sampleRatings } from "./_sample.ts";

const MILLION = 1e6;
const UNIT = "CPU s / 1M ratings";

export async function features({ ratings: n = 1_000_000 }: { ratings?: number }): Promise<Report> {
  const { catalogue, users, ratings } = await sampleRatings(n);
  const dataset: Dataset = { catalogue, users, ratings: () => [ratings] };
  const signal = new AbortController().signal;
  const { batch_size: batchSize, window } = contentConfig.parse({ preset: "content" });
  const shape = createFeatures({
    preset: "deviations",
    n_genres: catalogue.nGenres,
    ...fitYears(catalogue),
  });
  const parts = splitByOrder(n, { validation: 0.1, test: 0.05 });
  const options = { features: shape, parts, batchSize, window, rng: createRng(1), signal };

  const surveyed = await spent(() => survey(dataset, signal));
  const passed = await spent(() => readThrough(pass(dataset, options)));
  const columns = [ratings.users, ratings.movies, ratings.ratings, ratings.replaces];
  const columnSums = await cpuPerRun(() => columns.forEach(sum));
  const inputs = new Float32Array(Math.min(n, window) * (shape.userWidth + shape.movieWidth + 2)).fill(0.5);
  const inputSums = await cpuPerRun(() => sum(inputs)) * n / Math.min(n, window);

  const perMillion = (seconds: number) => seconds * MILLION / n;
  return {
    figures: [
      {
        name: "survey (counts and sums)",
        value: perMillion(surveyed.cpuSeconds),
        unit: UNIT,
        beside: { name: "sum of its four columns", value: perMillion(columnSums) },
      },
      {
        name: "pass (features, shuffle, batches)",
        value: perMillion(passed.cpuSeconds),
        unit: UNIT,
        beside: { name: "sum of the same inputs", value: perMillion(inputSums) },
      },
    ],
    notes: [
      `${
        n.toLocaleString("en-US")
      } generated ratings, ${shape.userWidth} + ${shape.movieWidth} inputs each, ` +
      `shuffled in windows of ${window.toLocaleString("en-US")}`,
    ],
  };
}

async function readThrough(examples: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of examples);
}
