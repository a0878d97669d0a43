/** One Gibbs iteration (equations: gibbs.ts) in its steps; each step draws what its module is named after. */
import { drawFactor, STRIDE } from "./_draw_factor.ts";
import { drawLinear } from "./_draw_linear.ts";
import { drawScales } from "./_draw_scales.ts";
import type { Draws } from "./draws.ts";
import type { Chain, Design, Parameters } from "./gibbs.ts";
import type { Relation } from "./relation.ts";

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

/** What the steps share: the chain that they move, and room that each of them overwrites. */
export interface Work {
  readonly design: Design;
  readonly chain: Chain;
  readonly draws: Draws;
  /** Of each relation's rows: sums that its columns share while they are drawn. */
  readonly sums: readonly Float64Array[]; // [rows × STRIDE] each
  /** Σ over the relations of q, per rating, of the factor at hand. */
  readonly totals: Float32Array; // [n]
}

export function createSweep(design: Design, chain: Chain, draws: Draws): Sweep {
  const { relations } = design;
  const work: Work = {
    design,
    chain,
    draws,
    sums: relations.map(({ nRows }) => new Float64Array(nRows * STRIDE)),
    totals: new Float32Array(chain.errors.length),
  };
  return {
    drawScales: () => drawScales(design, chain, draws),
    drawLinear: () => drawLinear(work),
    drawFactor: (f) => drawFactor(work, f),
    finish: () => relations.forEach((relation, b) => sumOwn(relation, chain.parameters[b], chain.rank)),
  };
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
