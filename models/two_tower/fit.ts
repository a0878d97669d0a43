/** Fits two towers, whatever the preset: from scratch, or on from earlier weights. */
import { packWeights } from "./_weights.ts";
import type { Container, Json, TypedArray } from "../container.ts";
import { type Dataset, pass, type PassOptions } from "../dataset.ts";
import { type Engine, openEngine } from "../engine.ts";
import type { Features } from "../features.ts";
import { inputMoments } from "./input_moments.ts";
import type { FitOptions, Fitted } from "../model.ts";
import { createRng } from "../rng.ts";
import { splitByOrder } from "../evaluation/split.ts";
import type { TrainingConfig } from "./config.ts";
import { calibrate } from "./calibration.ts";
import type { Head } from "./heads.ts";
import { createTowers } from "./scorer.ts";
import { asTheyAre, initialTower, type TowerShape, type Weights } from "./towers.ts";
import { refit, type Schedule, train, type TrainingRun } from "../training.ts";

/** Examples below which a fit would be noise. */
export const FEWEST_EXAMPLES = 100;

/** What a preset decides. */
export interface TowerPlan {
  config: TrainingConfig & { preset: string };
  features: Features;
  head: Head;
  user: TowerShape;
  movie: TowerShape;
  /** Numbers are normalised by the training examples, or taken as they are. */
  isNormalised: boolean;
  /** Weights to go on from; without them the fit starts from scratch. */
  warm?: Weights;
  /** What the artifact keeps of the features. */
  header: { [key: string]: Json };
  arrays?: { [name: string]: TypedArray };
}

/** What `survey()` found, of a data set that is large enough. */
export type Surveyed = Pick<Fitted, "end"> & { n: number };

/** Trains the towers of `plan`. @throws {RangeError} when there is too little to learn from. */
export async function fitTowers(
  dataset: Dataset,
  plan: TowerPlan,
  { n, end, ...options }: FitOptions & Surveyed,
): Promise<Fitted> {
  if (n < FEWEST_EXAMPLES) {
    throw new RangeError(
      `Cannot train "two_tower" as at least ${FEWEST_EXAMPLES} examples are needed: found ${n}`,
    );
  }
  const { config, features, head } = plan;
  const passing: PassOptions = {
    features,
    parts: splitByOrder(n, { validation: config.validation_share, test: config.test_share }),
    batchSize: config.batch_size,
    window: config.window,
    rng: createRng(options.seed),
    signal: options.signal,
  };
  const initial = plan.warm ?? await initialWeights(dataset, plan, passing);
  using engine = await openEngine(config.engine, options);
  const { run, calibration } = await chooseAndRefit(engine, { initial, dataset, plan, passing, options });
  const header: Container["header"] = { model: "two_tower", config, ...plan.header, engine: engine.name };
  if (calibration) header.calibration = { ...calibration };
  const { header: packed, arrays } = packWeights(header, run.weights);
  return {
    scorer: createTowers({ features, weights: run.weights, calibration }),
    artifact: { header: packed, arrays: { ...arrays, ...plan.arrays } },
    report: { examples: n, ...reportOf(run, head), engine: engine.name },
    end,
  };
}

interface Training {
  initial: Weights;
  dataset: Dataset;
  plan: TowerPlan;
  passing: PassOptions;
  options: FitOptions;
}

/** Finds the number of epochs by early stopping, then (if so configured) trains that long on every example. */
async function chooseAndRefit(engine: Engine, training: Training) {
  const { initial, dataset, plan, passing, options } = training;
  const { config, head } = plan;
  const isWarm = plan.warm !== undefined;
  const { train: nExamples, n } = passing.parts;
  const schedule = scheduleOf(config, { isWarm, nExamples });
  const total = schedule.epochs * (nExamples + (config.refit ? n : 0));
  let done = 0;
  const progress = (examples: number) => options.progress(done += examples, total);
  const common = { schedule, head, signal: options.signal, progress };
  using trainer = engine.train(initial, options.seed);
  const run = await train(trainer, () => pass(dataset, passing), { ...common, nExamples, isWarm });
  const calibration = head === "logistic"
    ? await calibrate(engine, run.weights, () => pass(dataset, passing))
    : undefined;
  if (!config.refit || nExamples === n) return { run, calibration };
  using again = engine.train(initial, options.seed);
  const everything = { ...passing, parts: splitByOrder(n, { validation: 0, test: 0 }) };
  const weights = await refit(again, () => pass(dataset, everything), { ...common, nExamples: n, run });
  return { run: { ...run, weights }, calibration };
}

function scheduleOf(
  config: TrainingConfig,
  { isWarm, nExamples }: { isWarm: boolean; nExamples: number },
): Schedule {
  const affordable = Math.max(1, Math.floor(config.max_examples / nExamples));
  return {
    epochs: Math.min(isWarm ? config.warm_epochs : config.epochs, affordable),
    learningRate: isWarm ? config.warm_learning_rate : config.learning_rate,
    patience: config.patience,
    plateauPatience: config.plateau_patience,
    plateauFactor: config.plateau_factor,
  };
}

async function initialWeights(dataset: Dataset, plan: TowerPlan, passing: PassOptions): Promise<Weights> {
  const { features, head } = plan;
  const nNumbers = (width: number, { tables = [] }: TowerShape) => width - tables.length;
  const moments = plan.isNormalised ? await inputMoments(dataset, passing) : {
    user: asTheyAre(nNumbers(features.userWidth, plan.user)),
    movie: asTheyAre(nNumbers(features.movieWidth, plan.movie)),
  };
  const user = initialTower(moments.user, plan.user, passing.rng);
  const movie = initialTower(moments.movie, plan.movie, passing.rng);
  return { user, movie, head, logScale: 0, offset: 0 };
}

/** Losses in stars where they are squared errors of stars. */
function reportOf({ epoch, epochs, loss }: TrainingRun<Weights>, head: Head): Fitted["report"] {
  const isStars = head === "line" || head === "dot";
  const losses = Object.entries(loss).map(([part, mean]) =>
    isStars ? [`${part}_rmse`, Math.sqrt(mean)] : [`${part}_loss`, mean]
  );
  return { epochs, best_epoch: epoch, ...Object.fromEntries(losses) };
}
