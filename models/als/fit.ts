/** Fits ALS: epochs of two exact halves on the kernels, then what folding in needs. */
import { activeColumns, readInteractions, type SparseRows, transpose } from "../interactions.ts";
import { type AlsConfig, alsConfig, type AlsWeights, createAls, openAls, packAls } from "./als.ts";
import type { Dataset } from "../dataset.ts";
import { openKernels } from "../kernels/kernels.ts";
import { defineModel, type FitOptions, type Fitted } from "../model.ts";
import { createRng, type Rng } from "../rng.ts";
import { lineToStars, residualsOf } from "./residuals.ts";
import { createHalf } from "./half.ts";
import { tasteSchema, weighted, weightOf } from "../taste.ts";

export const als = defineModel({
  learnsFrom: "interactions",
  config: alsConfig,
  space: {
    dimension: { low: 16, high: 256, scale: "log", isWhole: true },
    unobserved_weight: { low: 0.01, high: 1, scale: "log" },
    regularisation: { low: 1e-3, high: 0.3, scale: "log" },
    frequency_exponent: { low: 0, high: 1 },
    taste: { values: tasteSchema.options },
    epochs: { low: 6, high: 20, isWhole: true },
  },
  fit,
  open: openAls,
});

async function fit(dataset: Dataset, config: AlsConfig, options: FitOptions): Promise<Fitted> {
  const { interactions, end } = await readInteractions(dataset, options.signal);
  const weights = await fitAls(interactions, dataset.catalogue.movies.ids, { config, ...options });
  const report = { examples: interactions.columns.length, movies: weights.movieIds.length };
  return { scorer: createAls(config, weights), artifact: packAls(config, weights), report, end };
}

export interface AlsOptions extends Pick<FitOptions, "seed" | "signal" | "log" | "compute"> {
  config: AlsConfig;
  progress?: FitOptions["progress"];
}

/** ALS of rows of stars, whose columns are movies with ids `movieIds`. */
export async function fitAls(
  rows: SparseRows,
  movieIds: Int32Array,
  { config, seed, signal, log, compute, progress }: AlsOptions,
): Promise<AlsWeights> {
  const isImplicit = config.variant === "implicit";
  const { columns, rows: stars } = activeColumns(rows);
  if (columns.length === 0) {
    throw new RangeError('Cannot train "als" as at least 1 example is needed: found 0');
  }
  const x = isImplicit ? weighted(stars, weightOf(config.taste)) : { ...stars, values: residualsOf(stars) };
  const kernels = await openKernels(compute ?? { cache: null, simd: "relaxed" }, log);
  const { dimension } = config;
  const d = Math.ceil(dimension / 8) * 8;
  const rng = createRng(seed);
  const [people, movies] = [x.nRows, x.nColumns].map((n) => kernels.floats(n * d));
  for (const vectors of [people, movies]) drawFirst(vectors, { d, config, rng });
  const options = { kernels, d, config, signal };
  const ofPeople = createHalf({ ...options, rows: x, out: people, fixed: movies });
  const ofMovies = createHalf({ ...options, rows: transpose(x), out: movies, fixed: people });
  for (let epoch = 1; epoch <= config.epochs; epoch++) {
    await ofPeople.solve();
    await ofMovies.solve();
    progress?.(epoch * x.columns.length, config.epochs * x.columns.length);
  }
  await ofPeople.solve(); // leaves the movies' Gram matrix
  const strip = (vectors: Float32Array, n: number) => unpadded(vectors, { n, d, dimension });
  const vectors = { people: strip(people, x.nRows), movies: strip(movies, x.nColumns), d: dimension };
  const weights = {
    movieIds: Int32Array.from(columns, (column) => movieIds[column]),
    vectors: vectors.movies,
    gram: strip(ofPeople.gram(), dimension),
    newcomer: isImplicit ? meanRow(vectors.people, dimension) : new Float32Array(dimension),
    line: isImplicit ? lineToStars(stars, vectors) : { slope: 1, intercept: 0 },
  };
  for (const half of [ofPeople, ofMovies]) half.free();
  for (const view of [people, movies]) kernels.free(view);
  return weights;
}

/** Small random vectors of `dimension` numbers, the rest up to d being 0. */
function drawFirst(
  vectors: Float32Array,
  { d, config, rng }: { d: number; config: AlsConfig; rng: Rng },
): void {
  const deviation = config.initial_deviation / Math.sqrt(config.dimension);
  for (let k = 0; k < vectors.length; k++) {
    if (k % d < config.dimension) vectors[k] = deviation * normal(rng);
  }
}

/** A normal deviate (Box & Muller 1958). */
function normal(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());
}

function unpadded(
  vectors: Float32Array,
  { n, d, dimension }: { n: number; d: number; dimension: number },
): Float32Array {
  const out = new Float32Array(n * dimension);
  for (let row = 0; row < n; row++) {
    out.set(vectors.subarray(row * d, row * d + dimension), row * dimension);
  }
  return out;
}

function meanRow(vectors: Float32Array, d: number): Float32Array {
  const sums = new Float64Array(d);
  vectors.forEach((value, k) => sums[k % d] += value);
  return Float32Array.from(sums, (sum) => sum * d / vectors.length);
}
