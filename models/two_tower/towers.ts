/**
 * Two towers, forward, in plain TypeScript: what scores in service, and what every engine must agree with.
 *
 *   h₀ = [E₁[x₁] … E_t[x_t], (x_{t+1…} − mean) ∘ scale]
 *   h_l = relu(h_{l−1} W_l + b_l),   last layer without relu,   e = h_L / √(‖h_L‖² + ε), or h_L where the head says so
 *
 * A tower's first inputs are row numbers of its embedding tables, one a table; most towers have none. What the two
 * vectors are made into is the head's affair (see heads.ts).
 */
import type { Rng } from "../rng.ts";
import { type Head, HEADS } from "./heads.ts";

/** ε keeps the gradient finite at the origin. */
export const NORM_EPSILON = 1e-12;

export interface Dense {
  readonly inputs: number;
  readonly units: number;
  readonly kernel: Float32Array; // [inputs × units]
  readonly bias: Float32Array; // [units]
}

/** Vectors of what has no order: people, movies, occupations. Row 0 stands for whatever the model does not know. */
export interface Table {
  readonly rows: number;
  readonly dimension: number;
  readonly values: Float32Array; // [rows × dimension]
}

export interface Tower {
  /** By input, from the first on. */
  readonly tables: readonly Table[];
  /** Normalisation of the other inputs, fitted on training examples: (x − mean) · scale. */
  readonly mean: Float32Array; // [inputs − tables]
  readonly scale: Float32Array;
  readonly layers: readonly Dense[];
  /** Share of the first layer's units that training silences at each example; the others are scaled up. */
  readonly dropout: number;
}

export interface Weights {
  readonly user: Tower;
  readonly movie: Tower;
  readonly head: Head;
  /** α = ln a. */
  readonly logScale: number;
  /** b, in stars or, before a sigmoid, in logits. */
  readonly offset: number;
}

/** Maps the inputs from `at` on to a vector, written into `out` from `outAt` on; sums in doubles. */
export type Forward = (
  inputs: Float32Array,
  at: number,
  out: Float32Array | Float64Array,
  outAt: number,
) => void;

export function forward({ tables, mean, scale, layers }: Tower, head: Head = "line"): Forward {
  const first = new Float64Array(layers[0].inputs);
  const activations = layers.map((layer) => new Float64Array(layer.units));
  const width = tables.reduce((sum, { dimension }) => sum + dimension, 0);
  return (inputs, at, out, outAt) => {
    look(tables, inputs, at, first);
    for (let i = 0; i < mean.length; i++) {
      first[width + i] = (inputs[at + tables.length + i] - mean[i]) * scale[i];
    }
    let previous = first;
    for (let l = 0; l < layers.length; l++) {
      dense(layers[l], previous, activations[l]);
      if (l < layers.length - 1) relu(activations[l]);
      previous = activations[l];
    }
    const length = HEADS[head].isUnit ? lengthOf(previous) : 1;
    for (let i = 0; i < previous.length; i++) out[outAt + i] = previous[i] / length;
  };
}

/** Copies the rows that the first inputs name to the head of `out`. */
function look(tables: readonly Table[], inputs: Float32Array, at: number, out: Float64Array): void {
  let to = 0;
  tables.forEach(({ dimension, values }, t) => {
    const from = inputs[at + t] * dimension;
    for (let k = 0; k < dimension; k++) out[to++] = values[from + k];
  });
}

function lengthOf(vector: Float64Array): number {
  let squares = 0;
  for (const value of vector) squares += value * value;
  return Math.sqrt(squares + NORM_EPSILON);
}

/** Row by row of the kernel, so that zeros (relu, one-hot) cost nothing. */
function dense({ units, kernel, bias }: Dense, x: Float64Array, out: Float64Array): void {
  out.set(bias);
  for (let i = 0; i < x.length; i++) {
    const value = x[i];
    if (value === 0) continue;
    for (let j = 0, at = i * units; j < units; j++, at++) out[j] += value * kernel[at];
  }
}

function relu(x: Float64Array): void {
  for (let i = 0; i < x.length; i++) if (x[i] < 0) x[i] = 0;
}

/** Normalisation of one tower's inputs. */
export type Moments = Pick<Tower, "mean" | "scale">;

/** The normalisation that changes nothing. */
export function asTheyAre(width: number): Moments {
  return { mean: new Float32Array(width), scale: new Float32Array(width).fill(1) };
}

export interface TowerShape {
  /** Units of the layers, the vector's length last. */
  units: readonly number[];
  /** Rows and dimension of each table. */
  tables?: readonly Pick<Table, "rows" | "dimension">[];
  dropout?: number;
}

/** How far from 0 a table's first values lie (Keras draws from ±0.05 as well). */
const TABLE_LIMIT = 0.05;

/** A tower before training: Glorot-uniform kernels, zero biases, small tables whose row 0 is 0. */
export function initialTower(moments: Moments, shape: TowerShape, rng: Rng): Tower {
  const { units, tables: sizes = [], dropout = 0 } = shape;
  const tables = sizes.map((size) => initialTable(size, rng));
  const width = tables.reduce((sum, { dimension }) => sum + dimension, moments.mean.length);
  const widths = [width, ...units];
  const layers = units.map((n, l) => {
    const kernel = uniform(widths[l] * n, Math.sqrt(6 / (widths[l] + n)), rng);
    return { inputs: widths[l], units: n, kernel, bias: new Float32Array(n) };
  });
  return { ...moments, tables, layers, dropout };
}

/** A table before training: small values, and zeros for row 0. */
export function initialTable({ rows, dimension }: Pick<Table, "rows" | "dimension">, rng: Rng): Table {
  return { rows, dimension, values: uniform(rows * dimension, TABLE_LIMIT, rng).fill(0, 0, dimension) };
}

function uniform(length: number, limit: number, rng: Rng): Float32Array {
  return Float32Array.from({ length }, () => (2 * rng.uniform() - 1) * limit);
}
