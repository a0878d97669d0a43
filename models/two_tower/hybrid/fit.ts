/** Fits the hybrid: from scratch, or warm from an earlier artifact, whose vocabularies grow. */
import { breathe } from "../../breathe.ts";
import { type Dataset, passThrough, survey } from "../../dataset.ts";
import type { FeatureState } from "../../feature_state.ts";
import { type ContentFeatures, createFeatures, type FeatureShape, fitYears } from "../../features.ts";
import type { IdIndex } from "../../id_index.ts";
import { openKernels } from "../../kernels/kernels.ts";
import { openPool } from "../../kernels/pool.ts";
import type { FitOptions, Fitted } from "../../model.ts";
import { createRng, type Rng } from "../../rng.ts";
import type { HybridConfig } from "./config.ts";
import { inputMoments } from "./input_moments.ts";
import { createLine } from "./line.ts";
import { createHybrid, type Hybrid, openHybrid } from "./scorer.ts";
import type { Batch } from "./batch.ts";
import { createHybridStep, type HybridStep, SHARD } from "./step.ts";
import { grownTo, type HybridWeights, initialWeights, packHybrid } from "./weights.ts";
import { createHybridWindow } from "./window.ts";

/** Examples below which a fit would be noise. */
const FEWEST_EXAMPLES = 100;
const EXAMPLES_PER_BREATH = 8_192;

export async function fitHybrid(
  dataset: Dataset,
  config: HybridConfig,
  options: FitOptions,
): Promise<Fitted> {
  const { n, end } = await survey(dataset, options.signal);
  if (n < FEWEST_EXAMPLES) {
    throw new RangeError(
      `Cannot train "two_tower" as at least ${FEWEST_EXAMPLES} examples are needed: found ${n}`,
    );
  }
  const rng = createRng(options.seed);
  const warm = options.warmFrom && openHybrid(options.warmFrom);
  const shape: FeatureShape = warm?.shape ??
    { preset: "deviations", n_genres: dataset.catalogue.nGenres, ...fitYears(dataset.catalogue) };
  const features = createFeatures(shape);
  const before = warm
    ? warmWeights(warm, dataset, rng)
    : await newWeights(dataset, { config, features, rng, options });
  const run: Run = { dataset, config, features, before, n, end, rng, isWarm: warm !== undefined, options };
  const { weights, line, report, engine } = await train(run);
  const fitted = createHybrid({ shape, weights, rule: config, line });
  return {
    scorer: fitted,
    artifact: packHybrid({ model: "two_tower", config, features: shape, line: { ...line }, engine }, weights),
    report: { examples: n, ...report, engine },
    end,
  };
}

interface Run {
  dataset: Dataset;
  config: HybridConfig;
  features: ContentFeatures;
  before: HybridWeights;
  /** Examples of one pass. */
  n: number;
  /** The sums after the last rating. */
  end: FeatureState;
  rng: Rng;
  isWarm: boolean;
  options: FitOptions;
}

