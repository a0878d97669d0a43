import assert from "@std/assert";
import {
  coverage,
  hitRateAt,
  mae,
  ndcgAt,
  precisionAt,
  recallAt,
  reciprocalRank,
  rmse,
} from "../../../models/evaluation/metrics.ts";

const near = (found: number, wanted: number) =>
  assert.ok(Math.abs(found - wanted) < 1e-12, `${found} is not ${wanted}`);

Deno.test("rmse() squares the errors, mae() does not", () => {
  // Errors 1, −2, 0: √((1 + 4 + 0) / 3) and (1 + 2 + 0) / 3.
  near(rmse([4, 1, 3], [3, 3, 3]), Math.sqrt(5 / 3));
  near(mae([4, 1, 3], [3, 3, 3]), 1);
});

Deno.test("rmse() of no ratings is NaN", () => assert.ok(Number.isNaN(rmse([], []))));

Deno.test("mae() refuses predictions without a rating each", () => {
  assert.throws(() => mae([1, 2], [1]), /found 2 and 1/);
});

Deno.test("recallAt() divides by the targets, precisionAt() by k", () => {
  // Of targets 4, 7, 9 the top three of (7, 1, 4, 9) holds 7 and 4.
  near(recallAt([7, 1, 4, 9], new Set([4, 7, 9]), 3), 2 / 3);
  near(precisionAt([7, 1, 4, 9], new Set([4, 7, 9]), 3), 2 / 3);
  near(recallAt([7, 1, 4, 9], new Set([4, 7]), 2), 1 / 2);
  near(precisionAt([7], new Set([7]), 4), 1 / 4);
  // More targets than places: recall cannot reach 1.
  near(recallAt([7, 4], new Set([4, 7, 9]), 2), 2 / 3);
});

Deno.test("hitRateAt() counts a list once", () => {
  assert.equal(hitRateAt([1, 2, 3], new Set([2, 3]), 3), 1);
  assert.equal(hitRateAt([1, 2, 3], new Set([3]), 2), 0);
});

Deno.test("ndcgAt() discounts a late hit by its rank", () => {
  // One target, found third: (1 / log2 4) / (1 / log2 2).
  near(ndcgAt([9, 8, 4], new Set([4]), 3), 0.5);
});

Deno.test("ndcgAt() has min(k, targets) hits in its ideal list", () => {
  // Five targets, k = 2: an ideal list has two of them, and this one has the second only.
  near(ndcgAt([0, 1], new Set([1, 2, 3, 4, 5]), 2), (1 / Math.log2(3)) / (1 + 1 / Math.log2(3)));
  // Two targets, k = 10: a list that holds just these two, in front, is perfect.
  near(ndcgAt([1, 2], new Set([1, 2]), 10), 1);
});

Deno.test("ndcgAt() ignores what stands below k", () => assert.equal(ndcgAt([9, 8, 4], new Set([4]), 2), 0));

Deno.test("reciprocalRank() is 1 / rank of the first target", () => {
  near(reciprocalRank([5, 6, 7, 8], new Set([7, 8])), 1 / 3);
  assert.equal(reciprocalRank([5, 6], new Set([7])), 0);
});

Deno.test("ranking metrics of a person without targets are NaN", () => {
  const none = new Set<number>();
  for (const metric of [recallAt, precisionAt, hitRateAt, ndcgAt]) {
    assert.ok(Number.isNaN(metric([1], none, 1)));
  }
  assert.ok(Number.isNaN(reciprocalRank([1], none)));
});

Deno.test("coverage() counts each listed movie once", () => {
  near(coverage([[1, 2], [2, 3], []], 6), 1 / 2);
});
