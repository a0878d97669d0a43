import assert from "@std/assert";
import type { Embedder } from "../../models/model.ts";
import { movieVectors, retrieverOf } from "../../models/retriever.ts";
import { observe } from "../../models/ratings.ts";
import { emptyMoment, ratingsOf, seededRows } from "../support/ratings.ts";

const { catalogue } = seededRows(1);

/** Vectors that tell when they were made: (1, ratings known then) for everybody and everything. */
const dated: Embedder = {
  dimension: 2,
  embedUser: ({ state }, _user, out, offset) => out.set([1, state.nRatings], offset),
  embedMovie: ({ state }, movie, out, offset) => out.set([movie, state.nRatings], offset),
  line: () => ({ slope: 1, intercept: 0 }),
};

Deno.test("movieVectors() has one row per movie", () => {
  const vectors = movieVectors(dated, emptyMoment(catalogue));
  assert.equal(vectors.length, 2 * catalogue.movies.size);
  assert.deepEqual([...vectors.subarray(0, 6)], [0, 0, 1, 0, 2, 0]);
});

Deno.test("retrieverOf() freezes the movies, and takes the person as of the question", () => {
  const [before, now] = [emptyMoment(catalogue), emptyMoment(catalogue)];
  const ratings = ratingsOf([[0, 0, 4], [0, 1, 4], [0, 2, 4]]);
  observe(before, ratings, 0);
  const retrieve = retrieverOf(dated, before);
  for (let row = 0; row < 3; row++) observe(now, ratings, row);
  const scores = new Float32Array(catalogue.movies.size);
  retrieve(now, 0, scores);
  // Movie m: 1 · m + 3 (the person's) · 1 (the movies').
  assert.deepEqual([...scores.subarray(0, 3)], [3, 4, 5]);
});
