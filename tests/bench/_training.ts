/** What the kernels train in the benchmark: the same networks, sizes and batches as `_keras.py`. */
import { openEngine } from "../../models/engine.ts";
import type { Examples } from "../../models/examples.ts";
import { openKernels } from "../../models/kernels/kernels.ts";
import { batchNorm } from "../../models/kernels/batch_norm.ts";
import { dense, dropout, squaredError } from "../../models/kernels/layers.ts";
import { createParameters } from "../../models/kernels/parameters.ts";
import { openPool } from "../../models/kernels/pool.ts";
import { buildProgram } from "../../models/kernels/program.ts";
import type { Tape } from "../../models/kernels/tape.ts";
import type { Compute } from "../../models/model.ts";
import { createRng, type Rng } from "../../models/rng.ts";
import { asTheyAre, initialTower } from "../../models/two_tower/towers.ts";
import { spent } from "./benchmark.ts";
import type { Trained } from "./_keras.ts";

export const BATCH = 4096;
const [USERS, MOVIES, DIMENSION] = [200_948, 87_585, 32];
/** As many as MovieLens has. */
const N_GENRES = 20;
const UNITS = [64, 32];
/** Batches that take turns, so that no input stays in the cache. */
const BATCHES = 16;
const RUNS = 3;

/** The towers' shapes, with or without a table each. */
export interface TowerCase {
  hasIds: boolean;
  /** Steps of one measurement. */
  steps: number;
}

export async function trainTowers(compute: Compute, { hasIds, steps }: TowerCase): Promise<Trained> {
  const rng = createRng(1);
  using engine = await openEngine("kernels", { compute, log() {} });
  const tower = (rows: number, width: number) =>
    initialTower(
      asTheyAre(width),
      { units: UNITS, tables: hasIds ? [{ rows, dimension: DIMENSION }] : [] },
      rng,
    );
  const user = tower(USERS, N_GENRES);
  const movie = tower(MOVIES, N_GENRES + 2);
  using trainer = engine.train({ user, movie, head: "dot", logScale: 0, offset: 0 });
  const batches = Array.from({ length: BATCHES }, () => examplesOf(rng, hasIds));
  return await measured(steps, (step) => trainer.step(batches[step % BATCHES], 1e-3));
}

function examplesOf(rng: Rng, hasIds: boolean): Examples {
  const side = (rows: number, width: number) => {
    const stride = width + +hasIds;
    const inputs = numbers(BATCH * stride, rng);
    // Few are met often, most seldom.
    if (hasIds) {
      for (let i = 0; i < BATCH; i++) {
        inputs[i * stride] = Math.floor(rng.uniform() ** 2 * rows);
      }
    }
    return inputs;
  };
  return {
    length: BATCH,
    user: side(USERS, N_GENRES),
    movie: side(MOVIES, N_GENRES + 2),
    means: new Float32Array(BATCH),
    ratings: stars(rng),
  };
}

/** Dense 256 and 128 with batch normalisation and dropout, Dense 64 with dropout, Dense 1, on 128 inputs. */
export async function trainRanker(compute: Compute, steps: number): Promise<Trained> {
  const rng = createRng(1);
  using pool = openPool(await openKernels(compute, () => {}), compute.workers);
  using parameters = createParameters(pool.kernels);
  const options = { pool, parameters, capacity: BATCH, isTraining: true };
  using program = buildProgram(options, (tape) => ranker(tape, rng));
  const batches = Array.from(
    { length: BATCHES },
    () => ({ x: numbers(BATCH * 128, rng), targets: stars(rng) }),
  );
  return await measured(steps, (step) => {
    const { x, targets } = batches[step % BATCHES];
    program.rows("x").set(x);
    program.rows("targets").set(targets);
    program.step(BATCH, 1e-3);
  });
}

function ranker(tape: Tape, rng: Rng): void {
  let x = tape.input("x", 128);
  const layer = (name: string, units: number, isCut: boolean) => {
    const { layers: [{ kernel, bias }] } = initialTower(asTheyAre(x.width), { units: [units] }, rng);
    return dense(tape, x, { name, units, kernel, bias, isCut });
  };
  for (const [units, rate] of [[256, 0.3], [128, 0.2]]) {
    x = layer(`dense.${units}`, units, true);
    const [zeros, ones] = [new Float32Array(units), new Float32Array(units).fill(1)];
    const moving = { movingMean: zeros, movingVariance: ones };
    x = batchNorm(tape, x, { name: `norm.${units}`, gamma: ones, beta: zeros, ...moving, dropout: rate });
  }
  x = dropout(tape, layer("dense.64", 64, true), 0.1);
  squaredError(tape, layer("out", 1, false), tape.input("targets", 1));
}

/** The best of a few runs of `steps` steps, after a warm-up. */
async function measured(steps: number, step: (step: number) => unknown): Promise<Trained> {
  const run = () =>
    spent(async () => {
      for (let i = 0; i < steps; i++) await step(i);
    });
  await run();
  const runs = [];
  for (let i = 0; i < RUNS; i++) runs.push(await run());
  const { seconds, cpuSeconds } = runs.reduce((a, b) => a.cpuSeconds <= b.cpuSeconds ? a : b);
  const examples = steps * BATCH;
  return { examplesPerSecond: examples / seconds, cpuPerMillion: cpuSeconds / examples * 1e6 };
}

function numbers(length: number, rng: Rng): Float32Array {
  return Float32Array.from({ length }, () => rng.uniform());
}

function stars(rng: Rng): Float32Array {
  return Float32Array.from({ length: BATCH }, () => (1 + rng.below(10)) / 2);
}
