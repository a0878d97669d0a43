/**
 * The training loop: epochs of steps, with early stopping, and a learning rate that falls with time and on plateaus.
 *
 * Validation examples are the newest ones, so "no better on validation" means "no better on what comes next". Tastes
 * and catalogues move, so the newest examples are also the ones that a model can least do without: once the number
 * of epochs is known, `refit()` trains from the start again on all of them.
 */
import { breathe } from "./breathe.ts";
import type { Trainer } from "./engine.ts";
import type { Examples } from "./examples.ts";
import type { Part } from "./evaluation/split.ts";
import type { Weights } from "./two_tower/towers.ts";

/** Examples between two breaths: far below a second on any engine. */
const EXAMPLES_PER_BREATH = 4096;

export interface Schedule {
  epochs: number;
  /** Adam's first rate; it falls linearly to 0 over all epochs. */
  learningRate: number;
  /** Epochs without a better validation RMSE after which training stops. */
  patience: number;
  /** Epochs without one after which the rate is multiplied by `plateauFactor`, on top of its fall. */
  plateauPatience: number;
  plateauFactor: number;
}

export interface TrainingOptions {
  schedule: Schedule;
  /** Training examples of one pass. */
  nExamples: number;
  signal: AbortSignal;
  /** Training examples stepped over in one mini-batch. */
  progress(examples: number): void;
}

export interface TrainingRun {
  weights: Weights;
  /** The best epoch, from which the weights are; 0: those that a warm start began with. */
  epoch: number;
  /** Epochs run. */
  epochs: number;
  /** √(mean squared error) in stars by part, at that epoch; NaN for an empty part. Train: measured while learning. */
  rmse: Record<Part, number>;
  /** What plateaus had left of the rate, by epoch from 1. */
  plateaus: number[];
}

type Pass = AsyncIterable<{ part: Part; examples: Examples }>;

/**
 * Trains over one `pass()` per epoch, at most `schedule.epochs`, and returns the best epoch's weights.
 *
 * With `isWarm` the weights are trained already: they are measured first, and kept if no epoch improves on them.
 */
export async function train(
  trainer: Trainer,
  pass: () => Pass,
  options: TrainingOptions & { isWarm: boolean },
): Promise<TrainingRun> {
  const { schedule } = options;
  const plateaus: number[] = [];
  let best: TrainingRun | null = null;
  let plateau = 1;
  let waited = 0;
  for (let epoch = options.isWarm ? 0 : 1; epoch <= schedule.epochs && waited < schedule.patience; epoch++) {
    if (epoch > 0) plateaus.push(plateau);
    const rmse = await runEpoch(trainer, pass(), { ...options, rate: rateOf(epoch, plateau, options) });
    if (best === null || judged(rmse) < judged(best.rmse)) {
      best = { weights: trainer.weights(), epoch, epochs: epoch, rmse, plateaus };
      waited = 0;
    } else if (++waited % schedule.plateauPatience === 0) plateau *= schedule.plateauFactor;
    best.epochs = epoch;
  }
  if (best === null) throw new RangeError(`Cannot train for ${schedule.epochs} epochs: at least 1 is needed`);
  return best;
}

/**
 * Trains from the start again for as many epochs as were best in `run`, over a `pass()` that trains on everything.
 *
 * The rate falls to 0 over just these epochs: weights at a high rate are noisy (validation chose among such).
 */
export async function refit(
  trainer: Trainer,
  pass: () => Pass,
  options: TrainingOptions & { run: TrainingRun },
): Promise<Weights> {
  const { run } = options;
  const schedule = { ...options.schedule, epochs: run.epoch };
  for (let epoch = 1; epoch <= run.epoch; epoch++) {
    const rate = rateOf(epoch, run.plateaus[epoch - 1], { ...options, schedule });
    await runEpoch(trainer, pass(), { ...options, rate });
  }
  return trainer.weights();
}

/** What early stopping looks at: validation, or training where there is no validation example. */
function judged(rmse: Record<Part, number>): number {
  return Number.isNaN(rmse.validation) ? rmse.train : rmse.validation;
}

/** The rate after `done` examples of `epoch` (from 1); null in epoch 0, which measures only. */
function rateOf(epoch: number, plateau: number, { schedule, nExamples }: TrainingOptions) {
  if (epoch === 0) return null;
  const { learningRate, epochs } = schedule;
  return (done: number) => learningRate * plateau * (1 - (epoch - 1 + done / nExamples) / epochs);
}

interface EpochOptions extends TrainingOptions {
  rate: ((done: number) => number) | null;
}

/** One pass: steps on train (none without a rate), predictions on the rest; returns the RMSE of each part. */
async function runEpoch(trainer: Trainer, pass: Pass, options: EpochOptions): Promise<Record<Part, number>> {
  const { rate, signal, progress } = options;
  const squares = { train: 0, validation: 0, test: 0 };
  const counts = { train: 0, validation: 0, test: 0 };
  let sinceBreath = 0;
  for await (const { part, examples } of pass) {
    if (part === "train" && rate !== null) {
      squares.train += await trainer.step(examples, rate(counts.train));
      progress(examples.length);
    } else squares[part] += squaredError(await trainer.predict(examples), examples);
    counts[part] += examples.length;
    sinceBreath += examples.length;
    if (sinceBreath < EXAMPLES_PER_BREATH) continue;
    sinceBreath = 0;
    await breathe(signal);
  }
  const rmse = (part: Part) => Math.sqrt(squares[part] / counts[part]);
  return { train: rmse("train"), validation: rmse("validation"), test: rmse("test") };
}

function squaredError(predicted: Float32Array, { ratings }: Examples): number {
  return predicted.reduce((sum, value, i) => sum + (value - ratings[i]) ** 2, 0);
}
