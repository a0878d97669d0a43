import assert from "@std/assert";
import fc from "fast-check";
import { diversify } from "../../../server/recommend/diversity.ts";
import { byFacts, byVectors } from "../../../server/recommend/likeness.ts";
import { createCatalogue } from "../../../models/catalogue.ts";

const candidates = (scores: number[]) => scores.map((rankingScore, movie) => ({ movie, rankingScore }));
const moviesOf = (list: { movie: number }[]) => list.map(({ movie }) => movie);

Deno.test("diversify() of λ = 0 is the list by score", () => {
  const scores = fc.array(fc.double({ noNaN: true, min: -5, max: 5 }), { maxLength: 30 });
  fc.assert(fc.property(scores, fc.integer({ min: 1, max: 40 }), (values, n) => {
    const list = candidates(values.sort((a, b) => b - a));
    assert.deepEqual(diversify(list, { lambda: 0, n, similarity: () => 1 }), list.slice(0, n));
  }));
});

Deno.test("diversify() takes the best, then what is worth its likeness to the chosen", () => {
  // On [0, 1] the scores are 1, 0.9, 0.5, 0; the first two are twins, the others like nothing.
  const list = candidates([4, 3.8, 3, 2]);
  const similarity = (a: number, b: number) => a + b === 1 ? 1 : 0;
  // After movie 0 at λ = ½: movie 1 is worth (0.9 − 1) / 2 = −0.05, movie 2 0.25, movie 3 0.
  assert.deepEqual(moviesOf(diversify(list, { lambda: 0.5, n: 4, similarity })), [0, 2, 3, 1]);
  // At λ = 0.1: 0.81 − 0.1 = 0.71, 0.45, 0.
  assert.deepEqual(moviesOf(diversify(list, { lambda: 0.1, n: 4, similarity })), [0, 1, 2, 3]);
});

Deno.test("diversify() looks at the likeness to all chosen movies, not to the last one only", () => {
  // Movie 2 is movie 0's twin, movie 1 is like nothing: at λ = 1 it waits for movie 3.
  const similarity = (a: number, b: number) => a + b === 2 && a !== b ? 1 : 0;
  assert.deepEqual(moviesOf(diversify(candidates([4, 3, 2, 1]), { lambda: 1, n: 4, similarity })), [
    0,
    1,
    3,
    2,
  ]);
});

Deno.test("diversify() lists each candidate once, and no more than there are", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 20 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.integer({ min: 1, max: 30 }),
    (values, lambda, n) => {
      const list = candidates(values.sort((a, b) => b - a));
      const chosen = moviesOf(diversify(list, { lambda, n, similarity: (a, b) => Math.cos(a * b) }));
      assert.equal(chosen.length, Math.min(n, list.length));
      assert.equal(new Set(chosen).size, chosen.length);
    },
  ));
});

Deno.test("byVectors() is the cosine, 0 where a movie has no vector", () => {
  const cosine = byVectors({ dimension: 2, values: Float32Array.of(3, 0, 1, 1, 0, 0) });
  assert.ok(Math.abs(cosine(0, 1) - Math.SQRT1_2) < 1e-12);
  assert.equal(cosine(0, 2), 0);
});

Deno.test("byFacts() weighs shared genres, nearness in time and popularity", () => {
  const alike = byFacts(
    createCatalogue([
      { id: 1, year: 2000, genres: [0, 1] },
      { id: 2, year: 2010, genres: [1, 2] },
      { id: 3, year: null, genres: [] },
    ], 3),
    Uint32Array.of(99, 99, 99),
  );
  // One genre of three is shared, ten years halve the nearness, and both are rated as often.
  assert.ok(Math.abs(alike(0, 1) - (0.6 / 3 + 0.25 / 2 + 0.15)) < 1e-12);
  assert.equal(alike(0, 0), 1);
  assert.ok(Math.abs(alike(0, 2) - 0.15) < 1e-12);
});
