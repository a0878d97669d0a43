/** Every metric against scikit-learn and numpy: `reference.py` made the numbers, which are kept beside it. */
import assert from "@std/assert";
import { createCatalogue } from "../../../../models/catalogue.ts";
import {
  auc,
  averagePopularity,
  averagePrecisionAt,
  coverage,
  gini,
  hitRateAt,
  intraListDiversity,
  mae,
  ndcgAt,
  novelty,
  popularityLift,
  precisionAt,
  recallAt,
  reciprocalRank,
  rmse,
} from "../../../../models/evaluation/metrics.ts";
import reference from "./reference.json" with { type: "json" };

const near = (found: number, wanted: number, what: string) =>
  assert.ok(Math.abs(found - wanted) < 1e-9, `${what}: ${found} is not ${wanted}`);

Deno.test("rmse(), mae() and auc() equal scikit-learn's", () => {
  for (const { predicted, actual, ...wanted } of reference.rating) {
    near(rmse(predicted, actual), wanted.rmse, "rmse");
    near(mae(predicted, actual), wanted.mae, "mae");
    near(auc(predicted, actual, 4), wanted.auc, "auc");
  }
});

Deno.test("ranking metrics equal scikit-learn's nDCG, and numpy", () => {
  for (const { ranked, targets, k, ...wanted } of reference.ranking) {
    const liked = new Set(targets);
    near(ndcgAt(ranked, liked, k), wanted.ndcg, "ndcg");
    near(recallAt(ranked, liked, k), wanted.recall, "recall");
    near(precisionAt(ranked, liked, k), wanted.precision, "precision");
    near(hitRateAt(ranked, liked, k), wanted.hit_rate, "hit rate");
    near(averagePrecisionAt(ranked, liked, k), wanted.average_precision, "average precision");
    near(reciprocalRank(ranked, liked), wanted.reciprocal_rank, "reciprocal rank");
  }
});

Deno.test("catalogue metrics equal numpy", () => {
  for (const { counts, people, genres, lists, histories, ...wanted } of reference.catalogue) {
    const catalogue = createCatalogue(genres.map((own, id) => ({ id, year: null, genres: own })), 6);
    near(coverage(lists, counts.length), wanted.coverage, "coverage");
    near(gini(lists, counts.length), wanted.gini, "gini");
    near(popularityLift(lists, histories, counts), wanted.popularity_lift, "popularity lift");
    lists.forEach((list, i) => {
      near(novelty(list, counts, people), wanted.novelty[i], "novelty");
      near(averagePopularity(list, counts), wanted.average_popularity[i], "average popularity");
      near(intraListDiversity(list, catalogue), wanted.diversity[i], "diversity");
    });
  }
});
