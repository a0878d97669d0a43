/** Fits a ranker: its two-tower first, then the network over the vectors that this gives each example's moment. */
import { z } from "zod";
import { type Dataset, pass, type PassOptions, survey } from "../dataset.ts";
import { type FeatureShape, fitYears } from "../features.ts";
import { openKernels } from "../kernels/kernels.ts";
import { openPool } from "../kernels/pool.ts";
import { defineModel, type FitOptions, type Fitted } from "../model.ts";
import { createRng, hash32 } from "../rng.ts";
import { splitByOrder } from "../evaluation/split.ts";
import { type Schedule, train } from "../training.ts";
import { twoTower } from "../two_tower/presets.ts";
import { createLearner } from "./learner.ts";
import { initialRanker, type RankerNetwork } from "./network.ts";
import {
  createRanker,
  openRanker,
  type RankerConfig,
  rankerConfig,
  rankerFeatures,
  TOWERS,
} from "./ranker.ts";
import { packNetwork } from "./_weights.ts";

/** Examples below which a fit would be noise. */
const FEWEST_EXAMPLES = 100;

export const ranker = defineModel({ config: rankerConfig, fit, open: openRanker });

async function fit(dataset: Dataset, config: RankerConfig, options: FitOptions): Promise<Fitted> {
  const { n, end } = await survey(dataset, options.signal);
  if (n < FEWEST_EXAMPLES) {
    throw new RangeError(
      `Cannot train "ranker" as at least ${FEWEST_EXAMPLES} examples are needed: found ${n}`,
    );
  }
  const seed = hash32(options.seed, 1);
  const towers = await twoTower.fit(dataset, config.towers, { ...options, seed, warmFrom: undefined });
  const content: FeatureShape | null = config.content
    ? { preset: "deviations", n_genres: dataset.catalogue.nGenres, ...fitYears(dataset.catalogue) }
    : null;
  const passing: PassOptions = {
    features: rankerFeatures(towers.scorer, content),
    parts: splitByOrder(n, { validation: config.validation_share, test: 0 }),
    batchSize: config.batch_size,
    window: config.window,
    rng: createRng(options.seed),
    signal: options.signal,
  };
  const run = await trainNetwork(dataset, passing, { config, options, middle: end.mean });
  const { layers, arrays } = packNetwork(run.weights);
  const own = Object.entries(towers.artifact.arrays).map(([name, array]) => [TOWERS + name, array]);
  return {
    scorer: createRanker({ towers: towers.scorer, content, network: run.weights }),
    artifact: {
      header: {
        model: "ranker",
        config: z.json().parse(config),
        content,
        layers,
        towers: towers.artifact.header,
      },
      arrays: { ...arrays, ...Object.fromEntries(own) },
    },
    report: {
      examples: n,
      epochs: run.epochs,
      best_epoch: run.epoch,
      train_rmse: Math.sqrt(run.loss.train),
      validation_rmse: Math.sqrt(run.loss.validation),
    },
    end,
  };
}

interface NetworkOptions {
  config: RankerConfig;
  options: FitOptions;
  middle: number;
}

async function trainNetwork(
  dataset: Dataset,
  passing: PassOptions,
  { config, options, middle }: NetworkOptions,
) {
  const { features: { userWidth, movieWidth }, parts } = passing;
  const shape = { inputs: userWidth + movieWidth, hidden: hiddenOf(config), middle };
  const initial: RankerNetwork = initialRanker(shape, passing.rng);
  const { cache = null, workers = navigator.hardwareConcurrency, simd = "relaxed" } = options.compute ?? {};
  using pool = openPool(await openKernels({ cache, simd }, options.log), workers);
  using learner = createLearner(initial, { pool, capacity: config.batch_size, seed: options.seed });
  const schedule: Schedule = {
    epochs: Math.min(config.epochs, Math.max(1, Math.floor(config.max_examples / parts.train))),
    learningRate: config.learning_rate,
    fallsOnPlateausOnly: true,
    patience: config.patience,
    plateauPatience: config.plateau_patience,
    plateauFactor: config.plateau_factor,
  };
  const total = schedule.epochs * parts.train;
  let done = 0;
  return await train(learner, () => pass(dataset, passing), {
    schedule,
    head: "dot",
    nExamples: parts.train,
    isWarm: false,
    signal: options.signal,
    progress: (examples) => options.progress(done += examples, total),
  });
}

/** All but the last layer are normalised. */
function hiddenOf({ hidden, dropout }: RankerConfig) {
  return hidden.map((units, l) => ({ units, dropout: dropout[l] ?? 0, isNormalised: l < hidden.length - 1 }));
}