async function train(run: Run) {
  const { config, features, before, n, isWarm, options } = run;
  const { cache = null, workers = navigator.hardwareConcurrency, simd = "relaxed" } = options.compute ?? {};
  const kernels = await openKernels({ cache, simd }, options.log);
  using pool = openPool(kernels, workers);
  using step = createHybridStep(pool, before, {
    batchSize: config.batch_size,
    widths: { user: features.userWidth, movie: features.movieWidth },
    extra: SHARD,
    dropout: config.dropout,
    decay: { retrieval: config.retrieval_decay, rating: config.rating_decay },
    seed: options.seed,
  });
  const affordable = Math.max(1, Math.floor(config.max_examples / n));
  const epochs = Math.min(isWarm ? config.warm_epochs : config.epochs, affordable);
  const ratingEpochs = Math.min(isWarm ? epochs : config.rating_epochs, epochs);
  const report: Record<string, number> = { epochs };
  const rateAt = (done: number) => {
    const [first, second] = isWarm
      ? [config.warm_learning_rate, config.warm_learning_rate]
      : [config.learning_rate, config.rating_learning_rate];
    const left = (total: number) => Math.max(0, 1 - done / (total * n));
    return { retrieval: first * left(epochs), rating: second * left(ratingEpochs) };
  };
  let done = 0;
  let line = createLine();
  for (let epoch = 1; epoch <= epochs; epoch++) {
    let [squares, crossEntropy, positives] = [0, 0, 0];
    line = createLine();
    for await (const { examples } of examplesOf(run, step)) {
      const losses = step.step(rateAt(done));
      line.add(step.dots, examples);
      squares += losses.squares;
      crossEntropy += losses.crossEntropy;
      positives += examples.weight;
      const isBreath = Math.floor(done / EXAMPLES_PER_BREATH) !==
        Math.floor((done + examples.length) / EXAMPLES_PER_BREATH);
      done += examples.length;
      options.progress(done, epochs * n);
      if (isBreath) await breathe(options.signal);
    }
    if (epoch === 1) report.first_rmse = Math.sqrt(squares / n);
    if (epoch <= ratingEpochs) report.train_rmse = Math.sqrt(squares / n);
    report.train_cross_entropy = positives === 0 ? 0 : crossEntropy / positives;
  }
  return { weights: step.weights(), line: line.fit(), report, engine: kernels.name };
}

/** One pass in training batches. */
function examplesOf({ dataset, config, features, before, n, end, rng, options }: Run, step: HybridStep) {
  const rows = {
    users: rowsOf(dataset.users, before.users.ids),
    movies: rowsOf(dataset.catalogue.movies, before.movies.ids),
  };
  const logQ = logQOf(end, { rows: rows.movies, nRows: before.movies.ids.size, extra: step.batch.extra });
  return passThrough<Batch>(
    dataset,
    { parts: { train: n, validation: n, n }, signal: options.signal },
    (start) =>
      createHybridWindow({
        features,
        moments: { user: before.user, movie: before.movie },
        rule: config,
        capacity: Math.min(config.window, n),
        batch: step.batch,
        rows,
        logQ,
        positive: config.positive,
        idDropout: config.id_dropout,
        gap: config.gap,
        rng,
      }, start),
  );
}

/** Row by position; -1: none. */
function rowsOf({ ids }: Pick<IdIndex, "ids">, known: IdIndex): Int32Array {
  return Int32Array.from(ids, (id) => known.get(id) ?? -1);
}

/** ln of how often a movie is expected among a shard's candidates: its share of the ratings, and the uniform draws. */
export function logQOf(
  { movieCounts, nRatings, catalogue }: FeatureState,
  { rows, nRows, extra }: { rows: Int32Array; nRows: number; extra: number },
): Float32Array {
  const logQ = new Float32Array(nRows);
  rows.forEach((row, movie) =>
    logQ[row] = Math.log(SHARD * movieCounts[movie] / Math.max(1, nRatings) + extra / catalogue.movies.size)
  );
  return logQ;
}

async function newWeights(
  dataset: Dataset,
  { config, features, rng, options }: {
    config: HybridConfig;
    features: ContentFeatures;
    rng: Rng;
    options: FitOptions;
  },
): Promise<HybridWeights> {
  const moments = await inputMoments(dataset, features, options.signal);
  return initialWeights({
    ...moments,
    ids: { users: dataset.users.ids, movies: dataset.catalogue.movies.ids },
    hidden: config.hidden,
    split: config.retrieval_dimension,
    width: config.retrieval_dimension + config.rating_dimension,
  }, rng);
}

function warmWeights({ weights }: Hybrid, { users, catalogue }: Dataset, rng: Rng): HybridWeights {
  return grownTo(weights, { users: users.ids, movies: catalogue.movies.ids }, rng);
}
