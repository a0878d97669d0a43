import assert from "@std/assert";
import { encodeSnapshot, openSnapshot } from "../../../models/snapshot/snapshot.ts";
import { popularIn, trending, WINDOWS } from "../../../server/recommend/popular.ts";
import { championVectors, similarTo } from "../../../server/recommend/similar.ts";
import { movieIdOf, snapshotParts } from "../../support/snapshot.ts";

const PARTS = snapshotParts();
const snapshot = openSnapshot(encodeSnapshot(PARTS));
const hiding = (hide: { movies: number[]; genres: string[] }) =>
  openSnapshot(encodeSnapshot(snapshotParts({ serving: { ...PARTS.serving, hide } })));

Deno.test("popularIn() lists the most rated of each window, ties by id, and nothing that nobody rated", () => {
  for (const window of WINDOWS) {
    const counts = window === "all" ? snapshot.nRatings : snapshot.countsIn(Number.parseInt(window))!;
    const wanted = [...counts.keys()].filter((movie) => counts[movie] > 0)
      .sort((a, b) => counts[b] - counts[a] || a - b);
    const found = popularIn(snapshot, window, { n: 100 });
    assert.deepEqual(found.map(({ movie }) => movie), wanted, window);
    assert.ok(found.every(({ movie, nRatings }) => nRatings === counts[movie]));
  }
});

Deno.test("trending() lists what rises, the fastest first", () => {
  const found = trending(snapshot, { n: 100 });
  const rising = [...snapshot.trends.keys()].filter((movie) => snapshot.trends[movie] > 0);
  assert.ok(found.length > 0 && found.length === rising.length);
  found.forEach(({ movie, trend }, i) => {
    assert.equal(trend, snapshot.trends[movie]);
    assert.ok(i === 0 || found[i - 1].trend >= trend);
  });
});

Deno.test("popularIn(), trending() and similarTo() obey filters, and what the operator hides", () => {
  const isComedy = (movie: number) => snapshot.genresOf(movie).includes("Comedy");
  const comedies = popularIn(snapshot, "all", { n: 100, genres: ["Comedy"] });
  assert.ok(comedies.length > 5 && comedies.every(({ movie }) => isComedy(movie)));
  const first = comedies[0].movie;
  const hidden = hiding({ movies: [movieIdOf(first)], genres: ["Film-Noir"] });
  const options = { n: 100, vectors: championVectors(hidden) };
  const lists = [
    popularIn(hidden, "all", options),
    trending(hidden, options),
    similarTo(hidden, 0, options).items,
  ];
  for (const list of lists) {
    assert.ok(list.length > 0);
    assert.ok(list.every(({ movie }) => movie !== first && !hidden.genresOf(movie).includes("Film-Noir")));
  }
});

Deno.test("similarTo() is the order of cosines, without the movie itself", () => {
  const vectors = championVectors(snapshot)!;
  const { dimension: d, values } = vectors;
  const row = (movie: number) => values.subarray(movie * d, (movie + 1) * d);
  const dot = (a: number, b: number) => row(a).reduce((sum, value, k) => sum + value * row(b)[k], 0);
  const cosine = (a: number, b: number) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  const { by, items } = similarTo(snapshot, 3, { n: 100, vectors });
  assert.equal(by, "vectors");
  assert.equal(items.length, snapshot.movieIds.length - 1);
  items.forEach(({ movie, likeness }, i) => {
    assert.ok(movie !== 3 && Math.abs(likeness - cosine(3, movie)) < 1e-6);
    assert.ok(i === 0 || items[i - 1].likeness >= likeness);
  });
});

Deno.test("similarTo() says when it goes by facts: no vectors, or none of that movie", () => {
  assert.equal(similarTo(snapshot, 3, { n: 5, vectors: null }).by, "facts");
  const vectors = championVectors(snapshot)!;
  const values = vectors.values.slice().fill(0, 3 * vectors.dimension, 4 * vectors.dimension);
  const { by, items } = similarTo(snapshot, 3, { n: 5, vectors: { ...vectors, values } });
  assert.equal(by, "facts");
  // Of the same two genres, which every other movie has that is not of the last one.
  assert.ok(items.every(({ movie }) => movie % 2 === 1));
});
