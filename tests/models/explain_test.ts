import assert from "@std/assert";
import { alsConfig, createAls } from "../../models/als/als.ts";
import { createEase } from "../../models/ease/ease.ts";
import { FAMILY } from "../../models/family.ts";
import { createItemKnn } from "../../models/item_knn/item_knn.ts";
import { observe } from "../../models/ratings.ts";
import { CASES, catalogue, dataset, type FamilyCase, momentOfAll, options } from "../support/family.ts";
import { emptyMoment, ratingsOf } from "../support/ratings.ts";

const LINEAR: readonly FamilyCase[] = [
  ...CASES.filter(([name]) => ["ease", "item_knn", "als", "two_tower hybrid"].includes(name)),
  ["als explicit", FAMILY.als, { variant: "explicit", epochs: 2 }],
];
const all = Int32Array.from({ length: catalogue.movies.size }, (_, movie) => movie);

for (const [name, model, config] of LINEAR) {
  Deno.test(`${name}: explain() sums to the retriever's score, for people with many ratings, few and none`, async () => {
    const { scorer } = await model.fit(dataset, config, options);
    assert.ok(scorer.explain, "it is linear in the history");
    const moment = momentOfAll();
    const retrieve = scorer.retriever!(moment);
    const scores = new Float32Array(all.length);
    for (const user of [0, 7, 29, 39, 500]) {
      retrieve(moment, user, scores);
      const { because, contributions, rest } = scorer.explain!(moment, user, all);
      assert.equal(contributions.length, all.length * because.length);
      let used = 0;
      for (const movie of all) {
        let sum = rest[movie];
        for (let k = 0; k < because.length; k++) sum += contributions[movie * because.length + k];
        assert.ok(
          Math.abs(sum - scores[movie]) < 1e-6 * Math.max(1, Math.abs(scores[movie])),
          `${sum} ≠ ${scores[movie]}`,
        );
        used += Math.abs(sum - rest[movie]);
      }
      const rated = new Set(moment.histories.of(user).movies);
      assert.ok(because.every((movie) => rated.has(movie)));
      assert.equal(used > 0, rated.size > 0, "what was rated takes part");
    }
  });
}

Deno.test("item_knn: explain() says which neighbour voted with what", () => {
  const knn = createItemKnn({
    movieIds: catalogue.movies.ids.slice(0, 3),
    counts: Int32Array.of(4, 2, 1),
    starts: Int32Array.of(0, 1, 2, 2),
    columns: Int32Array.of(2, 2),
    weights: Float32Array.of(0.5, 0.25),
  }, { taste: "graded", half_life: null });
  const moment = emptyMoment(catalogue);
  const ratings = ratingsOf([[0, 0, 5], [0, 1, 2.5]]);
  for (let row = 0; row < ratings.length; row++) observe(moment, ratings, row);
  const { because, contributions, rest } = knn.explain!(moment, 0, Int32Array.of(2));
  assert.deepEqual([...because], [0, 1]);
  // Stars over five times the neighbour's weight; the rest is a millionth of the share of the most entries.
  assert.deepEqual([...contributions], [0.5, 0.125]);
  assert.deepEqual([...rest], [1e-6 / 4]);
});

Deno.test("ease: explain() of B written out reads it off, a column for each movie asked about", () => {
  const ease = createEase({
    movieIds: catalogue.movies.ids.slice(0, 3),
    counts: Int32Array.of(4, 2, 1),
    form: { weights: Float32Array.of(0, 0.5, 0.25, 0.125, 0, -0.5, 2, 3, 0) },
  }, { taste: "graded", half_life: null });
  const moment = emptyMoment(catalogue);
  const ratings = ratingsOf([[0, 0, 5], [0, 1, 2.5], [0, 7, 5]]);
  for (let row = 0; row < ratings.length; row++) observe(moment, ratings, row);
  const { because, contributions } = ease.explain!(moment, 0, Int32Array.of(2, 7));
  assert.deepEqual([...because], [0, 1, 7]);
  // B_02, half of B_12, and of the eighth movie the model knows nothing.
  assert.deepEqual([...contributions], [0.25, -0.25, 0, 0, 0, 0]);
});

Deno.test("als: explain() is hᵀ A⁻¹ h_k c_k, by hand", () => {
  // One dimension: A = G + Σ c h² + λ = 2 + (1·1 + 1·4) + 3 = 10.
  const config = alsConfig.parse({ dimension: 1, regularisation: 3, frequency_exponent: 0, taste: "all" });
  const als = createAls(config, {
    movieIds: catalogue.movies.ids.slice(0, 3),
    vectors: Float32Array.of(1, 2, 5),
    gram: Float32Array.of(2),
    newcomer: Float32Array.of(0.5),
    line: { slope: 1, intercept: 0 },
  });
  const moment = emptyMoment(catalogue);
  const newcomer = als.explain!(moment, 0, Int32Array.of(2, 3));
  assert.deepEqual([newcomer.because.length, ...newcomer.rest], [0, 2.5, 0]);
  const ratings = ratingsOf([[0, 0, 5], [0, 1, 5]]);
  for (let row = 0; row < ratings.length; row++) observe(moment, ratings, row);
  const { because, contributions, rest } = als.explain!(moment, 0, Int32Array.of(2, 3));
  assert.deepEqual([...because], [0, 1]);
  // 5 · 1 / 10 and 5 · 2 / 10; the fourth movie is not known to the model.
  assert.deepEqual(Array.from(contributions, (value) => Math.round(value * 1e9) / 1e9), [0.5, 1, 0, 0]);
  assert.deepEqual([...rest], [0, 0]);
});
