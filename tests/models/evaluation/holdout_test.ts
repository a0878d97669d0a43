import assert from "@std/assert";
import { createCatalogue } from "../../../models/catalogue.ts";
import { scoreHoldout } from "../../../models/evaluation/holdout.ts";
import type { Scorer } from "../../../models/model.ts";
import { createPopularity } from "../../../models/popularity.ts";
import type { Quality } from "../../../models/evaluation/quality.ts";
import { emptyMoment, ratingsOf, type Row } from "../../support/ratings.ts";

const catalogue = createCatalogue(
  Array.from({ length: 10 }, (_, m) => ({ id: 100 - m, year: null, genres: [] })),
  1,
);
const { signal } = new AbortController();

function windowOf(rows: Row[], heldOut: number[]) {
  const window = ratingsOf(rows);
  for (const row of heldOut) window.isHeldOut[row] = 1;
  return [window];
}

const valueOf = (metrics: Quality[], metric: string, slice = "all") =>
  metrics.find((row) => row.metric === metric && row.slice === slice);

/** Likes movie 0 best, then 1, 2, …; predicts the number of ratings that it knows of. */
const fixed: Scorer = {
  model: "fixed",
  predict: ({ state }) => state.nRatings,
  retriever: () => (_moment, _user, out) => out.forEach((_, movie) => out[movie] = -movie),
};

Deno.test("scoreHoldout() lists unseen movies as of the first held-out row, for what was liked", async () => {
  // User 0 has seen 0 and 1; held out are 3 (liked), 5 (not liked), 4 (liked); 2 arrives in between.
  const rows: Row[] = [[0, 0, 5], [0, 1, 5], [0, 3, 4], [0, 5, 3.5], [0, 2, 5], [0, 4, 4.5]];
  const window = windowOf(rows, [2, 3, 5]);
  const { metrics, people } = await scoreHoldout({ fixed }, {
    moment: emptyMoment(catalogue),
    window,
    signal,
    n: 3,
  });
  assert.deepEqual([...people[0].lists.fixed], [2, 3, 4]);
  assert.deepEqual([...people[0].targets], [3, 4]);
  // Hits at ranks 2 and 3 of at most two.
  const wanted = (1 / Math.log2(3) + 1 / Math.log2(4)) / (1 + 1 / Math.log2(3));
  assert.ok(Math.abs(valueOf(metrics, "ndcg@3")!.value - wanted) < 1e-12);
  assert.deepEqual(
    ["recall@3", "precision@3", "hit_rate@3", "mrr@3", "coverage"].map((m) => valueOf(metrics, m)?.value),
    [
      1,
      2 / 3,
      1,
      1 / 2,
      3 / 10,
    ],
  );
});

Deno.test("scoreHoldout() predicts each held-out rating as of its arrival", async () => {
  const rows: Row[] = [[0, 0, 5], [0, 1, 2], [1, 1, 1], [0, 2, 5]];
  const window = windowOf(rows, [1, 3]);
  const { metrics } = await scoreHoldout({ fixed }, { moment: emptyMoment(catalogue), window, signal });
  // Known before: 1 and 3 ratings, the held-out row 1 among the latter. Errors 1 − 2 and 3 − 5.
  assert.deepEqual([valueOf(metrics, "mae")?.value, valueOf(metrics, "rmse")?.value], [
    3 / 2,
    Math.sqrt(5 / 2),
  ]);
  assert.equal(valueOf(metrics, "rmse")?.n, 2);
});

Deno.test("scoreHoldout() takes popularity as of the window's first held-out row", async () => {
  const rows: Row[] = [[1, 7, 1], [2, 7, 1], [1, 8, 1], [0, 9, 5], [1, 6, 1], [2, 6, 1], [4, 6, 1], [
    3,
    9,
    5,
  ]];
  const window = windowOf(rows, [3, 7]);
  const { people } = await scoreHoldout({ popularity: createPopularity() }, {
    moment: emptyMoment(catalogue),
    window,
    signal,
    n: 2,
  });
  // Movie 6 became popular later. Ties among the unrated: the lowest id is the last position.
  assert.deepEqual(people.map(({ lists }) => [...lists.popularity]), [[7, 8], [7, 8]]);
});

Deno.test("scoreHoldout() does not count a liked movie that had been seen by then", async () => {
  const rows: Row[] = [[0, 0, 2], [0, 3, 4], [0, 0, 5]];
  const { metrics, people } = await scoreHoldout({ fixed }, {
    moment: emptyMoment(catalogue),
    window: windowOf(rows, [1, 2]),
    signal,
  });
  assert.deepEqual([...people[0].targets], [3]);
  assert.equal(valueOf(metrics, "rmse")?.n, 2);
});

Deno.test("scoreHoldout() gives people without targets rating figures only", async () => {
  const rows: Row[] = [[0, 0, 3], [1, 1, 5]];
  const { metrics, people } = await scoreHoldout({ fixed }, {
    moment: emptyMoment(catalogue),
    window: windowOf(rows, [0, 1]),
    signal,
  });
  assert.deepEqual(people.map(({ targets }) => targets.size), [0, 1]);
  assert.deepEqual([valueOf(metrics, "ndcg@10")?.n, valueOf(metrics, "rmse")?.n], [1, 2]);
});

Deno.test("scoreHoldout() slices people by what was known of them at their first held-out row", async () => {
  const before = Array.from({ length: 5 }, (_, movie): Row => [0, movie, 4]);
  const rows: Row[] = [...before, [0, 7, 5], [1, 7, 5], ...before.map(([, movie]): Row => [1, movie, 4]), [
    1,
    8,
    5,
  ]];
  const { metrics } = await scoreHoldout({ fixed }, {
    moment: emptyMoment(catalogue),
    window: windowOf(rows, [5, 6, 12]),
    signal,
  });
  assert.deepEqual(["warm", "cold"].map((slice) => valueOf(metrics, "ndcg@10", slice)?.n), [1, 1]);
  // Rating figures go by each row's own moment: user 1 is warm at the last one.
  assert.deepEqual(["warm", "cold"].map((slice) => valueOf(metrics, "rmse", slice)?.n), [2, 1]);
});

Deno.test("scoreHoldout() neither asks about stale rows nor observes them", async () => {
  const moment = emptyMoment(catalogue);
  const window = windowOf([[0, 0, 5], [0, 0, 4], [0, 1, 5]], [1, 2]);
  window[0].isStale[1] = 1;
  const { metrics, people } = await scoreHoldout({ fixed }, { moment, window, signal });
  assert.deepEqual([valueOf(metrics, "rmse")?.n, people[0].predictions[0].actual, moment.state.ratingSum], [
    1,
    5,
    10,
  ]);
});

Deno.test("scoreHoldout() never lists a seen movie, and observes the whole window", async () => {
  const moment = emptyMoment(catalogue);
  const rows: Row[] = [[0, 0, 5], [0, 2, 5], [0, 1, 5]];
  const { people } = await scoreHoldout({ fixed }, { moment, window: windowOf(rows, [2]), signal });
  assert.deepEqual([...people[0].lists.fixed], [1, 3, 4, 5, 6, 7, 8, 9]);
  assert.equal(moment.state.nRatings, 3);
});
