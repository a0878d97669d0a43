/** One tower in TensorFlow.js: Layers models of Dense layers, with tables before them and a head's length after. */
import * as tf from "@tensorflow/tfjs-core";
import { input, layers, type LayersModel, model, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import { dropoutMask } from "../two_tower/dropout.ts";
import type { Rng } from "../rng.ts";
import { type Head, HEADS } from "../two_tower/heads.ts";
import { NORM_EPSILON, type Tower } from "../two_tower/towers.ts";

export interface TfTower {
  tables: tf.Variable<tf.Rank.R2>[];
  mean: tf.Tensor1D;
  scale: tf.Tensor1D;
  /** The first layer alone, where dropout stands behind it; then the others. */
  networks: LayersModel[];
  dropout: number;
}

/** The tower's weights as variables, and its layers as Layers models. */
export function build({ tables, mean, scale, layers: dense, dropout }: Tower): TfTower {
  const parts = dropout > 0 && dense.length > 1 ? [dense.slice(0, 1), dense.slice(1)] : [dense];
  return {
    tables: tables.map(({ rows, dimension, values }) =>
      tf.tidy(() => tf.variable(tf.tensor2d(values, [rows, dimension])))
    ),
    mean: tf.tensor1d(mean),
    scale: tf.tensor1d(scale),
    networks: parts.map((part, p) => networkOf(part, p === parts.length - 1)),
    dropout: parts.length > 1 ? dropout : 0,
  };
}

function networkOf(dense: Tower["layers"], isTop: boolean): LayersModel {
  const inputs = input({ shape: [dense[0].inputs] });
  let top: SymbolicTensor = inputs;
  dense.forEach(({ units }, l) => {
    const activation = isTop && l === dense.length - 1 ? "linear" : "relu";
    const applied = layers.dense({ units, activation, kernelInitializer: "zeros" }).apply(top);
    if (Array.isArray(applied) || applied instanceof tf.Tensor) {
      throw new TypeError("Cannot stack dense layers");
    }
    top = applied;
  });
  const network = model({ inputs, outputs: top });
  tf.tidy(() =>
    network.setWeights(dense.flatMap(({ inputs, units, kernel, bias }) => [
      tf.tensor2d(kernel, [inputs, units]),
      tf.tensor1d(bias),
    ]))
  );
  return network;
}

interface EmbedOptions {
  inputs: Float32Array; // [n × width]
  n: number;
  head: Head;
  /** Draws what dropout silences; null: nothing is. */
  dice: Rng | null;
}

/** Vectors [n × d] of the inputs. */
export function embed(tower: TfTower, { inputs, n, head, dice }: EmbedOptions): tf.Tensor2D {
  let top: tf.Tensor = firstOf(tower, tf.tensor2d(inputs, [n, inputs.length / n]));
  tower.networks.forEach((network, p) => {
    const applied = network.apply(top, { training: true });
    if (!(applied instanceof tf.Tensor)) throw new TypeError("Cannot run a tower of more than one output");
    top = applied;
    if (dice === null || p === tower.networks.length - 1) return;
    top = tf.mul(top, tf.tensor2d(dropoutMask(top.size, tower.dropout, dice), [n, top.size / n]));
  });
  const vectors: tf.Tensor2D = tf.reshape(top, [n, top.size / n]);
  if (!HEADS[head].isUnit) return vectors;
  return tf.div(vectors, tf.sqrt(tf.add(tf.sum(tf.square(vectors), 1, true), NORM_EPSILON)));
}

/** What goes into the first layer: rows of the tables, then the normalised numbers. */
function firstOf({ tables, mean, scale }: TfTower, x: tf.Tensor2D): tf.Tensor2D {
  const [n] = x.shape;
  const looked = tables.map((table, t) =>
    tf.gather(table, tf.cast(tf.reshape(tf.slice2d(x, [0, t], [n, 1]), [n]), "int32"))
  );
  if (mean.size === 0) return tf.concat2d(looked, 1);
  const numbers = tables.length === 0 ? x : tf.slice2d(x, [0, tables.length], [n, mean.size]);
  const normalised: tf.Tensor2D = tf.mul(tf.sub(numbers, mean), scale);
  return looked.length === 0 ? normalised : tf.concat2d([...looked, normalised], 1);
}

/** Tables, then kernel and bias of each layer. */
export function variablesOf({ tables, networks }: TfTower): tf.Variable[] {
  const dense = networks.flatMap((network) => network.trainableWeights.map((weight) => weight.read()));
  return [...tables, ...dense.filter((value) => value instanceof tf.Variable)];
}

export function freed({ tables, mean, scale, networks }: TfTower): void {
  for (const network of networks) network.dispose();
  tf.dispose([mean, scale, ...tables]);
}
