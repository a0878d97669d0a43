/**
 * The correction of one slice (people with a history, or newcomers) to the mean of the base predictions, chosen by
 * cross-validation over people: none, ridge regression, or trees on top of it.
 *
 * One person's ratings share a level, so rows are not independent: folds hold whole people, and a correction is taken
 * only when its gain exceeds the standard error of that gain over people, at least 30 of them. Few newcomers keep the
 * plain mean.
 */
import { fitRidge, type Predictor, type Table } from "./ridge.ts";
import { breathe } from "../../breathe.ts";
import { hash32 } from "../../rng.ts";
import { fitTrees } from "./trees.ts";

export interface SliceData {
  table: Table;
  /** Stars less the mean of the base predictions. */
  targets: Float64Array;
  /** Position of each row's user: one person's rows stand in one fold. */
  users: Int32Array;
}

export interface SliceOptions {
  /** Deals people into folds. */
  seed: number;
  signal: AbortSignal;
}

export interface Correction {
  predict: Predictor;
  /** As in "ridge λ 100 + 80 trees". */
  name: string;
  /** √(mean squared error) in cross-validation, of the plain mean and of what was chosen; NaN without rows. */
  before: number;
  after: number;
}

const LAMBDAS = [30, 100, 1000] as const;
const TREES = [15, 30, 60, 100] as const;
const BOOSTING = { trees: 100, depth: 3, rate: 0.08, shrinkage: 50, leaf: 60 };
const FOLDS = 5;
/** Rows below which a slice is left as it is. */
const FEWEST_ROWS = 300;
/** People below which a gain in cross-validation may well be theirs alone. */
const FEWEST_PEOPLE = 30;
const NOTHING: Predictor = () => 0;

export async function fitSlice(data: SliceData, options: SliceOptions): Promise<Correction> {
  const { table, targets } = data;
  const rows = Int32Array.from(targets.keys());
  const isSmall = rows.length < FEWEST_ROWS || new Set(data.users).size < FEWEST_PEOPLE;
  const losses = isSmall ? [] : await crossValidate(data, options);
  const squares = targets.map((target) => target * target);
  const before = Math.sqrt(mean(squares));
  const best = losses.length === 0 ? null : losses.reduce(better);
  if (best === null || !isSure(squares, best.squares, data.users)) {
    return { predict: NOTHING, name: "mean", before, after: before };
  }
  const predict = await correct(table, targets, { ...best, rows, signal: options.signal });
  const name = `ridge λ ${best.lambda}${best.trees > 0 ? ` + ${best.trees} trees` : ""}`;
  return { predict, name, before, after: Math.sqrt(mean(best.squares)) };
}

interface Loss {
  lambda: number;
  trees: number;
  /** Squared error of each row, predicted by what was fitted on other people's. */
  squares: Float64Array;
}

/** First λ alone, then with the best λ the number of trees: trees cost a hundred ridges. */
async function crossValidate(data: SliceData, { seed, signal }: SliceOptions): Promise<Loss[]> {
  const { table, targets, users } = data;
  const rows = Int32Array.from(targets.keys());
  const folds = Array.from({ length: FOLDS }, (_, fold) => {
    const isOuter = (row: number) => hash32(seed, users[row]) % FOLDS === fold;
    return { inner: rows.filter((row) => !isOuter(row)), outer: rows.filter(isOuter) };
  }).filter(({ inner, outer }) => inner.length > 0 && outer.length > 0);
  const lossOf = (lambda: number, trees: number): Loss => ({
    lambda,
    trees,
    squares: new Float64Array(targets.length),
  });
  const ridges = LAMBDAS.map((lambda) => lossOf(lambda, 0));
  for (const { inner, outer } of folds) {
    for (const { lambda, squares } of ridges) {
      const ridge = fitRidge(table, targets, { rows: inner, lambda });
      for (const row of outer) squares[row] = (targets[row] - ridge(table.values, row)) ** 2;
    }
  }
  const { lambda } = ridges.reduce(better);
  const boosted = TREES.map((trees) => lossOf(lambda, trees));
  for (const { inner, outer } of folds) {
    const ridge = fitRidge(table, targets, { rows: inner, lambda });
    const left = targets.map((target, row) => target - ridge(table.values, row));
    const forest = await fitTrees(table, left, { ...BOOSTING, rows: inner, signal });
    await breathe(signal);
    for (const { trees, squares } of boosted) {
      const some = forest(trees);
      for (const row of outer) squares[row] = (left[row] - some(table.values, row)) ** 2;
    }
  }
  return [...ridges, ...boosted];
}

const better = (least: Loss, loss: Loss) => mean(loss.squares) < mean(least.squares) ? loss : least;

async function correct(
  table: Table,
  targets: Float64Array,
  { lambda, trees, rows, signal }: {
    lambda: number;
    trees: number;
    rows: Int32Array;
    signal: AbortSignal;
  },
): Promise<Predictor> {
  const ridge = fitRidge(table, targets, { rows, lambda });
  if (trees === 0) return ridge;
  const left = targets.map((target, row) => target - ridge(table.values, row));
  const boosted = (await fitTrees(table, left, { ...BOOSTING, trees, rows, signal }))();
  return (values, row) => ridge(values, row) + boosted(values, row);
}

/** Whether squared errors fall by more than the standard error of their fall, people being the units. */
function isSure(before: Float64Array, after: Float64Array, users: Int32Array): boolean {
  const gain = mean(before) - mean(after);
  const byUser = new Map<number, number>();
  users.forEach((user, row) => byUser.set(user, (byUser.get(user) ?? 0) + before[row] - after[row] - gain));
  let squares = 0;
  for (const sum of byUser.values()) squares += sum * sum;
  return gain > Math.sqrt(squares) / users.length;
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
