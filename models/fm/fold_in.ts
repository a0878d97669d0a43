/** A user's (weight, vector) in every draw from their history: one small ridge regression each (equations: posterior.ts). */
import type { Posterior } from "./posterior.ts";

/** A history in the terms of a posterior. */
export interface Known {
  /** Where each rated movie's entries begin in `tables[i]`. */
  readonly tables: readonly Float32Array[];
  readonly offsets: ArrayLike<number>;
  readonly stars: ArrayLike<number>;
  /** Rated movies that the posterior knows of, by position among its own: what `rated` has entries for. */
  readonly rated: ArrayLike<number>;
  /** How many features of the kind "has rated" there are, known or not. */
  readonly nRated: number;
  /** Positions among the traits. */
  readonly traits: ArrayLike<number>;
}

/** Writes, per draw, w₀ + all that does not meet a movie, and the vector that does, into `out` [draws × (1 + rank)]. */
export function foldIn(posterior: Posterior, known: Known, out: Float64Array): void {
  const { rank, draws, scales } = posterior;
  const width = 1 + rank;
  const fixed = new Float64Array(width);
  const regression = createRegression(width);
  for (let d = 0; d < draws; d++) {
    const own = sumFixed(posterior, known, d, fixed);
    const at = d * (2 + 2 * width);
    const [w0, alpha] = [scales[at], scales[at + 1]];
    regression.start(
      scales.subarray(at + 2, at + 2 + width),
      scales.subarray(at + 2 + width, at + 2 + 2 * width),
    );
    for (let i = 0; i < known.offsets.length; i++) {
      const table = known.tables[i];
      const from = known.offsets[i] + d * width;
      let rest = known.stars[i] - w0 - own - table[from];
      const h = regression.h;
      h[0] = 1;
      for (let f = 1; f < width; f++) {
        const q = table[from + f];
        rest -= fixed[f] * q;
        h[f] = fixed[f] + q;
      }
      regression.add(rest, alpha);
    }
    const solved = regression.solve();
    let bias = w0 + own + solved[0];
    for (let f = 1; f < width; f++) {
      bias += solved[f] * fixed[f];
      out[d * width + f] = solved[f] + fixed[f];
    }
    out[d * width] = bias;
  }
}

/** Writes s into `fixed[1 …]`; returns own_s. */
function sumFixed(
  posterior: Posterior,
  { rated, nRated, traits }: Known,
  d: number,
  fixed: Float64Array,
): number {
  const { rank, draws } = posterior;
  const width = 1 + rank;
  fixed.fill(0);
  let [own, squares] = [0, 0];
  const add = (table: Float32Array, i: number, x: number) => {
    const at = (i * draws + d) * width;
    own += x * table[at];
    for (let f = 1; f < width; f++) {
      const vx = x * table[at + f];
      fixed[f] += vx;
      squares += vx * vx;
    }
  };
  if (posterior.implicit) {
    for (let i = 0; i < rated.length; i++) add(posterior.rated, rated[i], 1 / Math.sqrt(nRated));
  }
  for (let i = 0; i < traits.length; i++) add(posterior.traits, traits[i], 1);
  let pairs = -squares;
  for (let f = 1; f < width; f++) pairs += fixed[f] * fixed[f];
  return own + pairs / 2;
}

/** Solves (diag λ + α Σ hhᵀ) θ = λμ + α Σ h·rest by Cholesky; one at a time. */
export function createRegression(width: number) {
  const matrix = new Float64Array(width * width);
  const right = new Float64Array(width);
  const h = new Float64Array(width);
  return {
    h,
    start(mu: Float64Array, lambda: Float64Array): void {
      matrix.fill(0);
      for (let k = 0; k < width; k++) {
        matrix[k * width + k] = lambda[k];
        right[k] = lambda[k] * mu[k];
      }
    },
    /** Takes the example (`h`, rest) in. */
    add(rest: number, alpha: number): void {
      for (let k = 0; k < width; k++) {
        const scaled = alpha * h[k];
        right[k] += scaled * rest;
        for (let l = 0; l <= k; l++) matrix[k * width + l] += scaled * h[l];
      }
    },
    /** A view, until the next `start()`. */
    solve(): Float64Array {
      decompose(matrix, width);
      for (let k = 0; k < width; k++) {
        for (let l = 0; l < k; l++) right[k] -= matrix[k * width + l] * right[l];
        right[k] /= matrix[k * width + k];
      }
      for (let k = width - 1; k >= 0; k--) {
        for (let l = k + 1; l < width; l++) right[k] -= matrix[l * width + k] * right[l];
        right[k] /= matrix[k * width + k];
      }
      return right;
    },
  };
}

/** The lower triangle of `matrix` becomes its Cholesky factor. */
function decompose(matrix: Float64Array, width: number): void {
  for (let k = 0; k < width; k++) {
    for (let l = 0; l <= k; l++) {
      let sum = matrix[k * width + l];
      for (let i = 0; i < l; i++) sum -= matrix[k * width + i] * matrix[l * width + i];
      matrix[k * width + l] = k === l ? Math.sqrt(sum) : sum / matrix[l * width + l];
    }
  }
}
