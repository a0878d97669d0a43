import assert from "@std/assert";
import { type Container, decode, encode } from "../../../models/container.ts";
import { pass } from "../../../models/dataset.ts";
import { openEngine } from "../../../models/engine.ts";
import { twoTower } from "../../../models/two_tower/presets.ts";
import type { FitOptions } from "../../../models/model.ts";
import { type Moment, observe } from "../../../models/ratings.ts";
import { createRng } from "../../../models/rng.ts";
import { splitByOrder } from "../../../models/evaluation/split.ts";
import { openContent } from "../../../models/two_tower/content.ts";
import type { Towers } from "../../../models/two_tower/scorer.ts";
import { datasetOf, emptyMoment, ratingsOf, seededRows, slice } from "../../support/ratings.ts";
import { compute } from "../../support/compute.ts";

const { catalogue, rows } = seededRows(6000);
const ratings = ratingsOf(rows);
const [past, future] = [slice(ratings, 0, 4500), slice(ratings, 4500, 6000)];
const options: FitOptions = {
  seed: 5,
  signal: new AbortController().signal,
  compute,
  log() {},
  progress() {},
};
const config = { preset: "content", features: "deviations", hidden: [16], dimension: 8, batch_size: 64 };

async function fitted(changes: Record<string, unknown> = {}, more: Partial<FitOptions> = {}) {
  const result = await twoTower.fit(datasetOf(catalogue, past), { ...config, ...changes }, {
    ...options,
    ...more,
  });
  return { ...result, scorer: openContent(result.artifact) };
}

/** RMSE over the future, each rating predicted before it is observed. */
function futureRmse(predict: (moment: Moment, user: number, movie: number) => number): number {
  const moment = emptyMoment(catalogue);
  for (let row = 0; row < past.length; row++) observe(moment, past, row);
  let squares = 0;
  for (let row = 0; row < future.length; row++) {
    squares += (predict(moment, future.users[row], future.movies[row]) - future.ratings[row]) ** 2;
    observe(moment, future, row);
  }
  return Math.sqrt(squares / future.length);
}

const rmseOf = ({ predict }: Towers) => futureRmse(predict);

Deno.test("two_tower learns who likes which genre", async () => {
  const { scorer, report } = await fitted();
  const byMean = futureRmse(({ state }) => state.mean);
  // The noise alone is .23 + rounding: about .27 can be reached, .7 is the spread of the ratings.
  assert.ok(rmseOf(scorer) < 0.5 * byMean, `${rmseOf(scorer)} against ${byMean}`);
  assert.ok(Number(report.validation_rmse) < 0.5 * byMean && Number(report.test_rmse) < 0.5 * byMean);
});

Deno.test("two_tower content is the textbook's by default: genre means as they are, a plain dot product", async () => {
  const { artifact } = await twoTower.fit(
    datasetOf(catalogue, past),
    { ...config, features: undefined },
    options,
  );
  const scorer = openContent(artifact);
  assert.deepEqual([artifact.header.head, scorer.weights.movie.scale.every((scale) => scale === 1)], [
    "dot",
    true,
  ]);
  assert.deepEqual([scorer.weights.head, scorer.weights.movie.mean.length], ["dot", 4 + 2]);
  assert.ok(rmseOf(scorer) < 0.75 * futureRmse(({ state }) => state.mean));
});

Deno.test("two_tower fits other weights for another seed", async () => {
  const [one, other] = [await fitted({ epochs: 1 }), await fitted({ epochs: 1 }, { seed: 6 })];
  assert.notDeepEqual(one.scorer.weights.user.layers[0].kernel, other.scorer.weights.user.layers[0].kernel);
});

Deno.test("two_tower embeds unit vectors whose line gives the prediction", async () => {
  const { scorer: { embedder, predict } } = await fitted({ epochs: 1 });
  const moment = emptyMoment(catalogue);
  for (let row = 0; row < past.length; row++) observe(moment, past, row);
  const vectors = new Float32Array(2 * embedder.dimension);
  embedder.embedUser(moment, 3, vectors, 0);
  embedder.embedMovie(moment, 11, vectors, embedder.dimension);
  const [user, movie] = [vectors.subarray(0, 8), vectors.subarray(8)];
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, k) => sum + value * b[k], 0);
  for (const vector of [user, movie]) assert.ok(Math.abs(dot(vector, vector) - 1) < 1e-6);
  const { slope, intercept } = embedder.line(moment);
  assert.ok(slope > 0);
  assert.ok(Math.abs(slope * dot(user, movie) + intercept - predict(moment, 3, 11)) < 1e-6);
});

