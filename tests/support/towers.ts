/** Small networks and examples for tests of towers and engines. */
import type { Examples } from "../../models/examples.ts";
import { createRng, type Rng } from "../../models/rng.ts";
import { forward, initialTower, type Weights } from "../../models/two_tower/towers.ts";

const normal = (n: number, rng: Rng) => Float32Array.from({ length: n }, () => 3 * (rng.uniform() - 0.5));

/** Untrained weights for inputs of 5 (user) and 4 (movie), with a normalisation that does something. */
export function smallWeights(units: readonly number[] = [6, 3], seed = 1): Weights {
  const rng = createRng(seed);
  const tower = (width: number) => {
    const scale = Float32Array.from({ length: width }, () => 0.5 + rng.uniform());
    const { layers, ...moments } = initialTower({ mean: normal(width, rng), scale }, units, rng);
    return { ...moments, layers: layers.map((layer) => ({ ...layer, bias: normal(layer.units, rng) })) };
  };
  return { user: tower(5), movie: tower(4), logScale: 0.3, offset: -0.2 };
}

/** `length` random examples for such weights. */
export function smallExamples(length: number, seed = 2): Examples {
  const rng = createRng(seed);
  return {
    length,
    user: normal(length * 5, rng),
    movie: normal(length * 4, rng),
    means: Float32Array.from({ length }, () => 3 + rng.uniform()),
    ratings: Float32Array.from({ length }, () => (1 + rng.below(10)) / 2),
  };
}

/** r̂ of every example by the plain forward pass, in doubles. */
export function predictPlainly(weights: Weights, examples: Examples): Float64Array {
  const [user, movie] = [forward(weights.user), forward(weights.movie)];
  const d = weights.user.layers[weights.user.layers.length - 1].units;
  const pair = new Float64Array(2 * d);
  return Float64Array.from({ length: examples.length }, (_, i) => {
    user(examples.user, 5 * i, pair, 0);
    movie(examples.movie, 4 * i, pair, d);
    let cosine = 0;
    for (let k = 0; k < d; k++) cosine += pair[k] * pair[d + k];
    return examples.means[i] + Math.exp(weights.logScale) * cosine + weights.offset;
  });
}
