/** Metrics by hand; `metrics/reference_test.ts` has them beside other people's. */
import assert from "@std/assert";
import { createCatalogue } from "../../../models/catalogue.ts";
import {
  auc,
  averagePrecisionAt,
  coverage,
  gini,
  hitRateAt,
  intraListDiversity,
  mae,
  meanKnown,
  ndcgAt,
  novelty,
  popularityLift,
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

Deno.test("auc() counts equal predictions half, and has no answer without both kinds", () => {
  near(auc([3, 3], [5, 1], 4), 0.5);
  // Pairs (liked, other): 4 > 3, 4 > 2, 2 < 3, 2 = 2.
  near(auc([4, 2, 3, 2], [5, 4, 1, 3.5], 4), (1 + 1 + 0 + 0.5) / 4);
  assert.ok(Number.isNaN(auc([1, 2], [5, 5], 4)));
  assert.throws(() => auc([1], [], 4), /found 1 and 0/);
});

Deno.test("averagePrecisionAt() of a perfect list is 1, whatever k; without targets there is none", () => {
  near(averagePrecisionAt([4, 7, 1], new Set([4, 7]), 3), 1);
  near(averagePrecisionAt([4, 7], new Set([4, 7, 9]), 2), 1);
  // Targets at ranks 2 and 3 of three: (1/2 + 2/3) / 3.
  near(averagePrecisionAt([1, 4, 7, 2], new Set([4, 7, 9]), 4), (1 / 2 + 2 / 3) / 3);
  assert.ok(Number.isNaN(averagePrecisionAt([1], new Set(), 1)));
});

Deno.test("reciprocalRank() looks at the top k only", () => {
  assert.equal(reciprocalRank([5, 6, 7], new Set([7]), 2), 0);
});

Deno.test("gini() is 0 for equal shares, 1 − 1/n for one movie in all places", () => {
  near(gini([[0, 1], [2, 3]], 4), 0);
  near(gini([[2], [2], [2]], 4), 0.75);
  assert.ok(Number.isNaN(gini([[]], 4)));
});

Deno.test("novelty() tells log₂ of the odds, an unrated movie as if it were rated once", () => {
  near(novelty([0, 1], [2, 0], 8), (2 + 3) / 2);
  assert.ok(Number.isNaN(novelty([], [2], 8)));
});

Deno.test("popularityLift() is 0 where lists are as popular as histories, 1 at twice that", () => {
  near(popularityLift([[0], [1]], [[1], [0]], [4, 8]), 0);
  near(popularityLift([[1], []], [[0]], [4, 8]), 1);
});

Deno.test("intraListDiversity() is 0 for one genre, 1 for strangers and movies without genres", () => {
  const facts = [[0], [0], [1], [], [0, 1]].map((genres, id) => ({ id, year: null, genres }));
  const catalogue = createCatalogue(facts, 2);
  near(intraListDiversity([0, 1], catalogue), 0);
  near(intraListDiversity([0, 2], catalogue), 1);
  near(intraListDiversity([3, 3], catalogue), 1);
  near(intraListDiversity([0, 4], catalogue), 1 - 1 / Math.SQRT2);
  assert.ok(Number.isNaN(intraListDiversity([0], catalogue)));
});

Deno.test("meanKnown() leaves out what has no answer", () => near(meanKnown([1, NaN, 3]), 2));