Deno.test("two_tower predicts in service what the engine computes in training", async () => {
  const { scorer } = await fitted({ epochs: 2 });
  using trainer = (await openEngine("tfjs", { log() {} })).train(scorer.weights);
  const inOrder = pass(datasetOf(catalogue, past), {
    features: scorer.features,
    parts: splitByOrder(past.length, { validation: 1, test: 0 }),
    batchSize: 500,
    window: 5000,
    rng: createRng(1),
    signal: options.signal,
  });
  const moment = emptyMoment(catalogue);
  let row = 0;
  for await (const { examples } of inOrder) {
    for (const wanted of await trainer.predict(examples)) {
      const found = scorer.predict(moment, past.users[row], past.movies[row]);
      assert.ok(Math.abs(found - wanted) < 1e-5, `row ${row}: ${found}, not ${wanted}`);
      observe(moment, past, row++);
    }
  }
  assert.equal(row, past.length);
});

Deno.test("two_tower ranks as it predicts", async () => {
  const { scorer } = await fitted({ epochs: 2 });
  const moment = emptyMoment(catalogue);
  for (let row = 0; row < past.length; row++) observe(moment, past, row);
  const scores = new Float32Array(catalogue.movies.size);
  scorer.retriever(moment)(moment, 7, scores);
  const byScore = Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a]);
  const predicted = byScore.map((movie) => scorer.predict(moment, 7, movie));
  predicted.slice(1).forEach((stars, i) => assert.ok(stars <= predicted[i] + 1e-6));
});

Deno.test("two_tower normalises its inputs by the training examples alone", async () => {
  const { scorer } = await fitted({ refit: false, epochs: 1, test_share: 0.1, validation_share: 0.4 });
  const half = datasetOf(catalogue, slice(ratings, 0, 2250));
  const alone = await twoTower.fit(
    half,
    { ...config, epochs: 1, validation_share: 0, test_share: 0 },
    options,
  );
  assert.deepEqual(scorer.weights.user.mean, openContent(alone.artifact).weights.user.mean);
  assert.deepEqual(scorer.weights.movie.scale, openContent(alone.artifact).weights.movie.scale);
});

Deno.test("two_tower takes a warm update from its artifact, at a low rate", async () => {
  const first = await fitted({ epochs: 2, refit: false });
  const all = datasetOf(catalogue, ratings);
  const fresh = { ...all, isExample: (_: unknown, row: number) => row >= 4500 };
  const warm = await twoTower.fit(fresh, { ...config, validation_share: 0, test_share: 0 }, {
    ...options,
    warmFrom: decode(encode(first.artifact)),
  });
  const updated = openContent(warm.artifact);
  assert.equal(warm.report.examples, 1500);
  assert.deepEqual([warm.artifact.header.features, updated.weights.user.mean], [
    first.artifact.header.features,
    first.scorer.weights.user.mean,
  ]);
  const [before, after] = [first.scorer, updated].map(({ weights }) => weights.user.layers[0].kernel);
  const moves = after.map((value, i) => Math.abs(value - before[i]));
  assert.ok(Math.max(...moves) > 0 && Math.max(...moves) < 0.05, `moved by ${Math.max(...moves)}`);
  assert.ok(rmseOf(updated) < rmseOf(first.scorer));
});

Deno.test("two_tower keeps warm weights that no update improves on", async () => {
  const first = await fitted({ epochs: 2 });
  const spoiled = { warm_learning_rate: 5, warm_epochs: 2 };
  const warm = await fitted(spoiled, { warmFrom: first.artifact });
  assert.equal(warm.report.best_epoch, 0);
  assert.deepEqual(warm.scorer.weights, first.scorer.weights);
});

Deno.test("two_tower gives large data fewer epochs, but one at least", async () => {
  const epochsOf = async (max_examples: number) =>
    (await fitted({ max_examples, refit: false })).report.epochs;
  assert.deepEqual([await epochsOf(1), await epochsOf(3 * 3825)], [1, 3]);
});

Deno.test("two_tower reports its progress up to the total", async () => {
  const seen: [number, number][] = [];
  await fitted({ epochs: 2, patience: 5 }, { progress: (done, total) => seen.push([done, total]) });
  const dones = seen.map(([done]) => done);
  assert.deepEqual(dones, [...dones].sort((a, b) => a - b));
  assert.ok(seen.every(([done, total]) => done <= total && total === 2 * (3825 + 4500)));
});

Deno.test("two_tower refuses to learn from next to nothing", async () => {
  const few = datasetOf(catalogue, slice(ratings, 0, 99));
  await assert.rejects(twoTower.fit(few, config, options), /at least 100 examples are needed: found 99/);
});

Deno.test("openContent() refuses a damaged artifact", async () => {
  const { artifact } = await fitted({ epochs: 1 });
  const without = (name: string): Container => {
    const { [name]: _gone, ...arrays } = artifact.arrays;
    return { ...artifact, arrays };
  };
  const short = { ...artifact.arrays, "movie.1.kernel": new Float32Array(3) };
  assert.throws(() => openContent(without("user.scale")), /user\.scale should be 10 floats: found nothing/);
  assert.throws(() => openContent(without("movie.0.kernel")), /movie\.0\.kernel/);
  assert.throws(
    () => openContent({ ...artifact, arrays: short }),
    /should be 128 floats: found 3 of Float32Array/,
  );
  assert.throws(
    () => openContent({ ...artifact, header: { ...artifact.header, log_scale: null } }),
    /log_scale/,
  );
});
