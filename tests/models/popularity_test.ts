import assert from "@std/assert";
import { createCatalogue } from "../../models/catalogue.ts";
import { createPopularity, popularity } from "../../models/popularity.ts";
import { observe } from "../../models/ratings.ts";
import { topN } from "../../models/top_n.ts";
import { datasetOf, emptyMoment, ratingsOf, type Row } from "../support/ratings.ts";

const catalogue = createCatalogue([50, 40, 30, 20].map((id) => ({ id, year: null, genres: [] })), 1);
const ROWS: Row[] = [[0, 0, 1], [1, 0, 2], [2, 0, 1], [0, 1, 5], [1, 2, 5], [1, 2, 4]];
const options = { seed: 1, signal: new AbortController().signal, log() {}, progress() {} };

function momentOf(rows: Row[]) {
  const moment = emptyMoment(catalogue);
  rows.forEach((_, row, all) => observe(moment, ratingsOf(all), row));
  return moment;
}

Deno.test("popularity ranks by count, not by stars, a re-rating once, ties by movie id", () => {
  const moment = momentOf(ROWS);
  const scores = new Float32Array(4);
  createPopularity().retriever(moment)(moment, 7, scores);
  assert.deepEqual([...scores], [3, 1, 1, 0]);
  const { movies } = topN(scores, { n: 4, isSeen: () => false, ids: catalogue.movies.ids });
  assert.deepEqual([...movies], [0, 2, 1, 3]);
});

Deno.test("popularity freezes its counts when it is asked for a retriever", () => {
  const moment = momentOf(ROWS);
  const retrieve = createPopularity().retriever(moment);
  observe(moment, ratingsOf([[5, 3, 4]]), 0);
  const scores = new Float32Array(4);
  retrieve(moment, 5, scores);
  assert.equal(scores[3], 0);
});

Deno.test("popularity with a window counts back from the newest rated_at, and survives its artifact", async () => {
  const ratings = ratingsOf(ROWS);
  const day = 86_400;
  ratings.ratedAt.set([1, 2, 3, 9.5, 10, 9.2].map((at) => at * day));
  ratings.isStale[5] = 1;
  const fitted = await popularity.fit(datasetOf(catalogue, ratings, 2), { window_days: 1 }, options);
  for (const scorer of [fitted.scorer, popularity.open(fitted.artifact)]) {
    const scores = new Float32Array(4);
    scorer.retriever!(emptyMoment(catalogue))(emptyMoment(catalogue), 0, scores);
    assert.deepEqual([...scores], [0, 1, 1, 0]);
  }
});

Deno.test("popularity with a half-life counts older ratings less, frozen by the fit", async () => {
  const ratings = ratingsOf(ROWS);
  const day = 86_400;
  ratings.ratedAt.set([10, 8, 6, 10, 6, 4].map((at) => at * day));
  ratings.isStale[5] = 1;
  const config = { half_life_days: 2, window_days: 4.5 };
  const { scorer, artifact } = await popularity.fit(datasetOf(catalogue, ratings, 2), config, options);
  for (const found of [scorer, popularity.open(artifact)]) {
    const scores = new Float32Array(4);
    found.retriever!(emptyMoment(catalogue))(emptyMoment(catalogue), 0, scores);
    assert.deepEqual([...scores], [1 + 1 / 2 + 1 / 4, 1, 1 / 4, 0]);
  }
});

Deno.test("popularity freezes no count of a rating that is held out, or no example", async () => {
  const ratings = ratingsOf(ROWS);
  ratings.isHeldOut[0] = 1;
  const dataset = { ...datasetOf(catalogue, ratings, 2), isExample: (_: unknown, row: number) => row !== 3 };
  const { scorer } = await popularity.fit(
    { ...dataset, ratings: () => [ratings] },
    { window_days: 1000 },
    options,
  );
  const scores = new Float32Array(4);
  scorer.retriever!(emptyMoment(catalogue))(emptyMoment(catalogue), 0, scores);
  assert.deepEqual([...scores], [2, 0, 2, 0]);
});
