/** A network in the layers that Keras and TensorFlow.js have, with their class names, settings and weights. */
import type { Json } from "../container.ts";
import { type Layer, type Network, sourcesOf, widthsOf } from "./network.ts";

export interface Weight {
  /** As the tool calls it: kernel, bias, gamma, … */
  name: string;
  values: Float32Array;
  shape: readonly number[];
}

export interface StandardLayer {
  name: string;
  className: string;
  config: Record<string, Json>;
  from: readonly string[];
  /** Whether it takes its inputs as one list, as layers that merge do. */
  takesList: boolean;
  weights: readonly Weight[];
  /** Of its output, without the batch. */
  shape: readonly number[];
  type: "float32" | "int32";
}

/** What one tool has for an operation that the other lacks. */
export interface Dialect {
  normalise(layer: Of<"normalise">, width: number): StandardLayer[];
  unitLength(layer: Of<"unit_length">, width: number): StandardLayer[];
  /** Settings of an input of `width` values. */
  input(width: number): Record<string, Json>;
}

export type Of<Op extends Layer["op"]> = Extract<Layer, { op: Op }>;

/** The layers of `network`, each after those that it takes from. @throws {RangeError} when they do not fit together. */
export function standardLayers(network: Network, dialect: Dialect): StandardLayer[] {
  const widths = widthsOf(network);
  return network.layers.flatMap((layer) => {
    const from = sourcesOf(layer);
    return translate(layer, { dialect, width: widths.get(layer.name)!, inner: widths.get(from[0]) ?? 0 });
  });
}

/** `width` of the output, `inner` of the (first) input. */
function translate(
  layer: Layer,
  { dialect, width, inner }: { dialect: Dialect; width: number; inner: number },
): StandardLayer[] {
  switch (layer.op) {
    case "input":
      return [plain(layer, "InputLayer", width, { ...dialect.input(width), dtype: layer.type ?? "float32" })];
    case "normalise":
      return dialect.normalise(layer, width);
    case "unit_length":
      return dialect.unitLength(layer, width);
    case "dense":
      return [denseLayer(layer, inner)];
    case "batch_norm":
      return [batchNormLayer(layer)];
    case "embedding":
      return embeddingLayers(layer);
    case "dropout":
      return [plain(layer, "Dropout", width, { rate: layer.rate })];
    case "activation":
      return [plain(layer, "Activation", width, { activation: layer.activation })];
    case "affine":
      return [plain(layer, "Rescaling", width, { scale: layer.scale, offset: layer.offset })];
    case "dot":
      return [plain(layer, "Dot", width, { axes: 1, normalize: false })];
    case "add":
      return [plain(layer, "Add", width, {})];
    case "concatenate":
      return [plain(layer, "Concatenate", width, { axis: -1 })];
  }
}

function plain(layer: Layer, className: string, width: number, config: Record<string, Json>): StandardLayer {
  const { name } = layer;
  const type = layer.op === "input" ? layer.type ?? "float32" : "float32";
  const takesList = layer.op !== "input" && typeof layer.from !== "string";
  return { name, className, config, from: sourcesOf(layer), takesList, weights: [], shape: [width], type };
}

/** A Dense layer of `inner` inputs. */
export function denseLayer(
  { name, from, units, kernel, bias, activation }: Omit<Of<"dense">, "op">,
  inner: number,
): StandardLayer {
  const layer: Layer = { op: "dense", name, from, units, kernel, bias, activation };
  return {
    ...plain(layer, "Dense", units, { units, activation, use_bias: true }),
    weights: [
      { name: "kernel", values: kernel, shape: [inner, units] },
      { name: "bias", values: bias, shape: [units] },
    ],
  };
}

/** A BatchNormalization layer. */
export function batchNormLayer(layer: Omit<Of<"batch_norm">, "op">): StandardLayer {
  const { gamma, beta, mean, variance, epsilon } = layer;
  const vector = (name: string, values: Float32Array): Weight => ({ name, values, shape: [values.length] });
  return {
    ...plain({ ...layer, op: "batch_norm" }, "BatchNormalization", mean.length, { axis: -1, epsilon }),
    weights: [
      vector("gamma", gamma),
      vector("beta", beta),
      vector("moving_mean", mean),
      vector("moving_variance", variance),
    ],
  };
}

/** An Embedding gives [n × 1 × d]; Flatten makes [n × d] of it. */
function embeddingLayers(layer: Of<"embedding">): StandardLayer[] {
  const { name, from, dimension, table } = layer;
  const rows = table.length / dimension;
  const looked = `${name}_row`;
  return [
    {
      ...plain({ ...layer, name: looked }, "Embedding", dimension, {
        input_dim: rows,
        output_dim: dimension,
      }),
      from: [from],
      shape: [1, dimension],
      weights: [{ name: "embeddings", values: table, shape: [rows, dimension] }],
    },
    { ...plain({ ...layer, from: looked }, "Flatten", dimension, {}) },
  ];
}
