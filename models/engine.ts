/**
 * What a numeric engine does for training: steps. Everything else of a fit (data, epochs, early stopping, seeds,
 * initial weights) is Matinee's own, so that engines can be compared on the same steps.
 */
import type { Examples } from "./examples.ts";
import type { FitOptions } from "./model.ts";
import type { Weights } from "./two_tower/towers.ts";

/** What a training loop needs of weights in training. */
export interface Learner<W> {
  /** One step of Adam on the mean cost (see heads.ts) of `examples`; returns the sum of costs before it. */
  step(examples: Examples, learningRate: number): Promise<number>;
  /** What the head predicts for each example: r̂ in stars, t̂ or p̂. */
  predict(examples: Examples): Promise<Float32Array>;
  /** A copy of the weights as they are now. */
  weights(): W;
}

/** Weights of two towers in training. Dispose to free what the engine holds. */
export interface Trainer extends Learner<Weights>, Disposable {
  /** The mean cost's gradient without dropout, in the shape of the weights: what engines are compared by. */
  gradient(examples: Examples): Promise<Weights>;
}

/** Dispose, after its trainers, to end its threads. */
export interface Engine extends Disposable {
  /** What it runs on, for the record, as in "tfjs (wasm, SIMD)". */
  readonly name: string;
  /** `seed` draws what dropout silences. */
  train(weights: Weights, seed?: number): Trainer;
}

/** `log` hears when an engine has to run on something slower than usual. */
export type EngineOptions = Pick<FitOptions, "compute" | "log">;

/** An engine is imported when it is asked for: tfjs costs a third of a second, and the server never needs it. */
const ENGINES = {
  kernels: async (options: EngineOptions): Promise<Engine> =>
    (await import("./engines/kernels.ts")).openKernelEngine(options),
  tfjs: async ({ compute, log }: EngineOptions): Promise<Engine> =>
    (await import("./engines/tfjs.ts")).openTfjs(log, compute?.native),
};

export type EngineName = keyof typeof ENGINES;

/** Starts engine `name`. */
export function openEngine(name: EngineName, options: EngineOptions): Promise<Engine> {
  return ENGINES[name](options);
}
