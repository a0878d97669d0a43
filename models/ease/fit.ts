/** Fits EASE: a Gram matrix on the smaller side, its inverse, and what B needs of it. */
import { createEase, type EaseConfig, easeConfig, type EaseWeights, openEase, packEase } from "./ease.ts";
import { breathe } from "../breathe.ts";
import type { Dataset } from "../dataset.ts";
import {
  activeColumns,
  countColumns,
  readInteractions,
  type SparseRows,
  transpose,
} from "../interactions.ts";
import { type Kernels, openKernels } from "../kernels/kernels.ts";
import { gramOf, invert } from "../kernels/linear_algebra.ts";
import { defineModel, type FitOptions, type Fitted } from "../model.ts";
import { tasteSchema, weighted, weightOf } from "../taste.ts";

export const ease = defineModel({
  learnsFrom: "interactions",
  config: easeConfig,
  space: {
    regularisation: { low: 30, high: 3000, scale: "log" },
    taste: { values: tasteSchema.options },
  },
  fit,
  open: openEase,
});

async function fit(dataset: Dataset, config: EaseConfig, options: FitOptions): Promise<Fitted> {
  const { interactions, end } = await readInteractions(dataset, options.signal);
  const rows = weighted(interactions, weightOf(config.taste));
  const weights = await fitEase(rows, dataset.catalogue.movies.ids, { ...config, ...options });
  const report = {
    examples: interactions.columns.length,
    entries: rows.columns.length,
    form: formOf(weights),
  };
  return { scorer: createEase(weights, config), artifact: packEase(config, weights), report, end };
}

const formOf = ({ form }: EaseWeights) => "weights" in form ? "primal" : "dual";

export interface EaseOptions extends Pick<FitOptions, "signal" | "log" | "compute"> {
  regularisation: number;
  max_movies: number;
}

/** EASE of X = `rows`, whose columns are movies with ids `movieIds`. @throws {RangeError} beyond `max_movies`. */
export async function fitEase(
  rows: SparseRows,
  movieIds: Int32Array,
  options: EaseOptions,
): Promise<EaseWeights> {
  const active = activeColumns(rows);
  const n = active.columns.length;
  if (n === 0) throw new RangeError('Cannot train "ease" as at least 1 entry is needed: found 0');
  if (n > options.max_movies) {
    throw new RangeError(
      `Cannot train "ease" on ${n} movies with ratings as max_movies is ${options.max_movies}: it takes ` +
        `${Math.ceil(n * n / 2 ** 18)} MiB. Next: choose model als, or set max_movies (16000 at most)`,
    );
  }
  const kernels = await openKernels(options.compute ?? { cache: null, simd: "relaxed" }, options.log);
  const x = active.rows;
  return {
    movieIds: Int32Array.from(active.columns, (column) => movieIds[column]),
    counts: countColumns(x),
    form: x.nRows < n ? await fitDual(kernels, x, options) : await fitPrimal(kernels, x, options),
  };
}

async function fitPrimal(kernels: Kernels, x: SparseRows, options: EaseOptions) {
  const { regularisation: ridge, signal } = options;
  const n = x.nColumns;
  const gram = await gramOf(kernels, x, { ridge, signal });
  await invert(kernels, gram, signal);
  const inverse = Float64Array.from({ length: n }, (_, j) => -1 / gram.values[j * gram.stride + j]);
  const weights = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) weights[i * n + j] = gram.values[i * gram.stride + j] * inverse[j];
    weights[i * n + i] = 0;
    if (i % 256 === 255) await breathe(signal);
  }
  kernels.free(gram.values);
  return { weights };
}

async function fitDual(kernels: Kernels, x: SparseRows, options: EaseOptions) {
  const { regularisation: ridge, signal } = options;
  const n = x.nRows;
  const people = transpose(x);
  const gram = await gramOf(kernels, people, { ridge, signal });
  await invert(kernels, gram, signal);
  const kernel = new Float32Array(n * n);
  for (let i = 0; i < n; i++) kernel.set(gram.values.subarray(i * gram.stride, i * gram.stride + n), i * n);
  kernels.free(gram.values);
  return { rows: x, kernel, pivots: await pivotsOf(people, kernel, signal) };
}

/** p_j = 1 − x_jᵀ K x_j, x_j being movie j's column of X. */
async function pivotsOf(
  people: SparseRows,
  kernel: Float32Array,
  signal: AbortSignal,
): Promise<Float32Array> {
  const { nRows, nColumns, starts, columns, values } = people;
  const pivots = new Float32Array(nRows);
  for (let j = 0; j < nRows; j++) {
    let sum = 0;
    for (let a = starts[j]; a < starts[j + 1]; a++) {
      for (let b = starts[j]; b < starts[j + 1]; b++) {
        sum += values[a] * values[b] * kernel[columns[a] * nColumns + columns[b]];
      }
    }
    pivots[j] = 1 - sum;
    if (j % 256 === 255) await breathe(signal);
  }
  return pivots;
}
