import assert from "@std/assert";
import { passThrough } from "../../../../models/dataset.ts";
import { createFeatures } from "../../../../models/features.ts";
import { observe } from "../../../../models/ratings.ts";
import { createRng } from "../../../../models/rng.ts";
import { createBatch } from "../../../../models/two_tower/hybrid/batch.ts";
import { createHybridWindow } from "../../../../models/two_tower/hybrid/window.ts";
import { datasetOf, emptyMoment, ratingsOf, seededRows } from "../../../support/ratings.ts";

const { catalogue, rows } = seededRows(300);
const ratings = ratingsOf(rows);
const features = createFeatures({ preset: "deviations", n_genres: 4, year_mean: 1990, year_deviation: 20 });
const { userWidth, movieWidth } = features;
const [SHARD, EXTRA, POSITIVE] = [16, 4, 3];
const moments = (width: number) => ({
  mean: Float32Array.from({ length: width }, (_, k) => k / 8),
  scale: new Float32Array(width).fill(2),
});
const positions = Int32Array.from({ length: 1_000 }, (_, i) => i);

/** All batches of one pass over `rows`, each as it stands when it is handed out. */
async function batchesOf(isTraining: boolean, look: (batch: ReturnType<typeof createBatch>) => void) {
  const room = { floats: (n: number) => new Float32Array(n), integers: (n: number) => new Int32Array(n) };
  const widths = { user: userWidth, movie: movieWidth };
  const batch = createBatch({ batchSize: 40, shard: SHARD, extra: EXTRA, widths }, room);
  const n = rows.length;
  const parts = { train: isTraining ? n : 0, validation: n, n };
  const { signal } = new AbortController();
  const open = () =>
    createHybridWindow({
      features,
      moments: { user: moments(userWidth), movie: moments(movieWidth) },
      rule: { liking: 1, retrieval_recency: 0.9, rating_recency: 0.9 },
      capacity: 128,
      batch,
      rows: { users: positions, movies: positions },
      logQ: Float32Array.from(positions),
      positive: POSITIVE,
      idDropout: 0,
      gap: 0,
      rng: createRng(5),
    }, null);
  for await (const { examples } of passThrough(datasetOf(catalogue, ratings), { parts, signal }, open)) {
    look(examples);
  }
}

/** (x − μ) · scale of what `write` writes, in the same roundings. */
function normalised(width: number, write: (out: Float32Array) => void): number[] {
  const out = new Float32Array(width);
  write(out);
  const { mean, scale } = moments(width);
  return Array.from(out, (x, k) => Math.fround((x - mean[k]) * scale[k]));
}

Deno.test("createHybridWindow() hands out the features of each example's moment, normalised", async () => {
  const moment = emptyMoment(catalogue);
  let row = 0;
  await batchesOf(false, (batch) => {
    for (let i = 0; i < batch.length; i++, row++) {
      const place = Math.floor(i / SHARD) * (SHARD + EXTRA) + i % SHARD;
      const [user, movie] = [ratings.users[row], ratings.movies[row]];
      const found = [
        ...batch.user.subarray(i * userWidth, (i + 1) * userWidth),
        ...batch.movie.subarray(place * movieWidth, (place + 1) * movieWidth),
      ];
      assert.deepEqual(found, [
        ...normalised(userWidth, (out) => features.userInputs(moment, user, out, 0)),
        ...normalised(movieWidth, (out) => features.movieInputs(moment, movie, out, 0)),
      ]);
      assert.equal(batch.movieRows[place], movie);
      assert.equal(batch.stars[i], ratings.ratings[row]);
      observe(moment, ratings, row);
    }
  });
  assert.equal(row, rows.length);
});

Deno.test("createHybridWindow() trains on each example once, in each shard what is to be found first", async () => {
  const stars: number[] = [];
  await batchesOf(true, (batch) => {
    stars.push(...batch.stars.subarray(0, batch.length));
    for (let first = 0; first < batch.length; first += SHARD) {
      const weights = [...batch.weights.subarray(first, Math.min(first + SHARD, batch.length))];
      assert.deepEqual(weights, weights.toSorted((a, b) => b - a));
      assert.deepEqual(
        weights,
        [...batch.stars.subarray(first, first + weights.length)].map((r) => r >= POSITIVE ? 1 : 0),
      );
      const end = Math.min(first + SHARD, batch.length);
      const drawn = first / SHARD * (SHARD + EXTRA) + end - first;
      for (let place = drawn; place < drawn + EXTRA; place++) {
        const movie = batch.movieRows[place];
        const fixed = normalised(
          movieWidth,
          (out) => features.movieInputs(emptyMoment(catalogue), movie, out, 0),
        );
        const found = [...batch.movie.subarray(place * movieWidth, (place + 1) * movieWidth)];
        assert.deepEqual(found, [...fixed.slice(0, -2), 0, 0]);
        assert.equal(batch.logQ[place], movie);
      }
    }
  });
  assert.deepEqual(stars.sort(), [...ratings.ratings].sort());
});
