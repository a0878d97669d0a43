/** Lists in two steps: what a server retrieves and ranks apart is what the model does in one. */
import assert from "@std/assert";
import { cascade } from "../../models/cascade/fit.ts";
import { momentAfter } from "../../models/evaluation/frozen.ts";
import type { FitOptions, Model } from "../../models/model.ts";
import { ranker } from "../../models/ranker/fit.ts";
import { topN } from "../../models/top_n.ts";
import { compute } from "../support/compute.ts";
import { datasetOf, ratingsOf, seededRows } from "../support/ratings.ts";

const { signal } = new AbortController();
const options: FitOptions = { seed: 5, signal, compute, log() {}, progress() {} };
const { catalogue, rows } = seededRows(3000);
const dataset = datasetOf(catalogue, ratingsOf(rows), 400);
const TOWERS = { preset: "content", features: "deviations", dimension: 8, hidden: [16], epochs: 1 };

const CASES: [name: string, model: Model, config: unknown][] = [
  ["cascade by choice", cascade, {
    retriever: { model: "popularity" },
    advisers: [{ model: "item_knn", config: { taste: "liked" } }],
    retrieve: 20,
  }],
  ["cascade by rating", cascade, {
    retriever: { model: "two_tower", config: TOWERS },
    retrieve: 20,
    ranker: { by: "rating", config: { hidden: [16], epochs: 1, batch_size: 64 } },
  }],
];

for (const [name, model, config] of CASES) {
  Deno.test(`${name}: candidates by stages(), ranked, are the list of retriever()`, async () => {
    const { scorer } = await model.fit(dataset, config, options);
    const moment = await momentAfter(dataset, signal);
    const { size, ids } = moment.state.catalogue.movies;
    const [whole, retrieved] = [new Float32Array(size), new Float32Array(size)];
    const stages = scorer.stages!(moment);
    assert.equal(stages.candidates, 20);
    for (const user of [0, 3, 7]) {
      scorer.retriever!(moment)(moment, user, whole);
      const seen = new Set(moment.histories.of(user).movies);
      const isSeen = (movie: number) => seen.has(movie);
      stages.retrieve(moment, user, retrieved);
      const { movies } = topN(retrieved, { n: stages.candidates, isSeen, ids });
      const ranks = stages.rank(moment, user, movies);
      movies.forEach((movie, m) => assert.equal(Math.fround(ranks[m]), whole[movie], `${user}, ${movie}`));
      const best = topN(whole, { n: 5, isSeen, ids });
      const order = Array.from(movies.keys()).sort((a, b) => ranks[b] - ranks[a] || movies[a] - movies[b]);
      assert.deepEqual(order.slice(0, 5).map((m) => movies[m]), [...best.movies]);
    }
  });
}

Deno.test("ranker: stages() retrieve by its towers, and rank by the stars that it predicts", async () => {
  const { scorer } = await ranker.fit(
    dataset,
    { towers: TOWERS, hidden: [16], epochs: 1, batch_size: 64 },
    options,
  );
  const moment = await momentAfter(dataset, signal);
  const retrieved = new Float32Array(moment.state.catalogue.movies.size);
  const stages = scorer.stages!(moment);
  stages.retrieve(moment, 3, retrieved);
  assert.ok(new Set(retrieved).size > 10);
  const movies = Int32Array.of(4, 9, 2);
  assert.deepEqual(
    [...stages.rank(moment, 3, movies)],
    [4, 9, 2].map((movie) => scorer.predict!(moment, 3, movie)),
  );
});
