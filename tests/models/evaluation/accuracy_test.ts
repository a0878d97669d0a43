/**
 * Stated accuracy floors on ml-latest-small, and metrics against figures that others have measured on the same files.
 *
 * time80 is one cut in time; 90 % of its test rows belong to people who came after the cut. "Frozen" keeps every sum
 * as of the cut; prequential lets them follow the ratings, as production does.
 */
import assert from "@std/assert";
import { createBias } from "../../../models/bias.ts";
import { twoTower } from "../../../models/two_tower/presets.ts";
import { openHybrid } from "../../../models/two_tower/hybrid/scorer.ts";
import { IdIndex } from "../../../models/id_index.ts";
import { coverage, ndcgAt, recallAt, rmse } from "../../../models/evaluation/metrics.ts";
import { prequential, type RatingScorer } from "../../../models/evaluation/prequential.ts";
import { createPopularity } from "../../../models/popularity.ts";
import { observe, type Ratings } from "../../../models/ratings.ts";
import { topN } from "../../../models/top_n.ts";
import { openContent } from "../../../models/two_tower/content.ts";
import { datasetOf, emptyMoment } from "../../support/ratings.ts";
import { hasSplits, readCatalogue, readSplit } from "../../support/splits.ts";
import { compute } from "../../support/compute.ts";

const ignore = !hasSplits();
const unless = ignore ? " (skipped: ../shared/data/splits is not there)" : "";

const { signal } = new AbortController();

function readWorld(split: string) {
  const users = new IdIndex();
  const catalogue = readCatalogue();
  const [train, test] = ["train", "test"].map((part) => readSplit(`${split}/${part}`, catalogue, users));
  return { catalogue, train, test, moment: () => momentAfter(train) };

  function momentAfter(ratings: Ratings) {
    const moment = emptyMoment(catalogue);
    for (let row = 0; row < ratings.length; row++) observe(moment, ratings, row);
    return moment;
  }
}

type World = ReturnType<typeof readWorld>;

async function prequentialRmse(scorer: RatingScorer, { moment, test }: World): Promise<number> {
  const found = await prequential({ scorer }, { moment: moment(), batch: test, signal });
  return found.find(({ slice, metric }) => slice === "all" && metric === "rmse")!.value;
}

function frozenRmse(scorer: RatingScorer, world: World): number {
  const moment = world.moment();
  const { users, movies, ratings } = world.test;
  return rmse(Float64Array.from(users, (user, row) => scorer.predict(moment, user, movies[row])), ratings);
}

const between = (found: number, [low, high]: [number, number]) =>
  assert.ok(found >= low && found <= high, `${found.toFixed(4)} is not between ${low} and ${high}`);

Deno.test({
  name: "bias reaches its RMSE on time80: .868 prequential, 1.007 frozen, and .891 with plain deviations" +
    unless,
  ignore,
  async fn() {
    const world = readWorld("mlsmall-time80");
    between(await prequentialRmse(createBias(), world), [0.8668, 0.8688]);
    between(frozenRmse(createBias(), world), [1.006, 1.008]);
    const plain = createBias({ movie_shrinkage: 5, user_shrinkage: 5, user_bias: "deviation" });
    between(await prequentialRmse(plain, world), [0.8905, 0.8925]);
  },
});

Deno.test({
  name:
    "two_tower content with deviations reaches its RMSE on time80: at most .885 prequential, 1.02 frozen" +
    unless,
  ignore,
  async fn() {
    const world = readWorld("mlsmall-time80");
    const dataset = datasetOf(world.catalogue, world.train);
    const { artifact } = await twoTower.fit(dataset, { preset: "content", features: "deviations" }, {
      seed: 1,
      signal,
      compute,
      log() {},
      progress() {},
    });
    const scorer = openContent(artifact);
    assert.ok(Math.exp(scorer.weights.logScale) > 0);
    // Measured over three seeds: .859 to .870, and 1.003 to 1.007.
    between(await prequentialRmse(scorer, world), [0.84, 0.885]);
    between(frozenRmse(scorer, world), [0.98, 1.02]);
  },
});

Deno.test({
  name: "two_tower hybrid reaches its RMSE on time80 in one epoch: at most .865 prequential, 1.007 frozen" +
    unless,
  ignore,
  async fn() {
    const world = readWorld("mlsmall-time80");
    const dataset = datasetOf(world.catalogue, world.train);
    const { artifact } = await twoTower.fit(dataset, { epochs: 1 }, {
      seed: 1,
      signal,
      compute,
      log() {},
      progress() {},
    });
    const scorer = openHybrid(artifact);
    // Measured with six epochs over three seeds: .844 to .861, and .999 to 1.006.
    between(await prequentialRmse(scorer, world), [0.81, 0.865]);
    between(frozenRmse(scorer, world), [0.97, 1.007]);
  },
});

Deno.test({
  name: "popularity has the nDCG, recall and coverage on last20 that others measured" + unless,
  ignore,
  fn() {
    const world = readWorld("mlsmall-last20");
    const moment = world.moment();
    const targets = new Map<number, Set<number>>();
    world.test.users.forEach((user, row) => {
      if (world.test.ratings[row] < 4) return;
      targets.set(user, (targets.get(user) ?? new Set()).add(world.test.movies[row]));
    });
    const figures = (popularity: ReturnType<typeof createPopularity>) => {
      const retrieve = popularity.retriever(moment);
      const scores = new Float32Array(world.catalogue.movies.size);
      const lists = Array.from(targets.keys(), (user) => {
        retrieve(moment, user, scores);
        const seen = new Set(moment.histories.of(user).movies);
        return topN(scores, { n: 10, isSeen: (movie) => seen.has(movie), ids: world.catalogue.movies.ids })
          .movies;
      });
      const mean = (of: typeof ndcgAt) =>
        [...targets.values()].reduce((sum, liked, i) => sum + of(lists[i], liked, 10), 0) / lists.length;
      return [mean(ndcgAt), mean(recallAt), coverage(lists, world.catalogue.movies.size)];
    };
    assert.equal(targets.size, 591);
    // Theirs counts ratings of 4 and more: .0786, .0511, .009. The order of ties is theirs, too.
    const counts = new Float64Array(world.catalogue.movies.size);
    world.train.movies.forEach((movie, row) => counts[movie] += world.train.ratings[row] >= 4 ? 1 : 0);
    const [ndcg, recall, covered] = figures(createPopularity(counts));
    between(ndcg, [0.0778, 0.0794]);
    between(recall, [0.0506, 0.0516]);
    between(covered, [0.0085, 0.0095]);
    // Ours counts every rating.
    between(figures(createPopularity())[0], [0.0735, 0.0745]);
  },
});
