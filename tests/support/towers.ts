/** Small networks and examples for tests of towers and engines. */
import type { Examples } from "../../models/examples.ts";
import { createRng, type Rng } from "../../models/rng.ts";
import { type Head, HEADS } from "../../models/two_tower/heads.ts";
import { forward, initialTower, type Weights } from "../../models/two_tower/towers.ts";

const normal = (n: number, rng: Rng) => Float32Array.from({ length: n }, () => 3 * (rng.uniform() - 0.5));

export interface SmallOptions {
  units?: readonly number[];
  seed?: number;
  head?: Head;
  /** Rows of tables, of 2 columns each, before the 5 (user) and 4 (movie) numbers. */
  tables?: readonly number[];
  dropout?: number;
}

/** Untrained weights for inputs of 5 (user) and 4 (movie), with a normalisation that does something. */
export function smallWeights(options: SmallOptions = {}): Weights {
  const { units = [6, 3], seed = 1, head = "line", tables = [], dropout = 0 } = options;
  const rng = createRng(seed);
  const shape = { units, tables: tables.map((rows) => ({ rows, dimension: 2 })), dropout };
  const tower = (width: number) => {
    const scale = Float32Array.from({ length: width }, () => 0.5 + rng.uniform());
    const drawn = initialTower({ mean: normal(width, rng), scale }, shape, rng);
    return { ...drawn, layers: drawn.layers.map((layer) => ({ ...layer, bias: normal(layer.units, rng) })) };
  };
  return { user: tower(5), movie: tower(4), head, logScale: 0.3, offset: -0.2 };
}

/** `length` random examples for such weights. */
export function smallExamples(length: number, seed = 2, tables: readonly number[] = []): Examples {
  const rng = createRng(seed);
  const rows = (numbers: Float32Array) => {
    if (tables.length === 0) return numbers;
    const width = numbers.length / length;
    const parts = Array.from({ length }, (_, i) => [
      ...tables.map((rows) => rng.below(rows)),
      ...numbers.subarray(i * width, (i + 1) * width),
    ]);
    return Float32Array.from(parts.flat());
  };
  return {
    length,
    user: rows(normal(length * 5, rng)),
    movie: rows(normal(length * 4, rng)),
    means: Float32Array.from({ length }, () => 3 + rng.uniform()),
    ratings: Float32Array.from({ length }, () => (1 + rng.below(10)) / 2),
  };
}

/** What the head predicts of every example by the plain forward pass, in doubles. */
export function predictPlainly(weights: Weights, examples: Examples): Float64Array {
  const [user, movie] = [forward(weights.user, weights.head), forward(weights.movie, weights.head)];
  const d = weights.user.layers[weights.user.layers.length - 1].units;
  const pair = new Float64Array(2 * d);
  const [userWidth, movieWidth] = [examples.user, examples.movie].map(({ length }) =>
    length / examples.length
  );
  return Float64Array.from({ length: examples.length }, (_, i) => {
    user(examples.user, userWidth * i, pair, 0);
    movie(examples.movie, movieWidth * i, pair, d);
    let dot = 0;
    for (let k = 0; k < d; k++) dot += pair[k] * pair[d + k];
    return predictionOf(weights, dot, examples.means[i]);
  });
}

/** What a head makes of the dot product `dot`; `mean` is the running mean of the example. */
function predictionOf(
  { head, logScale, offset }: { head: Head; logScale: number; offset: number },
  dot: number,
  mean: number,
): number {
  if (!HEADS[head].hasLine) return dot;
  const line = Math.exp(logScale) * dot + offset;
  return head === "line" ? mean + line : 1 / (1 + Math.exp(-line));
}
