/**
 * Conditional logit (McFadden 1974; as a listwise loss Cao et al. 2007): who would choose what of a list.
 *
 *   P(m | list) = exp(wᵀx_m) / Σ_{j ∈ list} exp(wᵀx_j)
 *   L(w) = (1/L) Σ_lists 1/√|liked| Σ_{m ∈ liked} −ln P(m | list) + λ/2 ‖w‖²
 *
 * L is convex with as many unknowns as there are features, so Newton's method finds its minimum in a few passes:
 *
 *   ∇ = (1/L) Σ_lists (1/√n) (n·x̄ − Σ_{m ∈ liked} x_m) + λw,   H = (1/L) Σ_lists √n (Σ_m P_m x_m x_mᵀ − x̄ x̄ᵀ) + λI
 *
 * with x̄ = Σ_m P_m x_m and n = |liked|. Somebody who liked many movies counts more than who liked one, but not n times.
 */
import { breathe } from "../breathe.ts";

/** Candidates of one person: rows of features, and places in the list of what they liked. */
export interface List {
  readonly features: Float32Array; // [candidates × width]
  readonly liked: readonly number[];
}

export interface LogitOptions {
  width: number;
  /** λ. */
  l2: number;
  signal: AbortSignal;
}

const MOST_PASSES = 30;
/** Newton's decrement below which the minimum is as near as floats of features tell. */
const NEAR_ENOUGH = 1e-10;

/** The w that minimises L over `lists`, each with at least one liked movie. */
export async function fitLogit(lists: readonly List[], options: LogitOptions): Promise<Float64Array> {
  let weights = new Float64Array(options.width);
  let here = await curvature(lists, weights, options);
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const step = solve(here.hessian, here.gradient);
    const decrement = step.reduce((sum, value, i) => sum + value * here.gradient[i], 0);
    if (decrement < NEAR_ENOUGH) break;
    let size = 1;
    let next = weights.map((value, i) => value - step[i]);
    let there = await curvature(lists, next, options);
    while (!(there.loss <= here.loss - 1e-4 * size * decrement) && size > 1e-6) {
      const shorter = size /= 2;
      next = weights.map((value, i) => value - shorter * step[i]);
      there = await curvature(lists, next, options);
    }
    if (!(there.loss < here.loss)) break;
    [weights, here] = [next, there];
  }
  return weights;
}

export interface Curvature {
  loss: number;
  gradient: Float64Array;
  hessian: Float64Array; // [width × width]
}

/** L, its gradient and its Hessian at `weights`. */
export async function curvature(
  lists: readonly List[],
  weights: Float64Array,
  { width, l2, signal }: LogitOptions,
): Promise<Curvature> {
  const gradient = weights.map((value) => l2 * value);
  const hessian = new Float64Array(width * width);
  for (let i = 0; i < width; i++) hessian[i * width + i] = l2;
  let loss = weights.reduce((sum, value) => sum + l2 / 2 * value * value, 0);
  for (let l = 0; l < lists.length; l++) {
    loss += addList(lists[l], weights, { share: 1 / lists.length, gradient, hessian });
    if (l % 256 === 255) await breathe(signal);
  }
  return { loss, gradient, hessian };
}

/** Adds one list's part to gradient and Hessian; returns its part of the loss. */
function addList(
  { features, liked }: List,
  weights: Float64Array,
  { share, gradient, hessian }: { share: number; gradient: Float64Array; hessian: Float64Array },
): number {
  const width = weights.length;
  const n = liked.length;
  const scores = scoresOf(features, weights);
  const top = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  const odds = scores.map((score) => Math.exp(score - top));
  const total = odds.reduce((a, b) => a + b, 0);
  const mean = new Float64Array(width);
  const each = share / Math.sqrt(n);
  for (let m = 0; m < odds.length; m++) {
    const x = features.subarray(m * width, (m + 1) * width);
    const p = odds[m] / total;
    for (let i = 0; i < width; i++) {
      mean[i] += p * x[i];
      const scaled = n * each * p * x[i];
      for (let j = 0; j <= i; j++) hessian[i * width + j] += scaled * x[j];
    }
  }
  for (let i = 0; i < width; i++) {
    gradient[i] += n * each * mean[i];
    for (let j = 0; j <= i; j++) {
      hessian[i * width + j] -= n * each * mean[i] * mean[j];
      hessian[j * width + i] = hessian[i * width + j];
    }
  }
  let loss = 0;
  for (const m of liked) {
    loss -= each * (scores[m] - top - Math.log(total));
    for (let i = 0; i < width; i++) gradient[i] -= each * features[m * width + i];
  }
  return loss;
}

/** wᵀx of each row. */
export function scoresOf(features: Float32Array, weights: Float64Array): Float64Array {
  const width = weights.length;
  return Float64Array.from({ length: features.length / width }, (_, m) => {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += weights[i] * features[m * width + i];
    return sum;
  });
}

/** H⁻¹ b by Cholesky's decomposition; H is positive definite. */
function solve(hessian: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  const lower = hessian.slice();
  const x = b.slice();
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = lower[i * n + j];
      for (let k = 0; k < j; k++) sum -= lower[i * n + k] * lower[j * n + k];
      lower[i * n + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / lower[j * n + j];
    }
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= lower[i * n + k] * x[k];
    x[i] /= lower[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= lower[k * n + i] * x[k];
    x[i] /= lower[i * n + i];
  }
  return x;
}
