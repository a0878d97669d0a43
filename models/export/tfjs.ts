/**
 * A network as a TensorFlow.js layers model: `model.json` and one file of weights, for `tf.loadLayersModel()`.
 *
 * TensorFlow.js has no layer for two of our operations, so they are written in layers that it has:
 *
 *   normalise     batch normalisation with the moments given: scale · (x − mean) / √(1 + 0) + 0
 *   unit length   layer normalisation of [x, −x], whose mean is 0 and whose variance is ‖x‖²/d: with γ = 1/√d it gives
 *                 x / √(‖x‖² + dε). Two products, [I, −I] and [I; 0], go there and back.
 */
import type { Json } from "../container.ts";
import {
  batchNormLayer,
  denseLayer,
  type Dialect,
  type StandardLayer,
  standardLayers,
} from "./_standard_layers.ts";
import type { Network } from "./network.ts";

/** In the place of ε in towers.ts: far below any ‖x‖², and not lost in float32. */
const EPSILON = 1e-12;
const WEIGHTS = "weights.bin";

export interface TfjsModel {
  /** `model.json`; it names the file of weights. */
  model: Json;
  /** `weights.bin`. */
  weights: Uint8Array;
}

/** The two files of the model. @throws {RangeError} when the network does not fit together. */
export function encodeTfjs(network: Network): TfjsModel {
  const layers = standardLayers(network, DIALECT);
  const weights = layers.flatMap(({ name, weights }) =>
    weights.map((weight) => ({ ...weight, name: `${name}/${weight.name}` }))
  );
  const bytes = new Uint8Array(weights.reduce((sum, { values }) => sum + values.byteLength, 0));
  let at = 0;
  for (const { values } of weights) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  const manifest = weights.map(({ name, shape }) => ({ name, shape: [...shape], dtype: "float32" }));
  return {
    model: {
      format: "layers-model",
      generatedBy: "Matinee",
      convertedBy: null,
      modelTopology: {
        keras_version: "tfjs-layers 4.22.0",
        backend: "tensor_flow.js",
        model_config: { class_name: "Functional", config: modelConfig(network, layers) },
      },
      weightsManifest: [{ paths: [WEIGHTS], weights: manifest }],
    },
    weights: bytes,
  };
}

const DIALECT: Dialect = {
  input: (width) => ({ batch_input_shape: [null, width] }),
  normalise: ({ name, from, mean, scale }, width) => [
    batchNormLayer({
      name,
      from,
      gamma: scale,
      beta: new Float32Array(width),
      mean,
      variance: new Float32Array(width).fill(1),
      epsilon: 0,
    }),
  ],
  unitLength({ name, from }, d) {
    const [mirrored, scaled] = [`${name}_mirrored`, `${name}_scaled`];
    const mirror = new Float32Array(d * 2 * d); // [d × 2d]: I, −I
    const half = new Float32Array(2 * d * d); // [2d × d]: I, 0
    for (let k = 0; k < d; k++) {
      mirror[k * 2 * d + k] = 1;
      mirror[k * 2 * d + d + k] = -1;
      half[k * d + k] = 1;
    }
    const linear = (units: number) => ({
      units,
      bias: new Float32Array(units),
      activation: "linear" as const,
    });
    return [
      denseLayer({ name: mirrored, from, kernel: mirror, ...linear(2 * d) }, d),
      layerNormalisation(scaled, mirrored, d),
      denseLayer({ name, from: scaled, kernel: half, ...linear(d) }, 2 * d),
    ];
  },
};

function layerNormalisation(name: string, from: string, d: number): StandardLayer {
  const values = new Float32Array(2 * d);
  return {
    name,
    className: "LayerNormalization",
    config: { axis: -1, epsilon: EPSILON },
    from: [from],
    takesList: false,
    weights: [
      { name: "gamma", values: values.map(() => 1 / Math.sqrt(d)), shape: [2 * d] },
      { name: "beta", values, shape: [2 * d] },
    ],
    shape: [2 * d],
    type: "float32",
  };
}

function modelConfig({ name, inputs, outputs }: Network, layers: readonly StandardLayer[]): Json {
  return {
    name,
    trainable: true,
    layers: layers.map(({ name, className, config, from }) => ({
      name,
      class_name: className,
      config: { name, trainable: true, ...config },
      inbound_nodes: from.length === 0 ? [] : [from.map((source): Json => [source, 0, 0, {}])],
    })),
    input_layers: inputs.map((input) => [input, 0, 0]),
    output_layers: outputs.map((output) => [output, 0, 0]),
  };
}
