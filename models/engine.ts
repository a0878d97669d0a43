/**
 * What a numeric engine does for training: steps. Everything else of a fit (data, epochs, early stopping, seeds,
 * initial weights) is Matinee's own, so that engines can be compared on the same steps.
 */
import type { Examples } from "./examples.ts";
import type { Weights } from "./two_tower/towers.ts";

/** Weights in training. Dispose to free what the engine holds. */
export interface Trainer extends Disposable {
  /** One step of Adam on the mean cost (see heads.ts) of `examples`; returns the sum of costs before it. */
  step(examples: Examples, learningRate: number): Promise<number>;
  /** What the head predicts for each example: r̂ in stars, t̂ or p̂. */
  predict(examples: Examples): Promise<Float32Array>;
  /** The mean cost's gradient without dropout, in the shape of the weights: what engines are compared by. */
  gradient(examples: Examples): Promise<Weights>;
  /** A copy of the weights as they are now. */
  weights(): Weights;
}

export interface Engine {
  /** What it runs on, for the record, as in "tfjs (wasm, SIMD)". */
  readonly name: string;
  /** `seed` draws what dropout silences. */
  train(weights: Weights, seed?: number): Trainer;
}

/** An engine is imported when it is asked for: tfjs costs a third of a second, and the server never needs it. */
const ENGINES = {
  tfjs: async (log: (message: string) => void): Promise<Engine> =>
    (await import("./engines/tfjs.ts")).openTfjs(log),
};

export type EngineName = keyof typeof ENGINES;

/** Starts engine `name`; `log` hears when it has to run on something slower than usual. */
export function openEngine(name: EngineName, log: (message: string) => void): Promise<Engine> {
  return ENGINES[name](log);
}
