/** Fits preset `content` of the two-tower model: from scratch, or warm from an earlier artifact. */
import { packWeights } from "./_weights.ts";
import { type Dataset, pass, type PassOptions, survey } from "../dataset.ts";
import { type Engine, openEngine } from "../engine.ts";
import { createFeatures, fitYears } from "../features.ts";
import { inputMoments } from "./input_moments.ts";
import type { FitOptions, Fitted } from "../model.ts";
import { createRng } from "../rng.ts";
import { splitByOrder } from "../evaluation/split.ts";
import { initialTower, type Weights } from "./towers.ts";
import { refit, type Schedule, train, type TrainingRun } from "../training.ts";
import { type ContentConfig, createTwoTower, openTwoTower } from "./two_tower.ts";

/** Examples below which a fit would be noise. */
const FEWEST_EXAMPLES = 100;

export async function fitContent(
  dataset: Dataset,
  config: ContentConfig,
  options: FitOptions,
): Promise<Fitted> {
  const { n, end } = await survey(dataset, options.signal);
  if (n < FEWEST_EXAMPLES) {
    throw new RangeError(
      `Cannot train "two_tower" as at least ${FEWEST_EXAMPLES} examples are needed: found ${n}`,
    );
  }
  const warm = options.warmFrom && openTwoTower(options.warmFrom);
  const shape = warm?.features ??
    { preset: config.features, n_genres: dataset.catalogue.nGenres, ...fitYears(dataset.catalogue) };
  const passing: PassOptions = {
    features: createFeatures(shape),
    parts: splitByOrder(n, { validation: config.validation_share, test: config.test_share }),
    batchSize: config.batch_size,
    window: config.window,
    rng: createRng(options.seed),
    signal: options.signal,
  };
  const initial = warm?.weights ?? await initialWeights(dataset, config, passing);
  const engine = await openEngine(config.engine, options.log);
  const run = await chooseAndRefit(engine, {
    initial,
    isWarm: warm !== undefined,
    dataset,
    config,
    passing,
    options,
  });
  return {
    scorer: createTwoTower(shape, run.weights),
    artifact: packWeights({ model: "two_tower", config, features: shape, engine: engine.name }, run.weights),
    report: { examples: n, ...reportOf(run), engine: engine.name },
    end,
  };
}

interface Training {
  initial: Weights;
  isWarm: boolean;
  dataset: Dataset;
  config: ContentConfig;
  passing: PassOptions;
  options: FitOptions;
}

/** Finds the number of epochs by early stopping, then (if so configured) trains that long on every example. */
async function chooseAndRefit(engine: Engine, training: Training): Promise<TrainingRun> {
  const { initial, isWarm, dataset, config, passing, options } = training;
  const { train: nExamples, n } = passing.parts;
  const schedule = scheduleOf(config, { isWarm, nExamples });
  const total = schedule.epochs * (nExamples + (config.refit ? n : 0));
  let done = 0;
  const progress = (examples: number) => options.progress(done += examples, total);
  const common = { schedule, signal: options.signal, progress };
  using trainer = engine.train(initial);
  const run = await train(trainer, () => pass(dataset, passing), { ...common, nExamples, isWarm });
  if (!config.refit || nExamples === n) return run;
  using again = engine.train(initial);
  const everything = { ...passing, parts: splitByOrder(n, { validation: 0, test: 0 }) };
  const weights = await refit(again, () => pass(dataset, everything), { ...common, nExamples: n, run });
  return { ...run, weights };
}

function scheduleOf(
  config: ContentConfig,
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

async function initialWeights(
  dataset: Dataset,
  config: ContentConfig,
  passing: PassOptions,
): Promise<Weights> {
  const { user, movie } = await inputMoments(dataset, passing);
  const units = [...config.hidden, config.dimension];
  return {
    user: initialTower(user, units, passing.rng),
    movie: initialTower(movie, units, passing.rng),
    logScale: 0,
    offset: 0,
  };
}

function reportOf({ epoch, epochs, rmse }: TrainingRun): Fitted["report"] {
  return {
    epochs,
    best_epoch: epoch,
    train_rmse: rmse.train,
    validation_rmse: rmse.validation,
    test_rmse: rmse.test,
  };
}
