/** Draws w₀ and every w: slope h = x, so Σe and the number of a row's ratings are all that its columns need. */
import type { Parameters } from "./gibbs.ts";
import type { Relation } from "./relation.ts";
import { drawValue } from "./_draw_value.ts";
import type { Work } from "./_sweep.ts";

/** Per row: Σe, Σ1, and what the row's linear part grew by. */
const STRIDE = 4;
const [E, N, GREW] = [0, 1, 2];

export function drawLinear(work: Work): void {
  const { design, chain, sums } = work;
  const { errors, parameters } = chain;
  drawIntercept(work);
  design.relations.forEach((relation, b) => {
    const { rowOf, nRows, counts } = relation;
    const stat = sums[b];
    stat.fill(0);
    for (let i = 0; i < errors.length; i++) stat[rowOf[i] * STRIDE + E] += errors[i];
    for (let row = 0; row < nRows; row++) stat[row * STRIDE + N] = counts[row];
    drawColumns(work, { relation, parameters: parameters[b], stat });
    for (let i = 0; i < errors.length; i++) errors[i] -= stat[rowOf[i] * STRIDE + GREW];
  });
}

/** w₀ has a flat prior. */
function drawIntercept({ chain, draws }: Work): void {
  const { errors } = chain;
  const n = errors.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += errors[i];
  const shift = sum / n + draws.normal() / Math.sqrt(chain.alpha * n);
  chain.w0 += shift;
  for (let i = 0; i < n; i++) errors[i] -= shift;
}

function drawColumns(
  { chain: { alpha }, draws }: Work,
  { relation, parameters: { w, mu, lambda }, stat }: {
    relation: Relation;
    parameters: Parameters;
    stat: Float64Array;
  },
): void {
  const { columnStarts, rows, values, groupStarts, isMet } = relation;
  for (let g = 0; g < groupStarts.length - 1; g++) {
    for (let j = groupStarts[g]; j < groupStarts[g + 1]; j++) {
      let [hh, he] = [0, 0];
      for (let k = columnStarts[j]; k < columnStarts[j + 1]; k++) {
        const at = rows[k] * STRIDE;
        hh += values[k] * values[k] * stat[at + N];
        he += values[k] * stat[at + E];
      }
      const drawn = isMet[j]
        ? drawValue({ value: w[j], hh, he, mu: mu[g], lambda: lambda[g], alpha }, draws)
        : mu[g];
      const step = drawn - w[j];
      w[j] = drawn;
      for (let k = columnStarts[j]; k < columnStarts[j + 1]; k++) {
        const at = rows[k] * STRIDE;
        stat[at + E] -= values[k] * step * stat[at + N];
        stat[at + GREW] += values[k] * step;
      }
    }
  }
}
