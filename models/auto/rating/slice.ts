/**
 * The correction of one slice (people with a history, or newcomers) to the mean of the base predictions, chosen by
 * cross-validation over people: none, ridge regression, or trees on top of it.
 *
 * One person's ratings share a level, so rows are not independent: folds hold whole people, and a correction is taken
 * only when its gain exceeds twice the standard error of that gain over people. Few newcomers keep the plain mean.
 */
import { fitRidge, type Predictor, type Table } from "./ridge.ts";
import { hash32 } from "../../rng.ts";
import { fitTrees } from "./trees.ts";

export interface SliceData {
  table: Table;
  /** Stars less the mean of the base predictions. */
  targets: Float64Array;
  /** Position of each row's user: one person's rows stand in one fold. */
  users: Int32Array;
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
const TREES = [0, 20, 50, 100, 200] as const;
const BOOSTING = { trees: 200, depth: 3, rate: 0.05, shrinkage: 50, leaf: 60 };
const FOLDS = 5;
/** Rows below which a slice is left as it is. */
const FEWEST_ROWS = 300;
/** Standard errors. */
const SURE = 2;
const NOTHING: Predictor = () => 0;

export function fitSlice(data: SliceData, seed: number): Correction {
  const { table, targets } = data;
  const rows = Int32Array.from(targets.keys());
  const losses = rows.length < FEWEST_ROWS ? [] : crossValidate(data, seed);
  const squares = targets.map((target) => target * target);
  const before = Math.sqrt(mean(squares));
  const best = losses.reduce<Loss | null>(
    (least, loss) => least === null || mean(loss.squares) < mean(least.squares) ? loss : least,
    null,
  );
  if (best === null || !isSure(squares, best.squares, data.users)) {
    return { predict: NOTHING, name: "mean", before, after: before };
  }
  const predict = correct(table, targets, { ...best, rows });
  const name = `ridge λ ${best.lambda}${best.trees > 0 ? ` + ${best.trees} trees` : ""}`;
  return { predict, name, before, after: Math.sqrt(mean(best.squares)) };
}

interface Loss {
  lambda: number;
  trees: number;
  /** Squared error of each row, predicted by what was fitted on other people's. */
  squares: Float64Array;
}

function crossValidate({ table, targets, users }: SliceData, seed: number): Loss[] {
  const rows = Int32Array.from(targets.keys());
  const foldOf = (row: number) => hash32(seed, users[row]) % FOLDS;
  const losses = LAMBDAS.flatMap((lambda) =>
    TREES.map((trees): Loss => ({ lambda, trees, squares: new Float64Array(targets.length) }))
  );
  for (let fold = 0; fold < FOLDS; fold++) {
    const inner = rows.filter((row) => foldOf(row) !== fold);
    const outer = rows.filter((row) => foldOf(row) === fold);
    if (inner.length === 0) continue;
    for (const lambda of LAMBDAS) {
      const ridge = fitRidge(table, targets, { rows: inner, lambda });
      const left = targets.map((target, row) => target - ridge(table.values, row));
      const boosted = fitTrees(table, left, { ...BOOSTING, rows: inner });
      for (const loss of losses) {
        if (loss.lambda !== lambda) continue;
        const trees = boosted(loss.trees);
        for (const row of outer) loss.squares[row] = (left[row] - trees(table.values, row)) ** 2;
      }
    }
  }
  return losses;
}

function correct(
  table: Table,
  targets: Float64Array,
  { lambda, trees, rows }: { lambda: number; trees: number; rows: Int32Array },
): Predictor {
  const ridge = fitRidge(table, targets, { rows, lambda });
  if (trees === 0) return ridge;
  const left = targets.map((target, row) => target - ridge(table.values, row));
  const boosted = fitTrees(table, left, { ...BOOSTING, trees, rows })();
  return (values, row) => ridge(values, row) + boosted(values, row);
}

/** Whether squared errors fall by more than twice the standard error of their fall, people being the units. */
function isSure(before: Float64Array, after: Float64Array, users: Int32Array): boolean {
  const gain = mean(before) - mean(after);
  const byUser = new Map<number, number>();
  users.forEach((user, row) => byUser.set(user, (byUser.get(user) ?? 0) + before[row] - after[row] - gain));
  let squares = 0;
  for (const sum of byUser.values()) squares += sum * sum;
  return gain > SURE * Math.sqrt(squares) / users.length;
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
