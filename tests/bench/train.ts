/** What training costs: the kernels beside Keras 3 in the same run, and an epoch with its data pipeline. */
import type { Compute } from "../../models/model.ts";
import type { BenchmarkOptions, Figure, Report } from "./benchmark.ts";
import { epochs } from "./_epoch.ts";
import { type KerasCase, openKeras, type Trained, trainKeras } from "./_keras.ts";
import { BATCH, trainRanker, trainTowers } from "./_training.ts";

/** Ratings that go through the pipeline, once. */
const RATINGS = 1_000_000;

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
  const { figures: more, usages } = await epochs(n);
  notes.push(
    `an epoch with its data: the whole fit over ${n} ratings of the generated sample, read from a file in chunks: counting, normalisation, features as of each rating, shuffling, steps`,
  );
  return { figures: [...figures, ...more], notes, usages };
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
