import assert from "@std/assert";
import { openKernels } from "../../../../models/kernels/kernels.ts";
import { openPool } from "../../../../models/kernels/pool.ts";
import { createRng } from "../../../../models/rng.ts";
import type { Batch } from "../../../../models/two_tower/hybrid/batch.ts";
import { legsOf } from "../../../../models/two_tower/hybrid/dense.ts";
import { createHybridStep } from "../../../../models/two_tower/hybrid/step.ts";
import { type HybridWeights, initialWeights } from "../../../../models/two_tower/hybrid/weights.ts";
import { asTheyAre } from "../../../../models/two_tower/towers.ts";
import { plainLoss } from "./_reference.ts";
import { CACHE } from "../../../support/compute.ts";

const WIDTHS = { user: 5, movie: 4 };
/** Examples of a shard, and candidates beyond them. */
const [SHARD, EXTRA] = [16, 8];
const N = { users: 7, movies: 23 };
const count = (n: number) => Int32Array.from({ length: n }, (_, i) => i + 1);

/** Weights without a zero among them. */
function smallWeights(seed = 1): HybridWeights {
  const rng = createRng(seed);
  const weights = initialWeights({
    user: asTheyAre(WIDTHS.user),
    movie: asTheyAre(WIDTHS.movie),
    ids: { users: count(N.users), movies: count(N.movies) },
    hidden: 4,
    split: 8,
    width: 12,
  }, rng);
  for (const { values } of [weights.users, weights.movies, weights.bags]) {
    values.forEach((_, i) => values[i] = rng.uniform() - 0.5);
  }
  for (const { layers } of [weights.user, weights.movie]) {
    for (const { bias } of layers) bias.forEach((_, j) => bias[j] = 0.5 * (rng.uniform() - 0.3));
  }
  return { ...weights, offset: 0.1 };
}

async function stepOf(weights: HybridWeights, { dropout = 0, decay = 0, workers = 1 } = {}) {
  const pool = openPool(await openKernels({ cache: CACHE, simd: "portable" }, () => {}), workers);
  const step = createHybridStep(pool, weights, {
    batchSize: 5 * SHARD,
    widths: WIDTHS,
    shard: SHARD,
    extra: EXTRA,
    dropout,
    decay: { retrieval: decay, rating: decay },
    seed: 3,
  });
  return { step, [Symbol.dispose]: () => [step, pool].forEach((each) => each[Symbol.dispose]()) };
}

/** Random examples; the second shard is a short one. */
function fillBatch(batch: Batch, length: number, seed = 2): void {
  const rng = createRng(seed);
  const number = () => 2 * rng.uniform() - 1;
  batch.length = length;
  batch.user.forEach((_, i) => batch.user[i] = number());
  batch.movie.forEach((_, i) => batch.movie[i] = number());
  batch.movieRows.forEach((_, j) => {
    batch.movieRows[j] = rng.below(N.movies);
    batch.logQ[j] = -1 - batch.movieRows[j] / 10;
  });
  let end = 0;
  batch.weight = 0;
  for (let i = 0; i < length; i++) {
    batch.userRows[i] = rng.below(N.users + 1) - 1;
    batch.base[i] = 3 + number();
    batch.stars[i] = 3 + 2 * number();
    batch.weight += batch.weights[i] = rng.below(2);
    batch.bagStarts[i] = end;
    for (const last = end + rng.below(5); end < last; end++) {
      batch.bags.movies[end] = rng.below(N.movies + 1) - 1;
      batch.bags.retrieval[end] = number();
      batch.bags.rating[end] = number();
      batch.bagSources[end] = i;
    }
  }
  batch.bagStarts[length] = end;
}

Deno.test("HybridStep gradient is that of both losses, by central differences in doubles", async () => {
  const weights = smallWeights();
  using opened = await stepOf(weights);
  const { step } = opened;
  fillBatch(step.batch, SHARD + 9);
  const found = step.gradient();
  const { user, movie, users, movies, bags } = weights;
  const dense = [user, movie].flatMap(({ layers }) => layers.flatMap(({ kernel, bias }) => [kernel, bias]));
  const rng = createRng(9);
  const check = (values: Float32Array, at: number, gradient: number, name: string) => {
    const before = values[at];
    const [high, low] = [1, -1].map((sign) => {
      values[at] = before + sign / 4096;
      return { at: values[at], loss: plainLoss(weights, step.batch) };
    });
    const wanted = (high.loss - low.loss) / (high.at - low.at);
    values[at] = before;
    assert.ok(
      Math.abs(gradient - wanted) < 2e-4 * Math.max(1, Math.abs(wanted)),
      `${name}[${at}]: ${gradient}, not ${wanted}`,
    );
  };
  const legs = legsOf(weights);
  let start = 0;
  dense.forEach((part, p) => {
    for (let k = 0; k < 4; k++) {
      const at = rng.below(part.length);
      if (legs[start + at] === 0) continue; // never trained
      check(part, at, found.dense[start + at], `dense ${p}`);
    }
    start += part.length;
  });
  for (const [name, { values }] of Object.entries({ users, movies, bags })) {
    for (let k = 0; k < 8; k++) {
      const at = rng.below(values.length);
      check(values, at, found[name as "users"][at], name);
    }
  }
});

