/** Draws v of one factor, relation by relation: h = x_j (o + t), whose sums over a row's ratings gibbs.ts derives. */
import type { Parameters } from "./gibbs.ts";
import type { Relation } from "./relation.ts";
import { drawValue } from "./_draw_value.ts";
import type { Work } from "./_sweep.ts";

/** Per row, side by side for one cache line: Σo, Σo², Σe, Σeo, Σ1, q, Δ of the row's own pairs, q before. */
export const STRIDE = 8;
// Not imported from a module of their own: V8 folds constants of the module at hand only, a quarter of the time.
const [O, OO, E, EO, N, Q, PAIRS, BEFORE] = [0, 1, 2, 3, 4, 5, 6, 7];

export function drawFactor(work: Work, f: number): void {
  const { design: { relations }, chain: { parameters }, sums } = work;
  sumTotals(work, f);
  for (let b = 0; b < relations.length; b++) {
    const { rowOf, nRows, counts } = relations[b];
    const stat = sums[b];
    const q = parameters[b].q.subarray(f * nRows, (f + 1) * nRows);
    stat.fill(0);
    for (let row = 0; row < nRows; row++) {
      stat[row * STRIDE + N] = counts[row];
      stat[row * STRIDE + Q] = stat[row * STRIDE + BEFORE] = q[row];
    }
    gather(work, rowOf, stat);
    drawColumns(work, { relation: relations[b], parameters: parameters[b], stat, f });
    spread(work, rowOf, stat);
    for (let row = 0; row < nRows; row++) q[row] = stat[row * STRIDE + Q];
  }
}

function sumTotals({ design, chain, totals }: Work, f: number): void {
  totals.fill(0);
  design.relations.forEach(({ rowOf, nRows }, b) => {
    const q = chain.parameters[b].q.subarray(f * nRows, (f + 1) * nRows);
    for (let i = 0; i < totals.length; i++) totals[i] += q[rowOf[i]];
  });
}

/** From the ratings to their rows. */
function gather({ chain: { errors }, totals }: Work, rowOf: Int32Array, stat: Float64Array): void {
  for (let i = 0; i < errors.length; i++) {
    const at = rowOf[i] * STRIDE;
    const o = totals[i] - stat[at + BEFORE];
    const e = errors[i];
    stat[at + O] += o;
    stat[at + OO] += o * o;
    stat[at + E] += e;
    stat[at + EO] += e * o;
  }
}

/** From the rows back to their ratings. */
function spread({ chain: { errors }, totals }: Work, rowOf: Int32Array, stat: Float64Array): void {
  for (let i = 0; i < errors.length; i++) {
    const at = rowOf[i] * STRIDE;
    const grew = stat[at + Q] - stat[at + BEFORE];
    errors[i] -= (totals[i] - stat[at + BEFORE]) * grew + stat[at + PAIRS];
    totals[i] += grew;
  }
}

interface Side {
  relation: Relation;
  parameters: Parameters;
  stat: Float64Array;
  f: number;
}

function drawColumns({ chain: { alpha }, draws }: Work, { relation, parameters, stat, f }: Side): void {
  const { columnStarts, rows, values, groupStarts, isMet, nColumns } = relation;
  const { v, mu: means, lambda: precisions } = parameters;
  const nGroups = groupStarts.length - 1;
  for (let g = 0; g < nGroups; g++) {
    const [mu, lambda] = [means[(1 + f) * nGroups + g], precisions[(1 + f) * nGroups + g]];
    for (let j = groupStarts[g]; j < groupStarts[g + 1]; j++) {
      const value = v[f * nColumns + j];
      let [hh, he] = [0, 0];
      for (let k = columnStarts[j]; k < columnStarts[j + 1]; k++) {
        const [at, x] = [rows[k] * STRIDE, values[k]];
        const t = stat[at + Q] - x * value;
        hh += x * x * (stat[at + OO] + t * (2 * stat[at + O] + t * stat[at + N]));
        he += x * (stat[at + EO] + t * stat[at + E]);
      }
      const drawn = isMet[j] ? drawValue({ value, hh, he, mu, lambda, alpha }, draws) : mu;
      const step = drawn - value;
      v[f * nColumns + j] = drawn;
      for (let k = columnStarts[j]; k < columnStarts[j + 1]; k++) {
        const [at, x] = [rows[k] * STRIDE, values[k]];
        const t = stat[at + Q] - x * value;
        const dx = x * step;
        stat[at + E] -= dx * (stat[at + O] + t * stat[at + N]);
        stat[at + EO] -= dx * (stat[at + OO] + t * stat[at + O]);
        stat[at + PAIRS] += dx * t;
        stat[at + Q] += dx;
      }
    }
  }
}
