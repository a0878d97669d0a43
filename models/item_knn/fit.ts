/** Fits item neighbours, one movie j at a time: room for one row of G, whatever the catalogue's size. */
import {
  activeColumns,
  countColumns,
  readInteractions,
  type SparseRows,
  transpose,
} from "../interactions.ts";
import { breathe } from "../breathe.ts";
import type { Dataset } from "../dataset.ts";
import {
  createItemKnn,
  type ItemKnnConfig,
  itemKnnConfig,
  type Neighbours,
  openItemKnn,
  packItemKnn,
} from "./item_knn.ts";
import { defineModel, type FitOptions, type Fitted } from "../model.ts";
import { tasteSchema, weighted, weightOf } from "../taste.ts";

const PAIRS_PER_BREATH = 10_000_000;

export const itemKnn = defineModel({
  learnsFrom: "interactions",
  config: itemKnnConfig,
  space: {
    neighbours: { low: 20, high: 500, scale: "log", isWhole: true },
    shrinkage: { low: 1, high: 300, scale: "log" },
    taste: { values: tasteSchema.options },
  },
  fit,
  open: openItemKnn,
});

async function fit(dataset: Dataset, config: ItemKnnConfig, { signal }: FitOptions): Promise<Fitted> {
  const { interactions, end } = await readInteractions(dataset, signal);
  const rows = weighted(interactions, weightOf(config.taste));
  const neighbours = await fitItemKnn(rows, dataset.catalogue.movies.ids, { config, signal });
  const report = { examples: interactions.columns.length, neighbours: neighbours.columns.length };
  return {
    scorer: createItemKnn(neighbours, config),
    artifact: packItemKnn(config, neighbours),
    report,
    end,
  };
}

/** Neighbours by X = `rows`, whose entries stand in order of arrival and whose columns are movies with ids `movieIds`. */
export async function fitItemKnn(
  rows: SparseRows,
  movieIds: Int32Array,
  { config, signal }: { config: ItemKnnConfig; signal: AbortSignal },
): Promise<Neighbours> {
  const { columns, rows: x } = activeColumns(rows);
  if (columns.length === 0) {
    throw new RangeError('Cannot train "item_knn" as at least 1 entry is needed: found 0');
  }
  const n = x.nColumns;
  const norms = new Float64Array(n);
  x.columns.forEach((movie, k) => norms[movie] += x.values[k] ** 2);
  const together = createCounter(x, config);
  const voters: { places: Int32Array; weights: Float64Array }[] = [];
  let pairs = 0;
  for (let j = 0; j < n; j++) {
    const { sums, met } = together(j);
    for (const i of met) sums[i] /= Math.sqrt(norms[i] * norms[j]) + config.shrinkage;
    const places = best(met, sums, config.neighbours);
    voters.push({ places, weights: Float64Array.from(places, (i) => sums[i]) });
    for (const i of met) sums[i] = 0;
    pairs += met.length * 8;
    if (pairs < PAIRS_PER_BREATH) continue;
    pairs = 0;
    await breathe(signal);
  }
  await breathe(signal);
  return {
    movieIds: Int32Array.from(columns, (column) => movieIds[column]),
    counts: countColumns(x),
    ...byVoter(voters),
  };
}

/** Fills g_ij for one j: the sums by i, and which i have any. */
function createCounter(x: SparseRows, { window, after }: ItemKnnConfig) {
  const sums = new Float64Array(x.nColumns);
  const met = new Int32Array(x.nColumns);
  const people = transposeWithPlaces(x);
  return (j: number) => {
    let size = 0;
    for (let p = people.starts[j]; p < people.starts[j + 1]; p++) {
      const [user, at] = [people.columns[p], people.places[p]];
      const from = window === null ? x.starts[user] : Math.max(x.starts[user], at - window);
      const to = window === null
        ? x.starts[user + 1]
        : after
        ? at
        : Math.min(x.starts[user + 1], at + window + 1);
      for (let k = from; k < to; k++) {
        const i = x.columns[k];
        if (k === at) continue;
        if (sums[i] === 0) met[size++] = i;
        sums[i] += x.values[k] * x.values[at] / (window === null ? 1 : Math.abs(k - at));
      }
    }
    return { sums, met: met.subarray(0, size) };
  };
}

/** Xᵀ, and of each entry its place in X. */
function transposeWithPlaces(x: SparseRows) {
  const { starts, columns } = transpose(x);
  const next = starts.slice();
  const places = new Int32Array(x.columns.length);
  for (let place = 0; place < x.columns.length; place++) places[next[x.columns[place]]++] = place;
  return { starts, columns, places };
}

/** The k of `met` with the greatest sums, ascending by place; ties go to the lower place. */
function best(met: Int32Array, sums: Float64Array, k: number): Int32Array {
  if (met.length <= k) return met.slice().sort();
  return met.slice().sort((a, b) => sums[b] - sums[a] || a - b).subarray(0, k).slice().sort();
}

/** From who votes for a movie to whom a movie votes for. */
function byVoter(voters: readonly { places: Int32Array; weights: Float64Array }[]) {
  const starts = new Int32Array(voters.length + 1);
  for (const { places } of voters) for (const i of places) starts[i + 1]++;
  for (let i = 0; i < voters.length; i++) starts[i + 1] += starts[i];
  const next = starts.slice();
  const columns = new Int32Array(starts[voters.length]);
  const weights = new Float32Array(columns.length);
  voters.forEach((voter, j) =>
    voter.places.forEach((i, k) => {
      columns[next[i]] = j;
      weights[next[i]++] = voter.weights[k];
    })
  );
  return { starts, columns, weights };
}
