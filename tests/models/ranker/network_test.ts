import assert from "@std/assert";
import { openKernels } from "../../../models/kernels/kernels.ts";
import { openPool } from "../../../models/kernels/pool.ts";
import { createLearner } from "../../../models/ranker/learner.ts";
import {
  folded,
  forwardFolded,
  initialRanker,
  NORM_EPSILON,
  type RankerNetwork,
} from "../../../models/ranker/network.ts";
import { createRng } from "../../../models/rng.ts";
import { smallExamples } from "../../support/towers.ts";
import { CACHE } from "../../support/compute.ts";

const HIDDEN = [
  { units: 8, dropout: 0.3, isNormalised: true },
  { units: 4, dropout: 0.2, isNormalised: true },
  { units: 4, dropout: 0.1, isNormalised: false },
];
const examples = smallExamples(64);
const initial = initialRanker({ inputs: 5 + 4, hidden: HIDDEN, middle: 3 }, createRng(2));

const near = (found: number, wanted: number, tolerance: number) =>
  assert.ok(Math.abs(found - wanted) < tolerance, `${found}, not ${wanted}`);

/** r̂ as the equation has it, with batch normalisation where it stands. */
function unfolded({ hidden, top }: RankerNetwork, x: Float32Array): number {
  let h = Float64Array.from(x);
  const product = (layer: { units: number; kernel: Float32Array; bias: Float32Array }) =>
    Float64Array.from(
      layer.bias,
      (b, j) => h.reduce((sum, v, i) => sum + v * layer.kernel[i * layer.units + j], b),
    );
  for (const layer of hidden) {
    h = product(layer).map((value) => Math.max(0, value));
    const { norm } = layer;
    if (norm === null) continue;
    h = h.map((v, i) =>
      norm.gamma[i] * (v - norm.mean[i]) / Math.sqrt(norm.variance[i] + NORM_EPSILON) + norm.beta[i]
    );
  }
  return product(top)[0];
}

const userOf = (i: number) => examples.user.subarray(5 * i, 5 * i + 5);
const movieOf = (i: number) => examples.movie.subarray(4 * i, 4 * i + 4);
const inputsOf = (i: number) => Float32Array.of(...userOf(i), ...movieOf(i));

/** A network whose normalisation does something. */
function drawn(): RankerNetwork {
  const rng = createRng(3);
  const some = (n: number, from: number) => Float32Array.from({ length: n }, () => from + rng.uniform());
  return {
    ...initial,
    hidden: initial.hidden.map((layer) => ({
      ...layer,
      bias: some(layer.units, -0.5),
      norm: layer.norm && {
        gamma: some(layer.units, 0.5),
        beta: some(layer.units, -0.5),
        mean: some(layer.units, 0),
        variance: some(layer.units, 0.2),
      },
    })),
  };
}

Deno.test("folded() is the same network: one unit by hand", () => {
  // relu(2·3 + 1) = 7; N = 5 (7 − 4) / √(9 − ε + ε) + 2 = 7; r̂ = 10·7 + 3 = 73. Folded: 10·5/3·7 + (3 + 10·(2 − 5/3·4)).
  const dense = (kernel: number, bias: number) => ({
    inputs: 1,
    units: 1,
    kernel: Float32Array.of(kernel),
    bias: Float32Array.of(bias),
  });
  const norm = {
    gamma: Float32Array.of(5),
    beta: Float32Array.of(2),
    mean: Float32Array.of(4),
    variance: Float32Array.of(9 - NORM_EPSILON),
  };
  const network = { hidden: [{ ...dense(2, 1), norm, dropout: 0 }], top: dense(10, 3) };
  near(forwardFolded(folded(network))(Float32Array.of(3))(new Float32Array()), 73, 1e-4);
});

Deno.test("folded() answers as the network with its normalisation does, to 1e-5", () => {
  const network = drawn();
  const answer = forwardFolded(folded(network));
  for (let i = 0; i < examples.length; i++) {
    near(answer(userOf(i))(movieOf(i)), unfolded(network, inputsOf(i)), 1e-5);
  }
});

Deno.test("forwardFolded() answers for a head's every tail as for the whole", () => {
  const answer = forwardFolded(folded(drawn()));
  const none = new Float32Array();
  const wanted = [0, 1, 2].map((i) => answer(Float32Array.of(...userOf(0), ...movieOf(i)))(none));
  const ofFirst = answer(userOf(0));
  assert.deepEqual([0, 1, 2].map((i) => ofFirst(movieOf(i))), wanted);
  assert.equal(new Set(wanted).size, 3);
});

Deno.test("the learner predicts as the plain forward pass does, before and after training, and learns", async () => {
  using pool = openPool(await openKernels({ cache: CACHE, simd: "portable" }, () => {}), 1);
  using learner = createLearner(drawn(), { pool, capacity: 64, seed: 1 });
  const errorOf = async () => {
    const found = await learner.predict(examples);
    return found.reduce((sum, value, i) => sum + (value - examples.ratings[i]) ** 2, 0);
  };
  const before = await errorOf();
  for (const steps of [0, 60]) {
    for (let step = 0; step < steps; step++) await learner.step(examples, 0.03);
    const answer = forwardFolded(folded(learner.weights()));
    const found = await learner.predict(examples);
    found.forEach((value, i) => near(value, answer(userOf(i))(movieOf(i)), 1e-4));
  }
  assert.ok(await errorOf() < before / 2, `${await errorOf()}, from ${before}`);
  const { norm } = learner.weights().hidden[0];
  assert.notDeepEqual(norm!.mean, drawn().hidden[0].norm!.mean, "the averages follow the batches");
});

Deno.test("the learner silences other units for another seed, and the same for the same", async () => {
  using pool = openPool(await openKernels({ cache: CACHE, simd: "portable" }, () => {}), 1);
  const losses = [];
  for (const seed of [1, 1, 2]) {
    using learner = createLearner(drawn(), { pool, capacity: 64, seed });
    losses.push(await learner.step(examples, 0.01));
  }
  assert.equal(losses[0], losses[1]);
  assert.notEqual(losses[0], losses[2]);
});
