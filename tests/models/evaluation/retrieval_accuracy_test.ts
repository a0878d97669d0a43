/** Stated floors of the models that rank, on last20: targets are test ratings of 4 and more, all unseen movies are candidates. */
import assert from "@std/assert";
import { FAMILY } from "../../../models/family.ts";
import { IdIndex } from "../../../models/id_index.ts";
import { ndcgAt, recallAt, rmse } from "../../../models/evaluation/metrics.ts";
import type { Scorer } from "../../../models/model.ts";
import { observe } from "../../../models/ratings.ts";
import { topN } from "../../../models/top_n.ts";
import { datasetOf, emptyMoment } from "../../support/ratings.ts";
import { hasSplits, readCatalogue, readSplit } from "../../support/splits.ts";
import { compute } from "../../support/compute.ts";

const ignore = !hasSplits();
const unless = ignore ? " (skipped: ../shared/data/splits is not there)" : "";
const options = { seed: 1, signal: new AbortController().signal, compute, log() {}, progress() {} };

function readWorld() {
  const users = new IdIndex();
  const catalogue = readCatalogue();
  const [train, test] = ["train", "test"].map((part) =>
    readSplit(`mlsmall-last20/${part}`, catalogue, users)
  );
  const moment = emptyMoment(catalogue);
  for (let row = 0; row < train.length; row++) observe(moment, train, row);
  return { catalogue, train, test, moment };
}

/** Means of nDCG@10 and recall@10 over the people with a target. */
function ranking(scorer: Scorer, { catalogue, test, moment }: ReturnType<typeof readWorld>) {
  const targets = new Map<number, Set<number>>();
  test.users.forEach((user, row) => {
    if (test.ratings[row] < 4) return;
    targets.set(user, (targets.get(user) ?? new Set()).add(test.movies[row]));
  });
  const scores = new Float32Array(catalogue.movies.size);
  const retrieve = scorer.retriever!(moment);
  const figures = Array.from(targets, ([user, liked]) => {
    retrieve(moment, user, scores);
    const seen = new Set(moment.histories.of(user).movies);
    const { ids } = catalogue.movies;
    const { movies } = topN(scores, { n: 10, isSeen: (movie) => seen.has(movie), ids });
    return [ndcgAt(movies, liked, 10), recallAt(movies, liked, 10)];
  });
  return [0, 1].map((i) => figures.reduce((sum, figure) => sum + figure[i], 0) / figures.length);
}

/** Measured: see the README; the floors leave room for another order of the same sums. */
const FLOORS = [
  { model: "ease", config: {}, ndcg: 0.122, recall: 0.097 },
  { model: "item_knn", config: {}, ndcg: 0.11, recall: 0.088 },
  { model: "als", config: {}, ndcg: 0.11, recall: 0.085 },
  { model: "cascade", config: { retriever: { model: "ease" } }, ndcg: 0.123, recall: 0.098 },
] as const;

for (const { model, config, ndcg, recall } of FLOORS) {
  Deno.test({
    name: `${model} reaches nDCG@10 ${ndcg} and recall@10 ${recall} on last20${unless}`,
    ignore,
    async fn() {
      const world = readWorld();
      const { scorer } = await FAMILY[model].fit(datasetOf(world.catalogue, world.train), config, options);
      const [foundNdcg, foundRecall] = ranking(scorer, world);
      assert.ok(foundNdcg >= ndcg, `nDCG@10 is ${foundNdcg}`);
      assert.ok(foundRecall >= recall, `recall@10 is ${foundRecall}`);
    },
  });
}

Deno.test({
  name: `als explicit reaches an RMSE of .89 on last20${unless}`,
  ignore,
  async fn() {
    const { catalogue, train, test, moment } = readWorld();
    const config = { variant: "explicit", dimension: 32, regularisation: 3, frequency_exponent: 0.3 };
    const { scorer } = await FAMILY.als.fit(datasetOf(catalogue, train), config, options);
    const predicted = Float32Array.from(
      test.users,
      (user, row) => scorer.predict!(moment, user, test.movies[row]),
    );
    const found = rmse(predicted, test.ratings);
    assert.ok(found <= 0.89, `RMSE is ${found}`);
  },
});
