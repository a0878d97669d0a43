import assert from "@std/assert";
import { createCatalogue } from "../../../../models/catalogue.ts";
import {
  auc,
  averagePrecisionAt,
  gini,
  intraListDiversity,
  meanKnown,
  novelty,
  popularityLift,
  reciprocalRank,
} from "../../../../models/evaluation/metrics.ts";

const near = (found: number, wanted: number) =>
  assert.ok(Math.abs(found - wanted) < 1e-12, `${found} is not ${wanted}`);

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
