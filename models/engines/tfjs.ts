/**
 * The two-tower in TensorFlow.js Layers: its autodiff is the oracle for faster engines, and its models export.
 *
 * Towers are Layers models of Dense layers; normalisation, unit length and a, b are operations around them. The
 * optimizer is Adam (Kingma & Ba 2015) on the batch's mean squared error.
 */
import * as tf from "@tensorflow/tfjs-core";
import { input, layers, type LayersModel, model, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import type { Examples } from "../examples.ts";
import type { Engine, Trainer } from "../engine.ts";
import { NORM_EPSILON, type Tower, type Weights } from "../two_tower/towers.ts";
import { startBackend } from "./_tfjs_backend.ts";

/** Starts TensorFlow.js (once per process). */
export async function openTfjs(log: (message: string) => void): Promise<Engine> {
  return { name: await startBackend(log), train };
}

/** Adam whose rate can be changed between steps. */
class Adam extends tf.AdamOptimizer {
  constructor() {
    super(0, 0.9, 0.999, 1e-7);
  }
  set rate(value: number) {
    this.learningRate = value;
  }
}

interface TfTower {
  network: LayersModel;
  mean: tf.Tensor1D;
  scale: tf.Tensor1D;
}

function train(weights: Weights): Trainer {
  const user = build(weights.user);
  const movie = build(weights.movie);
  const [logScale, offset] = tf.tidy(() =>
    [weights.logScale, weights.offset].map((value) => tf.variable(tf.scalar(value)))
  );
  const variables = [...variablesOf(user.network), ...variablesOf(movie.network), logScale, offset];
  const adam = new Adam();

  const predicted = (examples: Examples): tf.Tensor1D => {
    const { length, means } = examples;
    const cosine = tf.sum(
      tf.mul(embed(user, examples.user, length), embed(movie, examples.movie, length)),
      1,
    );
    return tf.add(tf.add(tf.mul(tf.exp(logScale), cosine), offset), tf.tensor1d(means));
  };
  /** Mean squared error, and its gradient by name of variable. */
  const differentiate = (examples: Examples) =>
    tf.variableGrads(
      () => tf.mean(tf.squaredDifference(predicted(examples), tf.tensor1d(examples.ratings))),
      variables,
    );
  return {
    async step(examples, learningRate) {
      adam.rate = learningRate;
      const { value, grads } = differentiate(examples);
      adam.applyGradients(variables.map(({ name }) => ({ name, tensor: grads[name] })));
      const [mean] = await value.data();
      tf.dispose({ value, grads });
      return mean * examples.length;
    },
    async predict(examples) {
      const result = tf.tidy(() => predicted(examples));
      const values = Float32Array.from(await result.data());
      result.dispose();
      return values;
    },
    async gradient(examples) {
      const { value, grads } = differentiate(examples);
      const values = await Promise.all(variables.map(({ name }) => grads[name].data()));
      tf.dispose({ value, grads });
      return assembled(weights, values);
    },
    weights: () => assembled(weights, variables.map((variable) => variable.dataSync())),
    [Symbol.dispose]() {
      for (const { network, mean, scale } of [user, movie]) {
        network.dispose();
        tf.dispose([mean, scale]);
      }
      tf.dispose([logScale, offset]);
      adam.dispose();
    },
  };
}

/** A Layers model with the weights of `tower`. */
function build({ mean, scale, layers: dense }: Tower): TfTower {
  const inputs = input({ shape: [mean.length] });
  let top: SymbolicTensor = inputs;
  dense.forEach(({ units }, l) => {
    const activation = l < dense.length - 1 ? "relu" : "linear";
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
  return { network, mean: tf.tensor1d(mean), scale: tf.tensor1d(scale) };
}

/** Unit vectors [n × d] of the inputs [n × width]. */
function embed({ network, mean, scale }: TfTower, inputs: Float32Array, n: number): tf.Tensor2D {
  const x = tf.mul(tf.sub(tf.tensor2d(inputs, [n, mean.size]), mean), scale);
  const top = network.apply(x, { training: true });
  if (!(top instanceof tf.Tensor)) throw new TypeError("Cannot run the tower: it has more than one output");
  return tf.div(top, tf.sqrt(tf.add(tf.sum(tf.square(top), 1, true), NORM_EPSILON)));
}

function variablesOf(network: LayersModel): tf.Variable[] {
  return network.trainableWeights.map((weight) => weight.read()).filter((value) =>
    value instanceof tf.Variable
  );
}

/** Copies of `values` (kernel, bias, … of the user tower, of the movie tower, α, b) in the shape of `like`. */
function assembled(like: Weights, values: ArrayLike<number>[]): Weights {
  let next = 0;
  const take = () => Float32Array.from(values[next++]);
  const tower = (tower: Tower): Tower => ({
    ...tower,
    layers: tower.layers.map((layer) => ({ ...layer, kernel: take(), bias: take() })),
  });
  return { user: tower(like.user), movie: tower(like.movie), logScale: take()[0], offset: take()[0] };
}
