import assert from "@std/assert";
import type { RecommendationList } from "../../../server/recommend/request.ts";
import { createShadow, overlap, rankCorrelation, type ShadowTask } from "../../../server/recommend/shadow.ts";

const listOf = (movies: number[]): Pick<RecommendationList, "items"> => ({
  items: movies.map((movie) => ({ movie, retrievalScore: 0, rankingScore: 0 })),
});
const task = (served: number[], candidate: number[]): ShadowTask => ({
  list: listOf(served),
  compare: () => listOf(candidate),
});

/** A shadow whose work waits until it is told to run. */
function waitingShadow() {
  const work: (() => void)[] = [];
  const errors: unknown[] = [];
  const shadow = createShadow({
    later: (body) => work.push(body),
    failed: (version, error) => errors.push([version, error]),
  });
  return { shadow, work, errors, run: () => work.splice(0).forEach((body) => body()) };
}

Deno.test("createShadow() compares after the answer, and adds up", () => {
  const { shadow, run } = waitingShadow();
  shadow.offer("v2", 1, task([1, 2, 3], [3, 2, 9]));
  shadow.offer("v2", 1, task([1, 2, 3], [1, 2, 3]));
  assert.equal(shadow.sums.get("v2")!.lists, 0);
  run();
  const { lists, overlap, correlated, correlation } = shadow.sums.get("v2")!;
  // Two of three in reversed order: τ = −1; then all three: τ = 1.
  assert.deepEqual({ lists, overlap, correlated, correlation }, {
    lists: 2,
    overlap: 2 / 3 + 1,
    correlated: 2,
    correlation: 0,
  });
});

Deno.test("createShadow() takes its share of the requests", () => {
  const { shadow, run } = waitingShadow();
  for (let i = 0; i < 10_000; i++) {
    shadow.offer("v2", 0.1, task([1], [1]));
    run();
  }
  const { lists } = shadow.sums.get("v2")!;
  assert.ok(Math.abs(lists - 1000) < 120, `${lists} of 10,000`);
  shadow.offer("v3", 0, task([1], [1]));
  assert.equal(shadow.sums.has("v3"), false);
});

Deno.test("createShadow() lets requests go when too many wait, and says how many", () => {
  const { shadow, work, run } = waitingShadow();
  for (let i = 0; i < 40; i++) shadow.offer("v2", 1, task([1], [1]));
  assert.equal(work.length, 16);
  run();
  assert.equal(shadow.sums.get("v2")!.skipped, 24);
  shadow.offer("v2", 1, task([1], [1]));
  run();
  assert.equal(shadow.sums.get("v2")!.lists, 17);
});

Deno.test("createShadow() counts a candidate that fails, and goes on", () => {
  const { shadow, errors, run } = waitingShadow();
  const error = new RangeError("no vectors");
  shadow.offer("v2", 1, {
    ...task([1], [1]),
    compare: () => {
      throw error;
    },
  });
  shadow.offer("v2", 1, task([1], [1]));
  run();
  assert.deepEqual(errors, [["v2", error]]);
  assert.deepEqual([shadow.sums.get("v2")!.failed, shadow.sums.get("v2")!.lists], [1, 1]);
});

Deno.test("overlap() and rankCorrelation() of short, empty and disjoint lists", () => {
  assert.equal(overlap([], []), 1);
  assert.equal(overlap([1], []), 0);
  assert.equal(overlap([1, 2, 3, 4], [4]), 0.25);
  assert.equal(rankCorrelation([1, 2], [2, 3]), null);
  // Of six pairs (1 2 3 4 against 1 3 2 4) one disagrees: (5 − 1) / 6.
  assert.equal(rankCorrelation([1, 2, 3, 4], [1, 3, 2, 4]), 4 / 6);
});
