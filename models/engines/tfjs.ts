/**
 * The two-tower in TensorFlow.js Layers: its autodiff is the oracle for faster engines, and its models export.
 *
 * Towers are Layers models of Dense layers; tables, normalisation, dropout and the head are operations around them.
 * The optimizer is Adam (Kingma & Ba 2015) on the mean cost of the batch.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Examples } from "../examples.ts";
import type { Engine, Trainer } from "../engine.ts";
import { createRng } from "../rng.ts";
import { type Head, HEADS } from "../two_tower/heads.ts";
import type { Tower, Weights } from "../two_tower/towers.ts";
import { startBackend } from "./_tfjs_backend.ts";
import { build, embed, freed, type TfTower, variablesOf } from "./_tfjs_towers.ts";

/** Starts TensorFlow.js (once per process). */
export async function openTfjs(log: (message: string) => void, native?: string): Promise<Engine> {
  return { name: await startBackend(log, { native }), train, [Symbol.dispose]() {} };
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

function train(weights: Weights, seed = 0): Trainer {
  const { head } = weights;
  const user = build(weights.user);
  const movie = build(weights.movie);
  const [logScale, offset] = tf.tidy(() =>
    [weights.logScale, weights.offset].map((value) => tf.variable(tf.scalar(value), HEADS[head].hasLine))
  );
  const trained = [
    ...variablesOf(user),
    ...variablesOf(movie),
    ...(HEADS[head].hasLine ? [logScale, offset] : []),
  ];
  const adam = new Adam();
  const dice = createRng(seed);

  const output = (examples: Examples, isTraining: boolean): tf.Tensor1D => {
    const vectors = (tower: TfTower, inputs: Float32Array) =>
      embed(tower, { inputs, n: examples.length, head, dice: isTraining ? dice : null });
    const dot = tf.sum<tf.Tensor1D>(
      tf.mul(vectors(user, examples.user), vectors(movie, examples.movie)),
      1,
    );
    return HEADS[head].hasLine ? tf.add(tf.mul(tf.exp(logScale), dot), offset) : dot;
  };
  /** Mean cost, and its gradient by name of variable. */
  const differentiate = (examples: Examples, isTraining: boolean) =>
    tf.variableGrads(() => meanCost(head, output(examples, isTraining), examples), trained);
  return {
    async step(examples, learningRate) {
      adam.rate = learningRate;
      const { value, grads } = differentiate(examples, true);
      adam.applyGradients(trained.map(({ name }) => ({ name, tensor: grads[name] })));
      const [mean] = await value.data();
      tf.dispose({ value, grads });
      return mean * examples.length;
    },
    async predict(examples) {
      const result = tf.tidy(() => predicted(head, output(examples, false), examples));
      const values = Float32Array.from(await result.data());
      result.dispose();
      return values;
    },
    async gradient(examples) {
      const { value, grads } = differentiate(examples, false);
      const values = await Promise.all(trained.map(({ name }) => grads[name].data()));
      tf.dispose({ value, grads });
      return assembled(weights, values);
    },
    weights: () => assembled(weights, trained.map((variable) => variable.dataSync())),
    [Symbol.dispose]() {
      freed(user);
      freed(movie);
      tf.dispose([logScale, offset]);
      adam.dispose();
    },
  };
}

function predicted(head: Head, output: tf.Tensor1D, { means }: Examples): tf.Tensor1D {
  if (head === "line") return tf.add(output, tf.tensor1d(means));
  return head === "logistic" ? tf.sigmoid(output) : output;
}

function meanCost(head: Head, output: tf.Tensor1D, examples: Examples): tf.Scalar {
  const target = tf.tensor1d(Float32Array.from(examples.ratings, HEADS[head].target));
  if (head !== "logistic") return tf.mean(tf.squaredDifference(predicted(head, output, examples), target));
  // −y ln σ(z) − (1 − y) ln(1 − σ(z)) = max(z, 0) − y·z + ln(1 + exp(−|z|)), which no z overflows.
  const rest = tf.log1p(tf.exp(tf.neg(tf.abs(output))));
  return tf.mean(tf.add(tf.sub(tf.relu(output), tf.mul(target, output)), rest));
}

/** Copies of `values` (tables, kernel, bias, … of the user tower, of the movie tower, α, b) in the shape of `like`. */
function assembled(like: Weights, values: ArrayLike<number>[]): Weights {
  let next = 0;
  const take = () => Float32Array.from(values[next++]);
  const tower = (tower: Tower): Tower => ({
    ...tower,
    tables: tower.tables.map((table) => ({ ...table, values: take() })),
    layers: tower.layers.map((layer) => ({ ...layer, kernel: take(), bias: take() })),
  });
  const towers = { ...like, user: tower(like.user), movie: tower(like.movie) };
  return HEADS[like.head].hasLine ? { ...towers, logScale: take()[0], offset: take()[0] } : towers;
}
