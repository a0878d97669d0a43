/** The conditional draws of one Gibbs iteration (equations: gibbs.ts), with the index arithmetic that makes them fast. */
import type { Draws } from "./draws.ts";
import type { Chain, Design, Parameters } from "./gibbs.ts";
import type { Relation } from "./relation.ts";

/** Per row, side by side for one cache line: Σo, Σo², Σe, Σeo, Σ1, q, Δ of the row's own pairs, q before. */
const STRIDE = 8;
const [O, OO, E, EO, N, Q, PAIRS, BEFORE] = [0, 1, 2, 3, 4, 5, 6, 7];

export interface Sweep {
  /** α, and μ and λ of every group. */
  drawScales(): void;
  /** w₀ and every w. */
  drawLinear(): void;
  /** v of factor f, of every relation. */
  drawFactor(f: number): void;
  /** Brings `own` up to date. */
  finish(): void;
}

export function createSweep(design: Design, chain: Chain, draws: Draws): Sweep {
  const { relations } = design;
  const { parameters, errors } = chain;
  const n = errors.length;
  const stats = relations.map(({ nRows }) => new Float64Array(nRows * STRIDE));
  /** Σ over the relations of q, per rating, of the factor at hand. */
  const totals = new Float32Array(n);
  return { drawScales, drawLinear, drawFactor, finish };

  function drawScales(): void {
    let squares = 0;
    for (let i = 0; i < n; i++) squares += errors[i] * errors[i];
    chain.alpha = draws.gamma((1 + n) / 2, (1 + squares) / 2);
    relations.forEach((relation, b) => {
      const { w, v, mu, lambda } = parameters[b];
      const nGroups = relation.groupStarts.length - 1;
      for (let f = -1; f < chain.rank; f++) {
        const values = f < 0 ? w : v.subarray(f * relation.nColumns, (f + 1) * relation.nColumns);
        for (let g = 0; g < nGroups; g++) drawGroup(relation, g, values, mu, lambda, (f + 1) * nGroups + g);
      }
    });
  }

  /** μ ~ N(Σθ/(n+1), 1/((n+1)λ)), then λ ~ Γ((n+2)/2, (1 + Σ(θ−μ)² + μ²)/2), over the columns that were met. */
  function drawGroup(
    { groupStarts, isMet }: Relation,
    g: number,
    values: Float64Array,
    mu: Float64Array,
    lambda: Float64Array,
    at: number,
  ): void {
    let [met, sum, squares] = [0, 0, 0];
    for (let j = groupStarts[g]; j < groupStarts[g + 1]; j++) {
      if (!isMet[j]) continue;
      met++;
      sum += values[j];
      squares += (values[j] - mu[at]) ** 2;
    }
    lambda[at] = draws.gamma((met + 2) / 2, (1 + squares + mu[at] ** 2) / 2);
    mu[at] = sum / (met + 1) + draws.normal() / Math.sqrt((met + 1) * lambda[at]);
  }

  function drawLinear(): void {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += errors[i];
    const shift = sum / n + draws.normal() / Math.sqrt(chain.alpha * n);
    chain.w0 += shift;
    for (let i = 0; i < n; i++) errors[i] -= shift;
    relations.forEach((relation, b) => {
      const { rowOf, nRows, counts } = relation;
      const stat = stats[b];
      stat.fill(0);
      for (let i = 0; i < n; i++) stat[rowOf[i] * STRIDE + E] += errors[i];
      for (let row = 0; row < nRows; row++) stat[row * STRIDE + N] = counts[row];
      sweepLinear(relation, parameters[b], stat);
      // PAIRS holds what the row's linear part grew by.
      for (let i = 0; i < n; i++) errors[i] -= stat[rowOf[i] * STRIDE + PAIRS];
    });
  }

  function sweepLinear(relation: Relation, { w, mu, lambda }: Parameters, stat: Float64Array): void {
    const { columnStarts, rows, values, groupStarts, isMet } = relation;
    for (let g = 0; g < groupStarts.length - 1; g++) {
      for (let j = groupStarts[g]; j < groupStarts[g + 1]; j++) {
        let [hh, he] = [0, 0];
        for (let k = columnStarts[j]; k < columnStarts[j + 1]; k++) {
          const at = rows[k] * STRIDE;
          hh += values[k] * values[k] * stat[at + N];
          he += values[k] * stat[at + E];
        }
        const drawn = isMet[j] ? conditional(w[j], hh, he, mu[g], lambda[g]) : mu[g];
        const step = drawn - w[j];
        w[j] = drawn;
        for (let k = columnStarts[j]; k < columnStarts[j + 1]; k++) {
          const at = rows[k] * STRIDE;
          stat[at + E] -= values[k] * step * stat[at + N];
          stat[at + PAIRS] += values[k] * step;
        }
      }
    }
  }

  function conditional(value: number, hh: number, he: number, mu: number, lambda: number): number {
    const precision = lambda + chain.alpha * hh;
    return (chain.alpha * (he + hh * value) + lambda * mu) / precision +
      draws.normal() / Math.sqrt(precision);
  }

  function drawFactor(f: number): void {
    sumTotals(f);
    for (let b = 0; b < relations.length; b++) {
      const { rowOf, nRows, counts } = relations[b];
      const stat = stats[b];
      const q = parameters[b].q.subarray(f * nRows, (f + 1) * nRows);
      stat.fill(0);
      for (let row = 0; row < nRows; row++) {
        stat[row * STRIDE + N] = counts[row];
        stat[row * STRIDE + Q] = stat[row * STRIDE + BEFORE] = q[row];
      }
      gather(rowOf, stat);
      sweepFactor(relations[b], parameters[b], stat, f);
      spread(rowOf, stat);
      for (let row = 0; row < nRows; row++) q[row] = stat[row * STRIDE + Q];
    }
  }

  function sumTotals(f: number): void {
    totals.fill(0);
    relations.forEach(({ rowOf, nRows }, b) => {
      const q = parameters[b].q.subarray(f * nRows, (f + 1) * nRows);
      for (let i = 0; i < n; i++) totals[i] += q[rowOf[i]];
    });
  }

  function gather(rowOf: Int32Array, stat: Float64Array): void {
    for (let i = 0; i < n; i++) {
      const at = rowOf[i] * STRIDE;
      const o = totals[i] - stat[at + BEFORE];
      const e = errors[i];
      stat[at + O] += o;
      stat[at + OO] += o * o;
      stat[at + E] += e;
      stat[at + EO] += e * o;
    }
  }

  function spread(rowOf: Int32Array, stat: Float64Array): void {
    for (let i = 0; i < n; i++) {
      const at = rowOf[i] * STRIDE;
      const grew = stat[at + Q] - stat[at + BEFORE];
      errors[i] -= (totals[i] - stat[at + BEFORE]) * grew + stat[at + PAIRS];
      totals[i] += grew;
    }
  }

  function sweepFactor(
    relation: Relation,
    { v, mu, lambda }: Parameters,
    stat: Float64Array,
    f: number,
  ): void {
    const { columnStarts, rows, values, groupStarts, isMet, nColumns } = relation;
    const nGroups = groupStarts.length - 1;
    for (let g = 0; g < nGroups; g++) {
      const [m, l] = [mu[(1 + f) * nGroups + g], lambda[(1 + f) * nGroups + g]];
      for (let j = groupStarts[g]; j < groupStarts[g + 1]; j++) {
        const old = v[f * nColumns + j];
        let [hh, he] = [0, 0];
        for (let k = columnStarts[j]; k < columnStarts[j + 1]; k++) {
          const [at, x] = [rows[k] * STRIDE, values[k]];
          const t = stat[at + Q] - x * old;
          hh += x * x * (stat[at + OO] + t * (2 * stat[at + O] + t * stat[at + N]));
          he += x * (stat[at + EO] + t * stat[at + E]);
        }
        const drawn = isMet[j] ? conditional(old, hh, he, m, l) : m;
        const step = drawn - old;
        v[f * nColumns + j] = drawn;
        for (let k = columnStarts[j]; k < columnStarts[j + 1]; k++) {
          const [at, x] = [rows[k] * STRIDE, values[k]];
          const t = stat[at + Q] - x * old;
          const dx = x * step;
          stat[at + E] -= dx * (stat[at + O] + t * stat[at + N]);
          stat[at + EO] -= dx * (stat[at + OO] + t * stat[at + O]);
          stat[at + PAIRS] += dx * t;
          stat[at + Q] += dx;
        }
      }
    }
  }

  function finish(): void {
    relations.forEach((relation, b) => sumOwn(relation, parameters[b], chain.rank));
  }
}

/** own = Σ_j w_j x_j + Σ_f ½(q² − Σ_j v²x²) of each row, from q as it is. */
export function sumOwn(relation: Relation, { w, v, q, own }: Parameters, rank: number): void {
  const { nRows, nColumns, columnStarts, rows, values } = relation;
  own.fill(0);
  for (let j = 0; j < nColumns; j++) {
    let square = 0;
    for (let f = 0; f < rank; f++) square += v[f * nColumns + j] ** 2;
    for (let k = columnStarts[j]; k < columnStarts[j + 1]; k++) {
      own[rows[k]] += w[j] * values[k] - square * values[k] ** 2 / 2;
    }
  }
  for (let f = 0; f < rank; f++) {
    for (let row = 0; row < nRows; row++) own[row] += q[f * nRows + row] ** 2 / 2;
  }
}
