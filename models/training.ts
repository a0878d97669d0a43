/**
 * The training loop: epochs of steps, with early stopping, and a learning rate that falls with time and on plateaus.
 *
 * Validation examples are the newest ones, so "no better on validation" means "no better on what comes next". Tastes
 * and catalogues move, so the newest examples are also the ones that a model can least do without: once the number
 * of epochs is known, `refit()` trains from the start again on all of them.
 */
import { breathe } from "./breathe.ts";
import type { Learner } from "./engine.ts";
import type { Examples } from "./examples.ts";
import type { Part } from "./evaluation/split.ts";
import { costOf, type Head } from "./two_tower/heads.ts";

/** Examples between two breaths: far below a second on any engine. */
const EXAMPLES_PER_BREATH = 4096;

export interface Schedule {
  epochs: number;
  /** Adam's first rate; it falls linearly to 0 over all epochs, unless it falls on plateaus alone. */
  learningRate: number;
  fallsOnPlateausOnly?: boolean;
  /** Epochs without a better validation loss after which training stops. */
  patience: number;
  /** Epochs without one after which the rate is multiplied by `plateauFactor`, on top of its fall. */
  plateauPatience: number;
  plateauFactor: number;
}

export interface TrainingOptions {
  schedule: Schedule;
  head: Head;
  /** Training examples of one pass. */
  nExamples: number;
  signal: AbortSignal;
  /** Training examples stepped over in one mini-batch. */
  progress(examples: number): void;
}

export interface TrainingRun<W> {
  weights: W;
  /** The best epoch, from which the weights are; 0: those that a warm start began with. */
  epoch: number;
  /** Epochs run. */
  epochs: number;
  /** The head's mean cost by part, at that epoch; NaN for an empty part. Train: measured while learning. */
  loss: Record<Part, number>;
  /** What plateaus had left of the rate, by epoch from 1. */
  plateaus: number[];
}

type Pass = AsyncIterable<{ part: Part; examples: Examples }>;

/**
 * Trains over one `pass()` per epoch, at most `schedule.epochs`, and returns the best epoch's weights.
 *
 * With `isWarm` the weights are trained already: they are measured first, and kept if no epoch improves on them.
 */
export async function train<W>(
  trainer: Learner<W>,
  pass: () => Pass,
  options: TrainingOptions & { isWarm: boolean },
): Promise<TrainingRun<W>> {
  const { schedule } = options;
  const plateaus: number[] = [];
  let best: TrainingRun<W> | null = null;
  let plateau = 1;
  let waited = 0;
  for (let epoch = options.isWarm ? 0 : 1; epoch <= schedule.epochs && waited < schedule.patience; epoch++) {
    if (epoch > 0) plateaus.push(plateau);
    const loss = await runEpoch(trainer, pass(), { ...options, rate: rateOf(epoch, plateau, options) });
    if (best === null || judged(loss) < judged(best.loss)) {
      best = { weights: trainer.weights(), epoch, epochs: epoch, loss, plateaus };
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
export async function refit<W>(
  trainer: Learner<W>,
  pass: () => Pass,
  options: TrainingOptions & { run: TrainingRun<W> },
): Promise<W> {
  const { run } = options;
  const schedule = { ...options.schedule, epochs: run.epoch };
  for (let epoch = 1; epoch <= run.epoch; epoch++) {
    const rate = rateOf(epoch, run.plateaus[epoch - 1], { ...options, schedule });
    await runEpoch(trainer, pass(), { ...options, rate });
  }
  return trainer.weights();
}

/** What early stopping looks at: validation, or training where there is no validation example. */
function judged(loss: Record<Part, number>): number {
  return Number.isNaN(loss.validation) ? loss.train : loss.validation;
}

/** The rate after `done` examples of `epoch` (from 1); null in epoch 0, which measures only. */
function rateOf(epoch: number, plateau: number, { schedule, nExamples }: TrainingOptions) {
  if (epoch === 0) return null;
  const { learningRate, epochs, fallsOnPlateausOnly } = schedule;
  if (fallsOnPlateausOnly) return () => learningRate * plateau;
  return (done: number) => learningRate * plateau * (1 - (epoch - 1 + done / nExamples) / epochs);
}

interface EpochOptions extends TrainingOptions {
  rate: ((done: number) => number) | null;
}

/** One pass: steps on train (none without a rate), predictions on the rest; returns the mean cost of each part. */
async function runEpoch(
  trainer: Learner<unknown>,
  pass: Pass,
  options: EpochOptions,
): Promise<Record<Part, number>> {
  const { rate, head, signal, progress } = options;
  const costs = { train: 0, validation: 0, test: 0 };
  const counts = { train: 0, validation: 0, test: 0 };
  let sinceBreath = 0;
  for await (const { part, examples } of pass) {
    if (part === "train" && rate !== null) {
      costs.train += await trainer.step(examples, rate(counts.train));
      progress(examples.length);
    } else costs[part] += costOf(head, await trainer.predict(examples), examples.ratings);
    counts[part] += examples.length;
    sinceBreath += examples.length;
    if (sinceBreath < EXAMPLES_PER_BREATH) continue;
    sinceBreath = 0;
    await breathe(signal);
  }
  const mean = (part: Part) => costs[part] / counts[part];
  return { train: mean("train"), validation: mean("validation"), test: mean("test") };
}
