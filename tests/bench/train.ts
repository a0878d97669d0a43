/** What training costs: the engine on one mini-batch again and again, and with the data pipeline before it. */
import { type Dataset, pass } from "../../models/dataset.ts";
import { type Engine, openEngine } from "../../models/engine.ts";
import type { Examples } from "../../models/examples.ts";
import { createFeatures, fitYears } from "../../models/features.ts";
import { inputMoments } from "../../models/two_tower/input_moments.ts";
import { createRng, type Rng } from "../../models/rng.ts";
import { splitByOrder } from "../../models/evaluation/split.ts";
import { initialTower, type Tower, type Weights } from "../../models/two_tower/towers.ts";
import { contentConfig } from "../../models/two_tower/content.ts";
import { type BenchmarkOptions, type Figure, repeat, type Report, startClock } from "./benchmark.ts";
import { secondsPerGigaflop } from "./_calibration.ts";
import { sampleRatings } from "./_sample.ts";

const BATCH_SIZES = [512, 4_096];
const SECONDS = 4;
const WARM_UP_SECONDS = 1;
/** As many as MovieLens has. */
const N_GENRES = 20;

/** Ratings that go through the pipeline, once. */
const RATINGS = 200_000;

export async function training({ ratings: n = RATINGS }: BenchmarkOptions): Promise<Report> {
  const rng = createRng(1);
  const { hidden, dimension } = contentConfig.parse({});
  const shape = createFeatures({
    preset: "deviations",
    n_genres: N_GENRES,
    year_mean: 1990,
    year_deviation: 20,
  });
  const tower = (width: number) => {
    const moments = { mean: new Float32Array(width), scale: new Float32Array(width).fill(1) };
    return initialTower(moments, { units: [...hidden, dimension] }, rng);
  };
  const weights: Weights = {
    user: tower(shape.userWidth),
    movie: tower(shape.movieWidth),
    head: "line",
    logScale: 0,
    offset: 0,
  };
  using engine = await openEngine("kernels", {
    log: (line) => Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`)),
  });
  const flops = flopsOf(weights.user) + flopsOf(weights.movie);
  const plain = await secondsPerGigaflop() * flops / 1e9;
  const figures: Figure[] = [];
  for (const size of BATCH_SIZES) {
    const examples = randomExamples(size, { widths: [shape.userWidth, shape.movieWidth], rng });
    using trainer = engine.train(weights);
    await repeat(() => trainer.step(examples, 1e-3), WARM_UP_SECONDS);
    const clock = startClock();
    const n = size * await repeat(() => trainer.step(examples, 1e-3), SECONDS);
    const { seconds, cpuSeconds } = clock();
    figures.push({ name: `batch ${size}`, value: n / seconds, unit: "examples/s" }, {
      name: `batch ${size}`,
      value: cpuSeconds / n * 1e6,
      unit: "CPU s / 1M examples",
      beside: { name: "as many operations in plain products", value: plain * 1e6 },
    });
  }
  figures.push(...await withPipeline(engine, n, plain));
  figures.push({ name: "plain products alone", value: flops / plain / 1e9, unit: "GFLOP/s" });
  return {
    figures,
    notes: [
      `${engine.name}, ${shape.userWidth} and ${shape.movieWidth} inputs → ${
        [...hidden, dimension].join(" → ")
      }, ` +
      `${Math.round(flops / 1e3)} thousand operations an example`,
    ],
  };
}

/** One epoch over the generated sample: features as of each rating's moment, shuffled windows, steps. */
async function withPipeline(engine: Engine, n: number, plain: number): Promise<Figure[]> {
  const { catalogue, users, ratings } = await sampleRatings(n);
  const { batch_size: batchSize, window, hidden, dimension } = contentConfig.parse({});
  const rng = createRng(1);
  const shape = createFeatures({ preset: "deviations", n_genres: catalogue.nGenres, ...fitYears(catalogue) });
  const dataset: Dataset = { catalogue, users, ratings: () => [ratings] };
  const parts = splitByOrder(n, { validation: 0, test: 0 });
  const options = { features: shape, parts, batchSize, window, rng, signal: new AbortController().signal };
  const moments = await inputMoments(dataset, options);
  const units = [...hidden, dimension];
  const [user, movie] = [
    initialTower(moments.user, { units }, rng),
    initialTower(moments.movie, { units }, rng),
  ];
  using trainer = engine.train({ user, movie, head: "line", logScale: 0, offset: 0 });
  const clock = startClock();
  for await (const { examples } of pass(dataset, options)) await trainer.step(examples, 1e-3);
  const { seconds, cpuSeconds } = clock();
  const name = `an epoch with its data, batch ${batchSize}`;
  return [{ name, value: n / seconds, unit: "examples/s" }, {
    name,
    value: cpuSeconds / n * 1e6,
    unit: "CPU s / 1M examples",
    beside: { name: "as many operations in plain products", value: plain * 1e6 },
  }];
}

/** Operations of one example's step: forward, gradients of kernels, and of inputs but for the first layer. */
function flopsOf({ layers }: Tower): number {
  return layers.reduce((sum, { inputs, units }, l) => sum + (l === 0 ? 4 : 6) * inputs * units, 0);
}

function randomExamples(
  length: number,
  { widths: [user, movie], rng }: { widths: [number, number]; rng: Rng },
): Examples {
  const random = (n: number) => Float32Array.from({ length: n }, () => 2 * rng.uniform() - 1);
  return {
    length,
    user: random(length * user),
    movie: random(length * movie),
    means: new Float32Array(length).fill(3.5),
    ratings: Float32Array.from({ length }, () => (1 + rng.below(10)) / 2),
  };
}
