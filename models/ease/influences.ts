/** Single entries of B, in either form that a fit leaves it in: what one rated movie says of another. */
import type { Dual, Primal } from "./ease.ts";

/** Places of movies in the model; −1: it does not know them, and B says nothing of them. */
export interface Pairs {
  rated: Int32Array;
  asked: Int32Array;
}

/** B_ij for i of `rated` and j of `asked` [asked × rated]. */
export function influencesIn(form: Primal | Dual, pairs: Pairs): Float64Array {
  return "weights" in form ? ofPrimal(form, pairs) : ofDual(form, pairs);
}

function ofPrimal({ weights }: Primal, { rated, asked }: Pairs): Float64Array {
  const nMovies = Math.sqrt(weights.length);
  const out = new Float64Array(asked.length * rated.length);
  asked.forEach((j, m) =>
    rated.forEach((i, k) => {
      if (i !== -1 && j !== -1) out[m * rated.length + k] = weights[i * nMovies + j];
    })
  );
  return out;
}

/** B_ij = δ_ij − (δ_ij − (XᵀKX)_ij) / p_j, a column of XᵀKX for each movie asked about. */
function ofDual({ rows, kernel, pivots }: Dual, { rated, asked }: Pairs): Float64Array {
  const { nRows, nColumns, starts, columns, values } = rows;
  const out = new Float64Array(asked.length * rated.length);
  const spread = new Float64Array(nRows);
  const column = new Float64Array(nColumns);
  asked.forEach((j, m) => {
    if (j === -1) return;
    spread.fill(0);
    for (let row = 0; row < nRows; row++) {
      for (let k = starts[row]; k < starts[row + 1]; k++) {
        if (columns[k] !== j) continue;
        for (let other = 0; other < nRows; other++) spread[other] += values[k] * kernel[row * nRows + other];
      }
    }
    column.fill(0);
    for (let row = 0; row < nRows; row++) {
      for (let k = starts[row]; k < starts[row + 1]; k++) column[columns[k]] += values[k] * spread[row];
    }
    rated.forEach((i, k) => {
      if (i === -1) return;
      const own = i === j ? 1 : 0;
      out[m * rated.length + k] = own - (own - column[i]) / pivots[j];
    });
  });
  return out;
}
