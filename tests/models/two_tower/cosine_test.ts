import assert from "@std/assert";
import { createRng } from "../../../models/rng.ts";
import {
  fitFrames,
  frameColumns,
  frameRows,
  fromConfig,
  toConfig,
} from "../../../models/two_tower/cosine.ts";
import { createTowers } from "../../../models/two_tower/scorer.ts";
import { observe } from "../../../models/ratings.ts";
import { emptyMoment, ratingsOf, seededRows } from "../../support/ratings.ts";

const { catalogue } = seededRows(1);
const shape = fitFrames(catalogue);

Deno.test("toConfig() and fromConfig() round-trip a design of any layers", () => {
  for (const hidden of [[], [8], [16, 8, 4]]) {
    const design = { user_inputs: 20, movie_inputs: 23, hidden, dimension: 32 };
    assert.deepEqual(toConfig(fromConfig(JSON.parse(JSON.stringify(design)), createRng(1))), design);
  }
  assert.throws(() => fromConfig({ user_inputs: 20, movie_inputs: 23, layers: 3 }, createRng(1)), /layers/);
});

Deno.test("frameColumns() are 22 of a user and 25 of a movie with 20 genres", () => {
  const genres = Array.from({ length: 20 }, (_, k) => `genre${k}`);
  const { user, movie } = frameColumns(genres);
  assert.deepEqual([user.length, movie.length], [22, 25]);
  assert.deepEqual(movie.slice(0, 5), ["user_id", "movie_id", "n_ratings", "mean_rating", "release_year"]);
});

Deno.test("frameRows() know what had arrived before the example, and no more", () => {
  const moment = emptyMoment(catalogue);
  // Movie 1 has genre 1, id 1003 and the year 1961; user 0 has id 1.
  const ratings = ratingsOf([[0, 1, 4], [1, 1, 2]]);
  const example = { user: 0, movie: 1 };
  const before = frameRows(moment, example, shape);
  assert.deepEqual([...before.user], [1, 1003, 0, 0, 0, 0]);
  assert.deepEqual([...before.movie], [1, 1003, 0, 0, 1961, 0, 1, 0, 0]);
  for (const row of [0, 1]) observe(moment, ratings, row);
  const after = frameRows(moment, example, shape);
  assert.deepEqual([...after.user], [1, 1003, 0, 4, 0, 0]);
  assert.deepEqual([...after.movie], [1, 1003, 2, 3, 1961, 0, 1, 0, 0]);
});

Deno.test("cosine predicts 2.75 + 2.25 cos of a network made by hand", () => {
  // One layer that passes two inputs on: user (3, 4), movie (4, 3): cos = 24/25.
  const layer = { inputs: 2, units: 2, kernel: Float32Array.of(1, 0, 0, 1), bias: new Float32Array(2) };
  const tower = {
    tables: [],
    mean: new Float32Array(2),
    scale: new Float32Array(2).fill(1),
    layers: [layer],
    dropout: 0,
  };
  const { predict } = createTowers({
    weights: { user: tower, movie: tower, head: "cosine", logScale: 9, offset: 9 },
    features: {
      userWidth: 2,
      movieWidth: 2,
      userInputs: (_, __, out, offset) => out.set([3, 4], offset),
      movieInputs: (_, __, out, offset) => out.set([4, 3], offset),
    },
  });
  assert.ok(Math.abs(predict(emptyMoment(catalogue), 0, 0) - (2.75 + 2.25 * 24 / 25)) < 1e-6);
});
