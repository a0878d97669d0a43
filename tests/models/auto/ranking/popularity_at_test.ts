import assert from "@std/assert";
import { learn } from "../../../../models/auto/ranking/learnt.ts";
import { popularityAround } from "../../../../models/auto/ranking/popularity_at.ts";
import { createCatalogue } from "../../../../models/catalogue.ts";
import { createRng } from "../../../../models/rng.ts";
import { datasetOf, ratingsOf, seededRows } from "../../../support/ratings.ts";

const { signal } = new AbortController();
const DAY = 86_400;

Deno.test("popularityAround() counts ratings by their distance from a person's newest", async () => {
  const catalogue = createCatalogue([1, 2, 3].map((id) => ({ id, year: null, genres: [] })), 1);
  const ratings = ratingsOf([[0, 0, 5], [0, 1, 1], [1, 1, 3]]);
  ratings.ratedAt.set([0, 10 * DAY, 30 * DAY]);
  const learnt = await learn(datasetOf(catalogue, ratings), signal);
  assert.deepEqual([...learnt.newest.subarray(0, 3)], [10 * DAY, 30 * DAY, -Infinity]);
  const scores = await popularityAround(learnt, { halfLifeDays: 10, signal });
  const near = (found: Float32Array, wanted: number[]) =>
    wanted.forEach((count, i) => assert.ok(Math.abs(found[i] - Math.log1p(count)) < 1e-6, `${found}`));
  near(scores(0), [1 / 2, 1 + 1 / 4, 0]);
  near(scores(1), [1 / 8, 1 / 4 + 1, 0]);
  near(scores(700), [1 / 8, 1 / 4 + 1, 0]); // unknown: as at the end of train
});

Deno.test("popularityAround() is the sum over every rating at every person's time", async () => {
  const { catalogue, rows } = seededRows(500, 4);
  const ratings = ratingsOf(rows);
  const rng = createRng(6);
  for (let row = 0; row < ratings.length; row++) ratings.ratedAt[row] = DAY * Math.floor(400 * rng.uniform());
  const learnt = await learn(datasetOf(catalogue, ratings), signal);
  const scores = await popularityAround(learnt, { halfLifeDays: 30, signal });
  const { interactions: { columns, times } } = learnt;
  for (let user = 0; user < 40; user++) {
    const counts = new Float64Array(catalogue.movies.size);
    columns.forEach((movie, k) => {
      counts[movie] += 2 ** (-Math.abs(times[k] - learnt.newest[user]) / (30 * DAY));
    });
    const found = scores(user);
    counts.forEach((count, movie) => {
      assert.ok(Math.abs(found[movie] - Math.log1p(count)) < 1e-6, `user ${user}, movie ${movie}`);
    });
  }
});
