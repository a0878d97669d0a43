/**
 * Two towers, forward, in plain TypeScript: what scores in service, and what every engine must agree with.
 *
 *   h₀ = (x − mean) ∘ scale,   h_l = relu(h_{l−1} W_l + b_l),   last layer without relu,   e = h_L / √(‖h_L‖² + ε)
 *   r̂ = g + a · ⟨e_user, e_movie⟩ + b,   a = exp(α) > 0
 *
 * A free scale a may turn negative, which reverses every list without hurting the squared error: hence exp.
 */
import type { Rng } from "../rng.ts";

/** ε keeps the gradient finite at the origin. */
export const NORM_EPSILON = 1e-12;

export interface Dense {
  readonly inputs: number;
  readonly units: number;
  readonly kernel: Float32Array; // [inputs × units]
  readonly bias: Float32Array; // [units]
}

export interface Tower {
  /** Normalisation of the inputs, fitted on training examples: (x − mean) · scale. */
  readonly mean: Float32Array; // [inputs]
  readonly scale: Float32Array;
  readonly layers: readonly Dense[];
}

export interface Weights {
  readonly user: Tower;
  readonly movie: Tower;
  /** α = ln a. */
  readonly logScale: number;
  /** b, in stars. */
  readonly offset: number;
}

/** Maps the inputs from `at` on to a unit vector, written into `out` from `outAt` on; sums in doubles. */
export type Forward = (
  inputs: Float32Array,
  at: number,
  out: Float32Array | Float64Array,
  outAt: number,
) => void;

export function forward({ mean, scale, layers }: Tower): Forward {
  const first = new Float64Array(mean.length);
  const activations = layers.map((layer) => new Float64Array(layer.units));
  return (inputs, at, out, outAt) => {
    for (let i = 0; i < first.length; i++) first[i] = (inputs[at + i] - mean[i]) * scale[i];
    let previous = first;
    for (let l = 0; l < layers.length; l++) {
      dense(layers[l], previous, activations[l]);
      if (l < layers.length - 1) relu(activations[l]);
      previous = activations[l];
    }
    let squares = 0;
    for (const value of previous) squares += value * value;
    const length = Math.sqrt(squares + NORM_EPSILON);
    for (let i = 0; i < previous.length; i++) out[outAt + i] = previous[i] / length;
  };
}

/** Row by row of the kernel, so that zeros (relu, one-hot) cost nothing. */
function dense({ units, kernel, bias }: Dense, x: Float64Array, out: Float64Array): void {
  out.set(bias);
  for (let i = 0; i < x.length; i++) {
    const value = x[i];
    if (value === 0) continue;
    for (let j = 0, at = i * units; j < units; j++, at++) out[j] += value * kernel[at];
  }
}

function relu(x: Float64Array): void {
  for (let i = 0; i < x.length; i++) if (x[i] < 0) x[i] = 0;
}

/** Normalisation of one tower's inputs. */
export type Moments = Pick<Tower, "mean" | "scale">;

/** A tower before training: Glorot-uniform kernels, zero biases. */
export function initialTower(moments: Moments, units: readonly number[], rng: Rng): Tower {
  const widths = [moments.mean.length, ...units];
  const layers = units.map((n, l) => {
    const limit = Math.sqrt(6 / (widths[l] + n));
    const kernel = Float32Array.from({ length: widths[l] * n }, () => (2 * rng.uniform() - 1) * limit);
    return { inputs: widths[l], units: n, kernel, bias: new Float32Array(n) };
  });
  return { ...moments, layers };
}
