/**
 * A scorer's arithmetic as a graph of standard layers: what `.keras` and TensorFlow.js models are written from.
 *
 * Each preset describes itself once, in layers that every tool has, so that nobody needs code of ours to open one.
 * Rows are batches: a layer maps [n × width] to [n × width'].
 */
import type { Moment } from "../ratings.ts";

/** One layer; `from` names the layers whose outputs it takes. */
export type Layer =
  & { readonly name: string }
  & (
    /** `int32` inputs are rows of an embedding, width 1. */
    | { readonly op: "input"; readonly width: number; readonly type?: "float32" | "int32" }
    | { readonly op: "normalise"; readonly from: string; readonly mean: Floats; readonly scale: Floats } // (x − mean) ∘ scale
    | {
      readonly op: "dense";
      readonly from: string;
      readonly units: number;
      readonly kernel: Floats; // [width × units]
      readonly bias: Floats; // [units]
      readonly activation: Activation;
    }
    | {
      /** γ ∘ (x − μ) / √(σ² + ε) + β, with the moments that training found. */
      readonly op: "batch_norm";
      readonly from: string;
      readonly gamma: Floats;
      readonly beta: Floats;
      readonly mean: Floats;
      readonly variance: Floats;
      readonly epsilon: number;
    }
    /** Does nothing but in training. */
    | { readonly op: "dropout"; readonly from: string; readonly rate: number }
    | { readonly op: "embedding"; readonly from: string; readonly dimension: number; readonly table: Floats } // [rows × dimension]
    /** x / ‖x‖. */
    | { readonly op: "unit_length"; readonly from: string }
    | { readonly op: "activation"; readonly from: string; readonly activation: Activation }
    /** scale · x + offset. */
    | { readonly op: "affine"; readonly from: string; readonly scale: number; readonly offset: number }
    /** Σ_k x_k y_k, [n × 1]. */
    | { readonly op: "dot"; readonly from: readonly [string, string] }
    | { readonly op: "add"; readonly from: readonly string[] }
    | { readonly op: "concatenate"; readonly from: readonly string[] }
  );

type Floats = Float32Array;
export type Activation = "linear" | "relu" | "sigmoid" | "tanh";

export interface Network {
  /** What it is called in the tools that open it. */
  readonly name: string;
  /** Each after those that it takes from. */
  readonly layers: readonly Layer[];
  /** Names of layers, in the order of the model's arguments and results. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** A network, and how a question becomes its inputs. */
export interface Portable {
  readonly network: Network;
  /** Values of every input by name, for `user` and `movie` as of `moment`; the first output is what `predict` says. */
  inputs(moment: Moment, user: number, movie: number): Record<string, ArrayLike<number>>;
}

/** Names of the layers that `layer` takes from. */
export function sourcesOf(layer: Layer): readonly string[] {
  if (layer.op === "input") return [];
  return typeof layer.from === "string" ? [layer.from] : layer.from;
}

/**
 * Every layer's output width by name.
 *
 * @throws {RangeError} when a layer takes from one that does not stand before it, or arrays do not fit its input.
 */
export function widthsOf({ layers }: Network): Map<string, number> {
  const widths = new Map<string, number>();
  for (const layer of layers) {
    const from = sourcesOf(layer).map((name) => widths.get(name) ?? fail(layer, `"${name}" before it`));
    widths.set(layer.name, widthOf(layer, from));
  }
  return widths;
}

function widthOf(layer: Layer, from: readonly number[]): number {
  const check = (array: Floats, length: number) =>
    array.length === length || fail(layer, `${length} values, found ${array.length}`);
  switch (layer.op) {
    case "input":
      return layer.width;
    case "normalise":
      [layer.mean, layer.scale].forEach((array) => check(array, from[0]));
      return from[0];
    case "batch_norm":
      [layer.gamma, layer.beta, layer.mean, layer.variance].forEach((array) => check(array, from[0]));
      return from[0];
    case "dense":
      check(layer.kernel, from[0] * layer.units);
      check(layer.bias, layer.units);
      return layer.units;
    case "embedding":
      check(layer.table, Math.ceil(layer.table.length / layer.dimension) * layer.dimension);
      return layer.dimension;
    case "dot":
      if (from[0] !== from[1]) fail(layer, `two sides of one width, found ${from.join(" and ")}`);
      return 1;
    case "concatenate":
      return from.reduce((sum, width) => sum + width, 0);
    case "add":
      if (from.some((width) => width !== from[0])) fail(layer, `one width, found ${from.join(" and ")}`);
      return from[0];
    default:
      return from[0];
  }
}

function fail({ name }: Layer, wanted: string): never {
  throw new RangeError(`Cannot export the network as layer "${name}" needs ${wanted}`);
}
