/**
 * A Bayesian factorization machine, by Gibbs sampling over relations.
 *
 *   ŷ = w₀ + Σ_j w_j x_j + Σ_f ½[(Σ_j v_jf x_j)² − Σ_j v_jf² x_j²],   r ~ N(ŷ, 1/α)
 *   w_j ~ N(μ_g, 1/λ_g),  v_jf ~ N(μ_gf, 1/λ_gf),  λ, α ~ Γ(½, ½),  μ ~ N(0, 1/λ)        (g: group of column j)
 *
 * (Freudenthaler, Schmidt-Thieme & Rendle 2011; relations: Rendle 2013.) ŷ is linear in each single parameter θ with
 * slope h, so its conditional is normal: precision λ + α Σh², mean (α Σh(e + hθ) + λμ) / precision, e = r − ŷ.
 * For v_jf of one relation, h = x_j (o + t): o, the other relations' Σvx, changes from rating to rating, and
 * t = q − x_j v_jf, q this relation's own Σvx, does not inside a row. So Σ1, Σo, Σo², Σe, Σeo per row are all that a
 * sweep over the columns needs, and one factor costs two passes over the ratings and one over the entries.
 */
import { breathe } from "../breathe.ts";
import { createRng } from "../rng.ts";
import { createDraws } from "./draws.ts";
import { createSweep, sumOwn } from "./_sweep.ts";
import type { Relation } from "./relation.ts";

export interface Design {
  /** Stars of each rating. */
  readonly stars: Float32Array; // [n]
  readonly relations: readonly Relation[];
}

/** One relation's parameters, as they stand. */
export interface Parameters {
  readonly w: Float64Array; // [columns]
  readonly v: Float64Array; // [factors × columns]
  /** Σ_j v_jf x_j of each row. */
  readonly q: Float64Array; // [factors × rows]
  /** Σ_j w_j x_j plus the row's own pairs, Σ_f ½(q² − Σ v²x²): the rest of what a row adds to ŷ. */
  readonly own: Float64Array; // [rows]
  /** By group, of w, then of each factor. */
  readonly mu: Float64Array; // [(1 + factors) × groups]
  readonly lambda: Float64Array;
}

export interface Chain {
  readonly rank: number;
  w0: number;
  /** Precision of a rating's noise. */
  alpha: number;
  readonly parameters: readonly Parameters[];
  /** r − ŷ of each rating. */
  readonly errors: Float32Array;
}

/** First scatter of factors: small, yet not 0, where the gradient of every factor vanishes. */
const FIRST_DEVIATION = 0.1;
/** Visits of ratings between two breaths: about a tenth of a second. */
const VISITS_PER_BREATH = 2 ** 24;

export interface GibbsOptions {
  rank: number;
  iterations: number;
  seed: number;
  signal: AbortSignal;
  /** Called after each iteration (from 1); what it sees changes with the next. */
  visit(chain: Chain, iteration: number): void;
}

/** Runs a chain of `iterations` from a random start; returns its last state. */
export async function gibbs(design: Design, options: GibbsOptions): Promise<Chain> {
  const { rank, iterations, signal } = options;
  const draws = createDraws(createRng(options.seed));
  const chain = startChain(design, rank, draws.normal);
  const sweep = createSweep(design, chain, draws);
  let visits = 0;
  await breathe(signal);
  for (let iteration = 1; iteration <= iterations; iteration++) {
    sweep.drawScales();
    sweep.drawLinear();
    for (let f = 0; f < rank; f++) {
      sweep.drawFactor(f);
      if ((visits += 2 * design.stars.length) < VISITS_PER_BREATH) continue;
      visits = 0;
      await breathe(signal);
    }
    sweep.finish();
    options.visit(chain, iteration);
  }
  return chain;
}

/** Small random factors, every weight 0. */
export function startChain({ stars, relations }: Design, rank: number, normal: () => number): Chain {
  const w0 = stars.reduce((sum, r) => sum + r, 0) / stars.length;
  const parameters = relations.map((relation): Parameters => {
    const nGroups = relation.groupStarts.length - 1;
    return {
      w: new Float64Array(relation.nColumns),
      v: Float64Array.from({ length: rank * relation.nColumns }, () => FIRST_DEVIATION * normal()),
      q: new Float64Array(rank * relation.nRows),
      own: new Float64Array(relation.nRows),
      mu: new Float64Array((1 + rank) * nGroups),
      lambda: new Float64Array((1 + rank) * nGroups).fill(1),
    };
  });
  const chain: Chain = { rank, w0, alpha: 1, parameters, errors: stars.slice() };
  relations.forEach((relation, b) => sumRows(relation, parameters[b], rank));
  const rows = new Int32Array(relations.length);
  for (let n = 0; n < stars.length; n++) {
    relations.forEach((relation, b) => rows[b] = relation.rowOf[n]);
    chain.errors[n] -= predictRows(chain, rows);
  }
  return chain;
}

/** Writes q and `own` of every row from w and v. */
export function sumRows(relation: Relation, parameters: Parameters, rank: number): void {
  const { nRows, nColumns, columnStarts, rows, values } = relation;
  const { v, q } = parameters;
  q.fill(0);
  for (let f = 0; f < rank; f++) {
    for (let j = 0; j < nColumns; j++) {
      const value = v[f * nColumns + j];
      for (let k = columnStarts[j]; k < columnStarts[j + 1]; k++) q[f * nRows + rows[k]] += value * values[k];
    }
  }
  sumOwn(relation, parameters, rank);
}

/** ŷ of the rating whose row in relation b is `rows[b]`: pairs across relations are Σ_f ½[(Σ_b q)² − Σ_b q²]. */
export function predictRows({ rank, w0, parameters }: Chain, rows: ArrayLike<number>): number {
  let sum = w0;
  for (let b = 0; b < parameters.length; b++) sum += parameters[b].own[rows[b]];
  for (let f = 0; f < rank; f++) {
    let [total, squares] = [0, 0];
    for (let b = 0; b < parameters.length; b++) {
      const { q, own } = parameters[b];
      const value = q[f * own.length + rows[b]];
      total += value;
      squares += value * value;
    }
    sum += (total * total - squares) / 2;
  }
  return sum;
}