Deno.test("HybridStep step() is Adam's on the rows that the batch met, and leaves the others", async () => {
  const weights = smallWeights();
  using opened = await stepOf(weights, { decay: 0.3 });
  const { step } = opened;
  fillBatch(step.batch, 2 * SHARD + 3);
  const gradient = step.gradient();
  step.step({ retrieval: 0.01, rating: 0.02 });
  const after = step.weights();
  const refs = {
    users: step.batch.userRows.subarray(0, step.batch.length),
    movies: step.batch.movieRows.subarray(0, step.batch.length + 3 * EXTRA),
    bags: step.batch.bags.movies.subarray(0, step.batch.bagStarts[step.batch.length]),
  };
  for (const name of ["users", "movies", "bags"] as const) {
    const before = weights[name].values;
    for (let at = 0; at < before.length; at++) {
      const [row, column] = [Math.floor(at / 12), at % 12];
      const met = refs[name].filter((ref) => ref === row).length;
      // Adam's first step is rate · g / (|g| + ε), ε = 1e-7.
      const g = gradient[name][at] + 0.3 * met / step.batch.length * before[at];
      const rate = column < 8 ? 0.01 : 0.02;
      const wanted = met === 0 ? 0 : rate * g / (Math.abs(g) + 1e-7);
      assert.ok(Math.abs(before[at] - after[name].values[at] - wanted) < 2e-5, `${name}[${row}, ${column}]`);
    }
  }
});

Deno.test("HybridStep gives the same bits with one thread and with many", async () => {
  const weights = smallWeights();
  const runs = await Promise.all([1, 2, 5].map(async (workers) => {
    using opened = await stepOf(weights, { dropout: 0.4, workers });
    const { step } = opened;
    for (let i = 0; i < 12; i++) {
      fillBatch(step.batch, 5 * SHARD - i, i);
      step.step({ retrieval: 0.01, rating: 0.02 });
    }
    const { users, movies, bags, user, movie } = step.weights();
    return [users, movies, bags].map(({ values }) => [...values]).concat(
      [user, movie].map(({ layers }) => layers.flatMap(({ kernel, bias }) => [...kernel, ...bias])),
    );
  }));
  assert.deepEqual(runs[1], runs[0]);
  assert.deepEqual(runs[2], runs[0]);
});

Deno.test("HybridStep corrects candidates by ln q: what comes twice as often counts half each time", async () => {
  const weights = smallWeights();
  using opened = await stepOf(weights);
  const { step } = opened;
  const { batch } = step;
  fillBatch(batch, 1);
  batch.weights[0] = batch.weight = 1;
  batch.movie.fill(0.5);
  // The movie that was chosen, and 4 others of which each stands twice.
  batch.movieRows.set([0, 1, 2, 3, 4, 1, 2, 3, 4]);
  batch.logQ.fill(Math.LN2).fill(0, 0, 1);
  const { squares, crossEntropy } = step.step({ retrieval: 0, rating: 0 });
  const once = { ...batch, extra: 4, logQ: new Float32Array(5) };
  assert.ok(Math.abs(squares + crossEntropy - plainLoss(weights, once)) < 1e-4);
});

Deno.test("HybridStep step() computes products for all that was to be found, and a quarter of the rest", async () => {
  using opened = await stepOf(smallWeights());
  const { step } = opened;
  fillBatch(step.batch, SHARD);
  const { weights } = step.batch;
  weights.fill(0).fill(1, 0, 5);
  step.batch.weight = 5;
  step.measure();
  const all = step.dots.slice(0, SHARD);
  step.step({ retrieval: 0, rating: 0 });
  assert.deepEqual([...step.dots.subarray(0, SHARD)], [...all].map((dot, i) => i < 5 + 3 ? dot : NaN));
});
