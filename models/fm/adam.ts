/**
 * A factorization machine by stochastic gradients: minimises ½Σ(r − ŷ)² + ½λ(Σw² + Σv²) in mini-batches.
 *
 * Steps are Adam's (Kingma & Ba 2015). Inside a relation the gradient needs Σe and Σeo per row only (gibbs.ts has the
 * derivation): −Σ h e = −Σ_rows x_j (Σeo + t Σe), so that a step costs its batch and one pass over the entries.
 */
import { breathe } from "../breathe.ts";
import { permutation, type Rng } from "../rng.ts";
import { type Chain, type Design, type Parameters, predictRows, sumRows } from "./gibbs.ts";
import type { Relation } from "./relation.ts";

export interface AdamOptions {
  epochs: number;
  /** Steps per epoch; a batch is as large as it must be. */
  stepsPerEpoch: number;
  learningRate: number;
  /** λ. */
  regularization: number;
  rng: Rng;
  signal: AbortSignal;
  progress(epoch: number): void;
}

const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];
/** Entries × factors between two breaths: about a fifth of a second. */
const WORK_PER_BREATH = 5e7;

/** Trains `chain` where it stands; the rate falls linearly to 0. */
export async function adam(design: Design, chain: Chain, options: AdamOptions): Promise<void> {
  const { epochs, stepsPerEpoch, signal } = options;
  const n = design.stars.length;
  const sides = design.relations.map((relation, b) => createSide(relation, chain.parameters[b], chain.rank));
  const size = Math.ceil(n / stepsPerEpoch);
  const nSteps = epochs * Math.ceil(n / size);
  let [step, work] = [0, 0];
  await breathe(signal);
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const order = permutation(n, options.rng);
    for (let from = 0; from < n; from += size) {
      const rows = order.subarray(from, from + size);
      const rate = options.learningRate * (1 - step / nSteps);
      step++;
      const sum = gradients(design, chain, { rows, sides });
      chain.w0 += rate * sum / rows.length;
      for (const side of sides) {
        side.move({ share: rows.length / n, rate, step, regularization: options.regularization });
      }
      work += sides.reduce((all, side) => all + side.work, rows.length * chain.rank);
      if (work < WORK_PER_BREATH) continue;
      work = 0;
      await breathe(signal);
    }
    options.progress(epoch);
  }
  const rows = new Int32Array(design.relations.length);
  for (let i = 0; i < n; i++) {
    design.relations.forEach(({ rowOf }, b) => rows[b] = rowOf[i]);
    chain.errors[i] = design.stars[i] - predictRows(chain, rows);
  }
}

type Side = ReturnType<typeof createSide>;

/** Adds every rating of `rows` into the sides' Σe and Σeo; returns Σe. */
function gradients(
  { stars, relations }: Design,
  { rank, w0, parameters }: Chain,
  { rows, sides }: { rows: Uint32Array; sides: readonly Side[] },
): number {
  const totals = new Float64Array(rank);
  let sum = 0;
  for (const n of rows) {
    let predicted = w0;
    totals.fill(0);
    let squares = 0;
    for (let b = 0; b < relations.length; b++) {
      const row = relations[b].rowOf[n];
      const { q, own } = parameters[b];
      predicted += own[row];
      for (let f = 0; f < rank; f++) {
        const value = q[f * own.length + row];
        totals[f] += value;
        squares += value * value;
      }
    }
    for (let f = 0; f < rank; f++) predicted += totals[f] * totals[f] / 2;
    const error = stars[n] - (predicted - squares / 2);
    sum += error;
    for (let b = 0; b < relations.length; b++) sides[b].add(relations[b].rowOf[n], error, totals);
  }
  return sum;
}

/** Adam's state of one relation, and the sums of a batch. */
function createSide(relation: Relation, parameters: Parameters, rank: number) {
  const { nRows, nColumns, columnStarts, rows, values } = relation;
  const { w, v, q } = parameters;
  const errorSums = new Float64Array(nRows);
  const productSums = new Float64Array(rank * nRows);
  const moments = [w, v].map(({ length }) => ({
    first: new Float64Array(length),
    second: new Float64Array(length),
  }));
  return {
    work: rank * rows.length,
    add(row: number, error: number, totals: Float64Array): void {
      errorSums[row] += error;
      for (let f = 0; f < rank; f++) {
        productSums[f * nRows + row] += error * (totals[f] - q[f * nRows + row]);
      }
    },
    /** One step on the batch that was added: a `share` of the ratings, so of λ as well. */
    move(options: { share: number; rate: number; step: number; regularization: number }): void {
      const { share, regularization } = options;
      const stride = stepper(options);
      for (let j = 0; j < nColumns; j++) {
        if (!relation.isMet[j]) continue;
        let slope = share * regularization * w[j];
        for (let k = columnStarts[j]; k < columnStarts[j + 1]; k++) slope -= values[k] * errorSums[rows[k]];
        stride(w, moments[0], j, slope);
      }
      for (let f = 0; f < rank; f++) {
        for (let j = 0; j < nColumns; j++) {
          if (!relation.isMet[j]) continue;
          const at = f * nColumns + j;
          let slope = share * regularization * v[at];
          for (let k = columnStarts[j]; k < columnStarts[j + 1]; k++) {
            const place = f * nRows + rows[k];
            const t = q[place] - values[k] * v[at];
            slope -= values[k] * (productSums[place] + t * errorSums[rows[k]]);
          }
          stride(v, moments[1], at, slope);
        }
      }
      sumRows(relation, parameters, rank);
      errorSums.fill(0);
      productSums.fill(0);
    },
  };
}

interface Moments {
  first: Float64Array;
  second: Float64Array;
}

function stepper({ rate, step }: { rate: number; step: number }) {
  const scale = rate * Math.sqrt(1 - BETA2 ** step) / (1 - BETA1 ** step);
  return (values: Float64Array, { first, second }: Moments, at: number, slope: number): void => {
    first[at] += (1 - BETA1) * (slope - first[at]);
    second[at] += (1 - BETA2) * (slope * slope - second[at]);
    values[at] -= scale * first[at] / (Math.sqrt(second[at]) + EPSILON);
  };
}
