/** What training costs: the kernels beside Keras 3 in the same run, and an epoch with its data pipeline. */
import { type Dataset, pass } from "../../models/dataset.ts";
import { openEngine } from "../../models/engine.ts";
import { createFeatures, fitYears } from "../../models/features.ts";
import type { Compute } from "../../models/model.ts";
import { inputMoments } from "../../models/two_tower/input_moments.ts";
import { createRng } from "../../models/rng.ts";
import { splitByOrder } from "../../models/evaluation/split.ts";
import { initialTower, type Tower } from "../../models/two_tower/towers.ts";
import { contentConfig } from "../../models/two_tower/content.ts";
import { type BenchmarkOptions, type Figure, type Report, startClock } from "./benchmark.ts";
import { secondsPerGigaflop } from "./_calibration.ts";
import { type KerasCase, openKeras, type Trained, trainKeras } from "./_keras.ts";
import { sampleRatings } from "./_sample.ts";
import { BATCH, trainRanker, trainTowers } from "./_training.ts";

/** Ratings that go through the pipeline, once. */
const RATINGS = 200_000;

interface Case {
  name: string;
  train(compute: Compute): Promise<Trained>;
  /** What stands beside it. */
  beside: Partial<Record<KerasCase, string>>;
}

const CASES: readonly Case[] = [
  {
    name: "content",
    train: (compute) => trainTowers(compute, { hasIds: false, steps: 150 }),
    beside: { content: "Keras" },
  },
  {
    name: "IDs",
    train: (compute) => trainTowers(compute, { hasIds: true, steps: 60 }),
    beside: { ids: "Keras, stock Adam", lazy: "TensorFlow, lazy Adam" },
  },
  { name: "ranker", train: (compute) => trainRanker(compute, 25), beside: { ranker: "Keras" } },
];

const NETWORKS =
  "content: 20 and 22 inputs → 64 → 32, dot product; IDs: a vector of 32 for each of 200,948 users and 87,585 movies " +
  "before them; ranker: 128 → 256 → 128 → 64 → 1, batch normalisation, dropout .3 .2 .1";

export async function training({ ratings: n = RATINGS }: BenchmarkOptions): Promise<Report> {
  const workers = navigator.hardwareConcurrency;
  const keras = await openKeras();
  const notes = [`batches of ${BATCH} on ${workers} threads; ${NETWORKS}`];
  if (keras.python === null) {
    notes.push(
      `Keras is left out: ${keras.why}. Next: install python3 with venv, or set MATINEE_KERAS_PYTHON`,
    );
  }
  const figures: Figure[] = [];
  for (const { name, train, beside } of CASES) {
    const names = keras.python === null ? [] : Object.entries(beside) as [KerasCase, string][];
    const peers: [string, Trained][] = [];
    for (const [peer, title] of names) peers.push([title, await trainKeras(keras.python!, peer)]);
    figures.push(...peers.flatMap(([title, trained]) => absolutes(`${name}, ${title}`, trained)));
    for (const simd of ["relaxed", "portable"] as const) {
      const ours = await train({ cache: ".matinee/bench", workers, simd });
      figures.push(...absolutes(`${name}, ${simd}`, ours), ...ratios(`${name}, ${simd}`, ours, peers));
    }
  }
  figures.push(...await withPipeline(n));
  return { figures, notes };
}

function absolutes(name: string, { examplesPerSecond, cpuPerMillion }: Trained): Figure[] {
  return [
    { name, value: examplesPerSecond, unit: "examples/s" },
    { name, value: cpuPerMillion, unit: "CPU s / 1M examples" },
  ];
}

function ratios(name: string, ours: Trained, peers: [string, Trained][]): Figure[] {
  const rate = ({ cpuPerMillion }: Trained) => 1e6 / cpuPerMillion;
  return peers.map(([title, theirs]) => (
    { name, value: rate(ours), unit: "examples / CPU s", beside: { name: title, value: rate(theirs) } }
  ));
}

/** One epoch over the generated sample: features as of each rating's moment, shuffled windows, steps. */
async function withPipeline(n: number): Promise<Figure[]> {
  const { catalogue, users, ratings } = await sampleRatings(n);
  const { batch_size: batchSize, window, hidden, dimension } = contentConfig.parse({ preset: "content" });
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
  const plain = await secondsPerGigaflop() * (flopsOf(user) + flopsOf(movie)) / 1e9;
  using engine = await openEngine("kernels", { log() {} });
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
