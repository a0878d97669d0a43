/**
 * Gradient-boosted regression trees for squared error (Friedman 2001), on columns cut into quantile bins.
 *
 * Each tree of depth `depth` is fitted to what the trees before it left, leaves Σe / (n + λ) times `rate`; a split is
 * the one with the largest (Σe)² / (n + λ) gained, both sides of at least `leaf` rows.
 */
import { breathe } from "../../breathe.ts";
import type { Predictor, Table } from "./ridge.ts";

export interface BoostingOptions {
  rows: Int32Array;
  trees: number;
  depth: number;
  /** Share of a leaf's value that is taken. */
  rate: number;
  /** λ. */
  shrinkage: number;
  /** Rows of a leaf, at least. */
  leaf: number;
  signal: AbortSignal;
}

/** Values binned between two breaths: about a fifth of a second. */
const WORK_PER_BREATH = 2 ** 26;
const BINS = 32;

/** Complete binary tree: node k has children 2k + 1 and 2k + 2; column −1 marks a leaf. */
interface Tree {
  columns: Int32Array;
  edges: Float64Array;
  values: Float64Array;
}

/** Trees fitted to `targets` on `rows` of `table`; how many of them count can be said at each prediction. */
export async function fitTrees(
  table: Table,
  targets: Float64Array,
  options: BoostingOptions,
): Promise<(upTo?: number) => Predictor> {
  const { rows, signal } = options;
  const edges = Array.from({ length: table.width }, (_, k) => quantiles(table, k, rows));
  const bins = binned(table, edges, rows);
  const left = Float64Array.from(rows, (row) => targets[row]);
  const trees: Tree[] = [];
  let work = 0;
  for (let t = 0; t < options.trees; t++) {
    trees.push(growTree({ bins, edges, left, options }));
    if ((work += options.depth * rows.length * table.width) < WORK_PER_BREATH) continue;
    work = 0;
    await breathe(signal);
  }
  return (upTo = trees.length) => (values, row) => {
    let sum = 0;
    for (let t = 0; t < upTo; t++) sum += valueAt(trees[t], values, row * table.width);
    return sum;
  };
}

function valueAt({ columns, edges, values }: Tree, found: Float64Array, at: number): number {
  let node = 0;
  while (columns[node] >= 0) node = 2 * node + (found[at + columns[node]] > edges[node] ? 2 : 1);
  return values[node];
}

/** Edges between bins, ascending and distinct: value ≤ edges[b] lies in bin b or below. */
function quantiles({ values, width }: Table, column: number, rows: Int32Array): Float64Array {
  const sorted = Float64Array.from(rows, (row) => values[row * width + column]).sort();
  const edges = new Set<number>();
  for (let b = 1; b < BINS; b++) {
    const edge = sorted[Math.floor(b * sorted.length / BINS)];
    if (edge < sorted[sorted.length - 1]) edges.add(edge);
  }
  return Float64Array.from(edges);
}

/** Bin of each row's value, by column. */
function binned({ values, width }: Table, edges: readonly Float64Array[], rows: Int32Array): Uint8Array[] {
  return edges.map((of, k) =>
    Uint8Array.from(rows, (row) => {
      const value = values[row * width + k];
      let [low, high] = [0, of.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (of[middle] < value) low = middle + 1;
        else high = middle;
      }
      return low;
    })
  );
}

interface Growing {
  bins: readonly Uint8Array[];
  edges: readonly Float64Array[];
  /** What is left to explain; the tree takes its part away. */
  left: Float64Array;
  options: BoostingOptions;
}

function growTree({ bins, edges, left, options }: Growing): Tree {
  const size = 2 ** (options.depth + 1) - 1;
  const tree = {
    columns: new Int32Array(size).fill(-1),
    edges: new Float64Array(size),
    values: new Float64Array(size),
  };
  let level = [{ node: 0, rows: Int32Array.from(left.keys()) }];
  for (let depth = 0; level.length > 0; depth++) {
    const next: typeof level = [];
    for (const { node, rows } of level) {
      const split = depth < options.depth ? bestSplit({ bins, left, options }, rows) : null;
      if (split === null) {
        const sum = rows.reduce((total, i) => total + left[i], 0);
        tree.values[node] = options.rate * sum / (rows.length + options.shrinkage);
        for (const i of rows) left[i] -= tree.values[node];
        continue;
      }
      tree.columns[node] = split.column;
      tree.edges[node] = edges[split.column][split.bin];
      const isAbove = (i: number) => bins[split.column][i] > split.bin;
      next.push({ node: 2 * node + 1, rows: rows.filter((i) => !isAbove(i)) });
      next.push({ node: 2 * node + 2, rows: rows.filter(isAbove) });
    }
    level = next;
  }
  return tree;
}

function bestSplit(
  { bins, left, options: { shrinkage, leaf } }: Omit<Growing, "edges">,
  rows: Int32Array,
): { column: number; bin: number } | null {
  if (rows.length < 2 * leaf) return null;
  const total = rows.reduce((sum, i) => sum + left[i], 0);
  const score = (sum: number, n: number) => sum * sum / (n + shrinkage);
  let best: { column: number; bin: number } | null = null;
  let most = score(total, rows.length);
  const sums = new Float64Array(BINS);
  const counts = new Float64Array(BINS);
  for (let column = 0; column < bins.length; column++) {
    sums.fill(0);
    counts.fill(0);
    const of = bins[column];
    for (const i of rows) {
      sums[of[i]] += left[i];
      counts[of[i]]++;
    }
    let [sum, n] = [0, 0];
    for (let bin = 0; bin < BINS - 1; bin++) {
      sum += sums[bin];
      n += counts[bin];
      if (n < leaf || rows.length - n < leaf) continue;
      const gained = score(sum, n) + score(total - sum, rows.length - n);
      if (gained > most) [most, best] = [gained, { column, bin }];
    }
  }
  return best;
}
