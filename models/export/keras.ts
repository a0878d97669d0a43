/**
 * A network as a `.keras` file, which Keras 3 opens without any code of ours.
 *
 * The file is a zip of `config.json` (a Functional model of standard layers), `model.weights.h5` and `metadata.json`.
 * Weights lie in `layers/<class>[_<n>]/vars/<i>`, n counting the class in Keras's own order of layers (see _order.ts).
 */
import { strToU8, zipSync } from "fflate";
import type { Json } from "../container.ts";
import { encodeH5, type H5Array } from "./_h5.ts";
import { kerasOrder } from "./_order.ts";
import { type Dialect, type StandardLayer, standardLayers } from "./_standard_layers.ts";
import type { Network } from "./network.ts";

/** The release whose files these are like; later ones read them. */
const KERAS_VERSION = "3.0.0";
/** Zip's first day, so that equal networks give equal bytes. */
const EPOCH = new Date(1980, 0, 1);

export interface KerasOptions {
  /** ISO time for the file's metadata. */
  savedAt: string;
}

/** The bytes of a `.keras` file. @throws {RangeError} when the network does not fit together. */
export async function encodeKeras(network: Network, { savedAt }: KerasOptions): Promise<Uint8Array> {
  const layers = kerasOrder(standardLayers(network, DIALECT), network);
  const metadata = { keras_version: KERAS_VERSION, date_saved: savedAt.slice(0, 19).replace("T", "@") };
  // Weights are noise to a packer: they are stored as they are, which takes no time.
  return zipSync({
    "metadata.json": strToU8(JSON.stringify(metadata)),
    "config.json": strToU8(JSON.stringify(modelConfig(network, layers))),
    "model.weights.h5": await encodeH5(weightsOf(layers)),
  }, { level: 0, mtime: EPOCH });
}

const DIALECT: Dialect = {
  input: (width) => ({ batch_shape: [null, width] }),
  normalise: ({ name, from, mean, scale }, width) => [{
    ...standard(name, from, width),
    className: "Normalization",
    config: { axis: [-1], mean: [...mean], variance: Array.from(scale, (value) => 1 / value ** 2) },
  }],
  unitLength: ({ name, from }, width) => [{
    ...standard(name, from, width),
    className: "UnitNormalization",
    config: { axis: -1 },
  }],
};

function standard(name: string, from: string, width: number): Omit<StandardLayer, "className" | "config"> {
  return { name, from: [from], takesList: false, weights: [], shape: [width], type: "float32" };
}

function modelConfig({ name, inputs, outputs }: Network, layers: readonly StandardLayer[]): Json {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const tensor = (from: string): Json => {
    const { shape, type } = byName.get(from)!;
    const config = { shape: [null, ...shape], dtype: type, keras_history: [from, 0, 0] };
    return { class_name: "__keras_tensor__", config };
  };
  const nodes = ({ from, takesList }: StandardLayer): Json[] => {
    if (from.length === 0) return [];
    const tensors = from.map(tensor);
    return [{ args: takesList ? [tensors] : tensors, kwargs: {} }];
  };
  return {
    module: "keras.src.models.functional",
    class_name: "Functional",
    config: {
      name,
      trainable: true,
      layers: layers.map((layer) => ({
        module: "keras.layers",
        class_name: layer.className,
        config: { name: layer.name, ...layer.config },
        registered_name: null,
        name: layer.name,
        inbound_nodes: nodes(layer),
      })),
      input_layers: inputs.map((input) => [input, 0, 0]),
      output_layers: outputs.map((output) => [output, 0, 0]),
    },
    registered_name: "Functional",
    build_config: { input_shape: null },
  };
}

/** Arrays by their path in the weights file; layers without any have their group as well. */
function weightsOf(layers: readonly StandardLayer[]): Map<string, H5Array | null> {
  const counts = new Map<string, number>();
  const arrays = new Map<string, H5Array | null>([["vars/", null]]);
  for (const { className, weights } of layers) {
    const group = snakeCase(className);
    const n = counts.get(group) ?? 0;
    counts.set(group, n + 1);
    const path = `layers/${group}${n === 0 ? "" : `_${n}`}/vars`;
    arrays.set(`${path}/`, null);
    weights.forEach(({ values, shape }, i) => arrays.set(`${path}/${i}`, { values, shape }));
  }
  return arrays;
}

function snakeCase(className: string): string {
  return className.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase();
}
