/** The ranking network in training, on Matinee's kernels: forward, back and Adam in one call a step. */
import type { Learner } from "../engine.ts";
import type { Examples } from "../examples.ts";
import { batchNorm } from "../kernels/batch_norm.ts";
import { dense, dropout, squaredError } from "../kernels/layers.ts";
import { createParameters, type Parameters } from "../kernels/parameters.ts";
import type { Pool } from "../kernels/pool.ts";
import { buildProgram, type Program } from "../kernels/program.ts";
import type { Tape } from "../kernels/tape.ts";
import { type HiddenLayer, NORM_EPSILON, type RankerNetwork } from "./network.ts";

export interface LearnerOptions {
  pool: Pool;
  /** Examples of a batch at most. */
  capacity: number;
  /** Of dropout. */
  seed: number;
}

/** Adam on the mean squared error of `initial`; dispose to free its memory, not the pool. */
export function createLearner(
  initial: RankerNetwork,
  { pool, capacity, seed }: LearnerOptions,
): Learner<RankerNetwork> & Disposable {
  const parameters = createParameters(pool.kernels);
  const build = (isTraining: boolean) =>
    buildProgram({ pool, parameters, capacity, isTraining, seed }, (tape) => record(tape, initial));
  const [training, predicting] = [build(true), build(false)];
  return {
    step(examples, learningRate) {
      training.rows("targets").set(examples.ratings);
      return Promise.resolve(filled(training, examples).step(examples.length, learningRate));
    },
    predict(examples) {
      filled(predicting, examples).run(examples.length);
      return Promise.resolve(predicting.rows("predicted").slice(0, examples.length));
    },
    weights: () => assembled(initial, parameters),
    [Symbol.dispose]() {
      for (const each of [training, predicting, parameters]) each[Symbol.dispose]();
    },
  };
}

function record(tape: Tape, { hidden, top }: RankerNetwork): void {
  const into = tape.output("predicted", 1);
  const target = tape.isTraining ? tape.input("targets", 1) : null;
  let x = tape.input("x", (hidden[0] ?? top).inputs);
  hidden.forEach(({ units, kernel, bias, norm, dropout: rate }, l) => {
    x = dense(tape, x, { name: `${l}`, units, kernel, bias, isCut: true });
    if (norm === null) x = dropout(tape, x, rate);
    else {
      const { gamma, beta, mean: movingMean, variance: movingVariance } = norm;
      const options = { name: `${l}.norm`, gamma, beta, movingMean, movingVariance };
      x = batchNorm(tape, x, { ...options, epsilon: NORM_EPSILON, dropout: rate });
    }
  });
  const predicted = dense(tape, x, { name: "top", ...top, into });
  if (target) squaredError(tape, predicted, target);
}

/** Writes [user ‖ movie] of each example into the program's rows. */
function filled(program: Program, { length, user, movie }: Examples): Program {
  const rows = program.rows("x");
  const [u, m] = [user.length / length, movie.length / length];
  for (let i = 0; i < length; i++) {
    rows.set(user.subarray(i * u, (i + 1) * u), i * (u + m));
    rows.set(movie.subarray(i * m, (i + 1) * m), i * (u + m) + u);
  }
  return program;
}

function assembled({ hidden, top }: RankerNetwork, parameters: Parameters): RankerNetwork {
  const copy = (name: string) => parameters.view(name).slice();
  return {
    hidden: hidden.map((layer, l): HiddenLayer => ({
      ...layer,
      kernel: copy(`${l}.kernel`),
      bias: copy(`${l}.bias`),
      norm: layer.norm && {
        gamma: copy(`${l}.norm.gamma`),
        beta: copy(`${l}.norm.beta`),
        mean: copy(`${l}.norm.moving_mean`),
        variance: copy(`${l}.norm.moving_variance`),
      },
    })),
    top: { ...top, kernel: copy("top.kernel"), bias: copy("top.bias") },
  };
}
