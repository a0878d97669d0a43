/**
 * The ranking network, forward, in plain TypeScript: what scores in service, and what its training must agree with.
 *
 *   h₀ = x,   h_l = N_l(relu(h_{l−1} W_l + b_l)),   N(h) = γ ∘ (h − μ) / √(σ² + ε) + β, or h where there is none,
 *   r̂ = h_L w + c
 *
 * In service μ and σ² are the averages of training, so N is a line, and a line before a dense layer is a dense layer:
 *
 *   s = γ / √(σ² + ε),   t = β − s ∘ μ,   W'_{l+1} = diag(s) W_{l+1},   b'_{l+1} = b_{l+1} + t W_{l+1}
 */
import type { Rng } from "../rng.ts";
import type { Dense } from "../two_tower/towers.ts";

/** ε, as Keras has it. */
export const NORM_EPSILON = 1e-3;

/** Batch normalisation (Ioffe & Szegedy 2015), each [units]. */
export interface Norm {
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

export interface HiddenLayer extends Dense {
  /** After ReLU; null: none. */
  readonly norm: Norm | null;
  /** Share that training silences after that. */
  readonly dropout: number;
}

export interface RankerNetwork {
  readonly hidden: readonly HiddenLayer[];
  readonly top: Dense;
}

/** The same network without normalisation; its layers in order, the last one linear. */
export function folded({ hidden, top }: RankerNetwork): Dense[] {
  const layers = [...hidden, top];
  return layers.map((layer, l) => {
    const norm = l === 0 ? null : hidden[l - 1].norm;
    return norm === null ? layer : behindLine(layer, lineOf(norm));
  });
}

function lineOf({ gamma, beta, mean, variance }: Norm): { scale: Float64Array; shift: Float64Array } {
  const scale = Float64Array.from(gamma, (g, i) => g / Math.sqrt(variance[i] + NORM_EPSILON));
  return { scale, shift: Float64Array.from(beta, (b, i) => b - scale[i] * mean[i]) };
}

/** The layer that does to h what `layer` does to scale ∘ h + shift. */
function behindLine(
  { inputs, units, kernel, bias }: Dense,
  { scale, shift }: { scale: Float64Array; shift: Float64Array },
): Dense {
  const sums = Float64Array.from(bias);
  for (let i = 0; i < inputs; i++) {
    for (let j = 0; j < units; j++) sums[j] += shift[i] * kernel[i * units + j];
  }
  return {
    inputs,
    units,
    kernel: kernel.map((value, at) => value * scale[Math.floor(at / units)]),
    bias: Float32Array.from(sums),
  };
}

/**
 * r̂ by layers that `folded()` gave, of inputs that come in two halves: what `head` adds to the first layer is summed
 * once for every `tail`. One at a time: it keeps room for what is between layers.
 */
export function forwardFolded(
  layers: readonly Dense[],
): (head: Float32Array) => (tail: Float32Array) => number {
  const rooms = layers.map(({ units }) => new Float64Array(units));
  const [first, ...rest] = layers;
  const begun = new Float64Array(first.units);
  return (head) => {
    begun.set(first.bias);
    addProduct(begun, head, first);
    return (tail) => {
      rooms[0].set(begun);
      addProduct(rooms[0], tail, first, head.length);
      rest.forEach((layer, l) => {
        const [below, out] = [rooms[l], rooms[l + 1]];
        for (let i = 0; i < below.length; i++) if (below[i] < 0) below[i] = 0;
        out.set(layer.bias);
        addProduct(out, below, layer);
      });
      return rooms[rest.length][0];
    };
  };
}

/** out += x K, x being the layer's inputs from `from` on. */
function addProduct(
  out: Float64Array,
  x: Float32Array | Float64Array,
  { units, kernel }: Dense,
  from = 0,
): void {
  for (let i = 0; i < x.length; i++) {
    const value = x[i];
    if (value === 0) continue;
    for (let j = 0, at = (from + i) * units; j < units; j++, at++) out[j] += value * kernel[at];
  }
}

export interface RankerShape {
  inputs: number;
  hidden: readonly { units: number; dropout: number; isNormalised: boolean }[];
  /** What the network says before it has learnt anything, in stars. */
  middle: number;
}

/** A network before training: Glorot-uniform kernels, zero biases but the last, which is the middle of the ratings. */
export function initialRanker({ inputs, hidden, middle }: RankerShape, rng: Rng): RankerNetwork {
  const dense = (width: number, units: number): Dense => {
    const limit = Math.sqrt(6 / (width + units));
    const kernel = Float32Array.from({ length: width * units }, () => (2 * rng.uniform() - 1) * limit);
    return { inputs: width, units, kernel, bias: new Float32Array(units) };
  };
  const widths = [inputs, ...hidden.map(({ units }) => units)];
  const layers = hidden.map(({ units, dropout, isNormalised }, l): HiddenLayer => ({
    ...dense(widths[l], units),
    norm: isNormalised ? initialNorm(units) : null,
    dropout,
  }));
  return { hidden: layers, top: { ...dense(widths[hidden.length], 1), bias: Float32Array.of(middle) } };
}

function initialNorm(units: number): Norm {
  const ones = () => new Float32Array(units).fill(1);
  return { gamma: ones(), beta: new Float32Array(units), mean: new Float32Array(units), variance: ones() };
}
