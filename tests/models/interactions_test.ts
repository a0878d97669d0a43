import assert from "@std/assert";
import { createCatalogue } from "../../models/catalogue.ts";
import { firstDifference } from "../../models/feature_state.ts";
import { activeColumns, countColumns, readInteractions, transpose } from "../../models/interactions.ts";
import { observe } from "../../models/ratings.ts";
import { queryOf, weighted, weightOf } from "../../models/taste.ts";
import { datasetOf, emptyMoment, ratingsOf, type Row } from "../support/ratings.ts";

const { signal } = new AbortController();
const catalogue = createCatalogue([1, 2, 3, 4].map((id) => ({ id, year: null, genres: [] })), 1);
// User 1 rates movie 3 again, and movie 0 only in the hold-out; nobody rates movie 1 but user 0, stale.
const ROWS: Row[] = [[1, 3, 2], [0, 2, 5], [1, 2, 4], [1, 3, 4.5], [1, 0, 1], [0, 1, 3]];

function ratings() {
  const columns = ratingsOf(ROWS);
  columns.isHeldOut[4] = 1;
  columns.isStale[5] = 1;
  return columns;
}

Deno.test("readInteractions() keeps each pair once, at its first place with its last stars", async () => {
  for (const chunk of [1, 6]) {
    const { interactions, end } = await readInteractions(datasetOf(catalogue, ratings(), chunk), signal);
    assert.deepEqual([...interactions.starts], [0, 1, 3]);
    assert.deepEqual([...interactions.columns], [2, 3, 2]);
    assert.deepEqual([...interactions.values], [5, 4.5, 4]);
    assert.deepEqual([...interactions.times], [1_000_060, 1_000_000, 1_000_120]);
    const moment = emptyMoment(catalogue);
    for (let row = 0; row < ROWS.length; row++) observe(moment, ratings(), row);
    assert.equal(firstDifference(end, moment.state), null);
  }
});

Deno.test("transpose() twice is the same matrix, and activeColumns() drops what nobody met", async () => {
  const { interactions } = await readInteractions(datasetOf(catalogue, ratings()), signal);
  const turned = transpose(interactions);
  assert.deepEqual([...turned.starts], [0, 0, 0, 2, 3]);
  assert.deepEqual([[...turned.columns], [...turned.values]], [[0, 1, 1], [5, 4, 4.5]]);
  assert.deepEqual([...countColumns(interactions)], [0, 0, 2, 1]);
  const { columns, rows } = activeColumns(interactions);
  assert.deepEqual([[...columns], [...rows.columns], rows.nColumns], [[2, 3], [0, 1, 0], 2]);
});

Deno.test("weighted() leaves out what weighs nothing; graded stars are a fifth each", async () => {
  const { interactions } = await readInteractions(datasetOf(catalogue, ratingsOf(ROWS)), signal);
  const liked = weighted(interactions, weightOf("liked"));
  assert.deepEqual([[...liked.starts], [...liked.columns], [...liked.values]], [[0, 1, 3], [2, 3, 2], [
    1,
    1,
    1,
  ]]);
  assert.deepEqual([3, 5].map(weightOf("graded")), [3 / 5, 1]);
});

Deno.test("queryOf() halves with every half-life back from the newest rating", () => {
  const history = { movies: Int32Array.of(7, 8, 9), stars: Float32Array.of(5, 3, 4) };
  assert.deepEqual([...queryOf(history, { taste: "all", half_life: 1 })], [0.25, 0.5, 1]);
  assert.deepEqual([...queryOf(history, { taste: "liked", half_life: null })], [1, 0, 1]);
});
