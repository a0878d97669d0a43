import assert from "@std/assert";
import { createCatalogue } from "../../../models/catalogue.ts";
import type { Scorer } from "../../../models/model.ts";
import { prequential } from "../../../models/evaluation/prequential.ts";
import type { Quality } from "../../../models/evaluation/quality.ts";
import { observe } from "../../../models/ratings.ts";
import { emptyMoment, ratingsOf, type Row } from "../../support/ratings.ts";

const catalogue = createCatalogue([1, 2].map((id) => ({ id, year: null, genres: [0] })), 1);
const { signal } = new AbortController();

/** Predicts the running mean, and remembers how many ratings it knew of. */
function meanScorer() {
  const known: number[] = [];
  const scorer: Scorer = { model: "mean", predict: ({ state }) => known.push(state.nRatings) && state.mean };
  return { scorer, known };
}

const valueOf = (found: Quality[], slice: string, metric: string) =>
  found.find((row) => row.slice === slice && row.metric === metric);

Deno.test("prequential() predicts each rating from everything before it, then observes it", async () => {
  const { scorer, known } = meanScorer();
  const moment = emptyMoment(catalogue);
  observe(moment, ratingsOf([[0, 0, 4]]), 0);
  const batch = ratingsOf([[0, 1, 2], [1, 0, 3], [1, 1, 5]]);
  const found = await prequential({ mean: scorer }, { moment, batch, signal });
  // Predictions 4, 3, 3; errors 2, 0, −2.
  assert.deepEqual(known, [1, 2, 3]);
  assert.equal(valueOf(found, "all", "rmse")?.value, Math.sqrt(8 / 3));
  assert.equal(valueOf(found, "all", "mae")?.value, 4 / 3);
  assert.deepEqual([moment.state.nRatings, moment.histories.of(1).movies.length], [4, 2]);
});

Deno.test("prequential() is not moved by what comes later in the batch", async () => {
  const { scorer } = meanScorer();
  const errorsOf = async (rows: Row[]) => {
    const found = await prequential({ mean: scorer }, {
      moment: emptyMoment(catalogue),
      batch: ratingsOf(rows),
      signal,
    });
    return valueOf(found, "all", "mae")!.value * rows.length;
  };
  const rows: Row[] = [[0, 0, 4], [1, 0, 1], [2, 1, 3]];
  // Predictions 2.75, 4 and 2.5; a fourth rating adds its own error (8/3 is predicted) and changes no other.
  assert.ok(Math.abs(await errorsOf([...rows, [3, 1, 5]]) - (await errorsOf(rows) + 5 - 8 / 3)) < 1e-9);
});

Deno.test("prequential() calls a user cold until five ratings have arrived", async () => {
  const movies = createCatalogue(Array.from({ length: 8 }, (_, id) => ({ id, year: null, genres: [] })), 1);
  const rows = Array.from({ length: 7 }, (_, movie): Row => [0, movie, 3]);
  const { scorer } = meanScorer();
  const found = await prequential({ mean: scorer }, {
    moment: emptyMoment(movies),
    batch: ratingsOf(rows),
    signal,
  });
  assert.deepEqual([valueOf(found, "cold", "rmse")?.n, valueOf(found, "warm", "rmse")?.n], [5, 2]);
  // Only the very first prediction (2.75) is wrong.
  assert.deepEqual([valueOf(found, "cold", "mae")?.value, valueOf(found, "warm", "mae")?.value], [
    0.25 / 5,
    0,
  ]);
});

Deno.test("prequential() neither predicts nor observes stale rows", async () => {
  const { scorer, known } = meanScorer();
  const batch = ratingsOf([[0, 0, 4], [0, 0, 1], [1, 0, 4]]);
  batch.isStale[1] = 1;
  const found = await prequential({ mean: scorer }, { moment: emptyMoment(catalogue), batch, signal });
  assert.deepEqual([known, valueOf(found, "all", "mae")?.value], [[0, 1], 1.25 / 2]);
});

Deno.test("prequential() leaves out scorers that only rank, and empty slices", async () => {
  const ranks: Scorer = { model: "popularity", retriever: () => () => {} };
  const batch = ratingsOf([[0, 0, 4]]);
  const found = await prequential({ ranks, mean: meanScorer().scorer }, {
    moment: emptyMoment(catalogue),
    batch,
    signal,
  });
  assert.deepEqual(found.map(({ scorer, slice }) => `${scorer} ${slice}`), [
    "mean all",
    "mean all",
    "mean cold",
    "mean cold",
  ]);
});
