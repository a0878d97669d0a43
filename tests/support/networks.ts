/** Networks for tests of exports: one with every operation, and what any of them says, computed plainly in doubles. */
import { type Layer, type Network, sourcesOf, widthsOf } from "../../models/export/network.ts";
import { createRng, type Rng } from "../../models/rng.ts";

const floats = (n: number, rng: Rng) => Float32Array.from({ length: n }, () => 2 * rng.uniform() - 1);
const positive = (n: number, rng: Rng) => Float32Array.from({ length: n }, () => 0.5 + rng.uniform());

/**
 * Every operation once, some classes of layers several times and at several depths, so that a wrong order of weights
 * gives wrong numbers.
 */
export function everyOperation(seed = 1): Network {
  const rng = createRng(seed);
  const dense = (
    name: string,
    from: string,
    [width, units]: [number, number],
    activation = "linear" as const,
  ) =>
    ({
      op: "dense",
      name,
      from,
      units,
      kernel: floats(width * units, rng),
      bias: floats(units, rng),
      activation,
    }) as const;
  const norm = (name: string, from: string, width: number): Layer => ({
    op: "batch_norm",
    name,
    from,
    gamma: positive(width, rng),
    beta: floats(width, rng),
    mean: floats(width, rng),
    variance: positive(width, rng),
    epsilon: 1e-3,
  });
  return {
    name: "every_operation",
    layers: [
      { op: "input", name: "row", width: 1, type: "int32" },
      { op: "input", name: "left", width: 3 },
      { op: "input", name: "right", width: 5 },
      { op: "input", name: "shift", width: 1 },
      { op: "embedding", name: "looked_up", from: "row", dimension: 2, table: floats(7 * 2, rng) },
      {
        op: "normalise",
        name: "left_normalised",
        from: "left",
        mean: floats(3, rng),
        scale: positive(3, rng),
      },
      { op: "concatenate", name: "joined", from: ["looked_up", "left_normalised"] },
      { ...dense("left_1", "joined", [5, 6]), activation: "relu" },
      norm("left_norm", "left_1", 6),
      { op: "dropout", name: "left_dropout", from: "left_norm", rate: 0.3 },
      dense("left_2", "left_dropout", [6, 4]),
      { ...dense("right_1", "right", [5, 6]), activation: "tanh" },
      norm("right_norm", "right_1", 6),
      dense("right_2", "right_norm", [6, 4]),
      { op: "unit_length", name: "left_vector", from: "left_2" },
      { op: "unit_length", name: "right_vector", from: "right_2" },
      { op: "dot", name: "cosine", from: ["left_vector", "right_vector"] },
      { op: "affine", name: "line", from: "cosine", scale: 2.25, offset: 0.5 },
      { op: "add", name: "stars", from: ["line", "shift"] },
      { op: "activation", name: "probability", from: "line", activation: "sigmoid" },
    ],
    inputs: ["left", "right", "row", "shift"],
    outputs: ["stars", "probability", "right_vector"],
  };
}

/** `n` questions to `network`: values of every input, n rows each. */
export function questions(
  { layers }: Network,
  n: number,
  seed = 2,
): Record<string, Float32Array | Int32Array> {
  const rng = createRng(seed);
  return Object.fromEntries(
    layers.filter((layer) => layer.op === "input").map((layer) => [
      layer.name,
      layer.op === "input" && layer.type === "int32"
        ? Int32Array.from({ length: n }, () => rng.below(7))
        : floats(n * widthOf(layer), rng),
    ]),
  );
}

const widthOf = (layer: Layer) => layer.op === "input" ? layer.width : 0;

/** Row `row` of `n` of each input. */
export function rowOf(
  inputs: Readonly<Record<string, Float32Array | Int32Array>>,
  row: number,
  n: number,
): Record<string, ArrayLike<number>> {
  const own = Object.entries(inputs).map(([name, values]) => {
    const width = values.length / n;
    return [name, values.slice(row * width, (row + 1) * width)];
  });
  return Object.fromEntries(own);
}

/** Every layer's output for one row of each input, by name. */
export function answerPlainly(
  network: Network,
  inputs: Readonly<Record<string, ArrayLike<number>>>,
): Map<string, Float64Array> {
  const values = new Map<string, Float64Array>();
  const widths = widthsOf(network);
  for (const layer of network.layers) {
    const from = sourcesOf(layer).map((name) => values.get(name)!);
    const found = layer.op === "input"
      ? Float64Array.from(inputs[layer.name])
      : Float64Array.from({ length: widths.get(layer.name)! }, outputOf(layer, from));
    values.set(layer.name, found);
  }
  return values;
}

function outputOf(
  layer: Exclude<Layer, { op: "input" }>,
  from: Float64Array[],
): (_: unknown, k: number) => number {
  const [x, y] = from;
  switch (layer.op) {
    case "normalise":
      return (_, k) => (x[k] - layer.mean[k]) * layer.scale[k];
    case "dense":
      return (_, j) =>
        activate(
          layer.activation,
          x.reduce((sum, v, i) => sum + v * layer.kernel[i * layer.units + j], layer.bias[j]),
        );
    case "batch_norm": {
      const { gamma, beta, mean, variance, epsilon } = layer;
      return (_, k) => gamma[k] * (x[k] - mean[k]) / Math.sqrt(variance[k] + epsilon) + beta[k];
    }
    case "embedding":
      return (_, k) => layer.table[x[0] * layer.dimension + k];
    case "unit_length":
      return (_, k) => x[k] / Math.hypot(...x);
    case "activation":
      return (_, k) => activate(layer.activation, x[k]);
    case "affine":
      return (_, k) => layer.scale * x[k] + layer.offset;
    case "dot":
      return () => x.reduce((sum, value, k) => sum + value * y[k], 0);
    case "add":
      return (_, k) => from.reduce((sum, values) => sum + values[k], 0);
    case "concatenate":
      return (_, k) => from.flatMap((values) => [...values])[k];
    case "dropout":
      return (_, k) => x[k];
  }
}

function activate(activation: string, x: number): number {
  switch (activation) {
    case "relu":
      return Math.max(0, x);
    case "sigmoid":
      return 1 / (1 + Math.exp(-x));
    case "tanh":
      return Math.tanh(x);
    default:
      return x;
  }
}
