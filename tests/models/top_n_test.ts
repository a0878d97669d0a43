import assert from "@std/assert";
import fc from "fast-check";
import { scan, topN } from "../../models/top_n.ts";

const nobody = () => false;

Deno.test("topN() lists the best first", () => {
  const { movies, scores } = topN(Float32Array.of(0.5, 2, -1, 1), {
    n: 2,
    isSeen: nobody,
    ids: Int32Array.of(10, 20, 30, 40),
  });
  assert.deepEqual([[...movies], [...scores]], [[1, 3], [2, 1]]);
});

Deno.test("topN() orders equal scores by ascending movie id, whatever their positions", () => {
  const { movies } = topN(Float32Array.of(1, 1, 1, 1), {
    n: 3,
    isSeen: nobody,
    ids: Int32Array.of(40, 10, 30, 20),
  });
  assert.deepEqual([...movies], [1, 3, 2]);
});

Deno.test("topN() leaves out movies without a score, and gives what there is", () => {
  const options = { n: 5, isSeen: (movie: number) => movie === 0, ids: Int32Array.of(1, 2, 3) };
  assert.deepEqual([...topN(Float32Array.of(9, NaN, 1), options).movies], [2]);
  assert.deepEqual([...topN(new Float32Array(0), { ...options, ids: new Int32Array(0) }).movies], []);
  assert.deepEqual([...topN(Float32Array.of(9, 8, 1), { ...options, n: 0 }).movies], []);
});

// Few distinct scores, so that ties are common.
const world = fc.array(fc.record({ score: fc.integer({ min: -3, max: 3 }), isSeen: fc.boolean() }), {
  maxLength: 80,
  size: "max",
});

Deno.test("topN() equals a full sort, and never lists a seen movie", () => {
  fc.assert(fc.property(world, fc.nat(30), fc.boolean(), (movies, n, isReversed) => {
    const ids = Int32Array.from(movies, (_, i) => isReversed ? 1000 - i : i);
    const scores = Float32Array.from(movies, ({ score }) => score);
    const found = topN(scores, { n, isSeen: (movie) => movies[movie].isSeen, ids });
    const wanted = movies.map((_, i) => i).filter((i) => !movies[i].isSeen)
      .sort((a, b) => scores[b] - scores[a] || ids[a] - ids[b]).slice(0, n);
    assert.deepEqual([...found.movies], wanted);
    assert.ok(found.movies.every((movie) => !movies[movie].isSeen));
  }));
});

Deno.test("scan() is the product of each row with the query", () => {
  const out = new Float32Array(3);
  scan(Float32Array.of(1, 2, 3, 4, 5, 6), Float32Array.of(10, -1), out);
  assert.deepEqual([...out], [8, 26, 44]);
});
