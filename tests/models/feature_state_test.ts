import assert from "@std/assert";
import fc from "fast-check";
import { createCatalogue } from "../../models/catalogue.ts";
import { FeatureState, firstDifference, firstImpossible } from "../../models/feature_state.ts";

const catalogue = createCatalogue([
  { id: 10, year: 1995, genres: [0, 1] },
  { id: 20, year: 2001, genres: [1] },
  { id: 30, year: null, genres: [] },
], 3);

Deno.test("observe() counts a rating for its user, its movie and each genre", () => {
  const state = new FeatureState(catalogue);
  state.observe(4, 0, 4.5, NaN);
  state.observe(4, 1, 2, NaN);
  const { nRatings, ratingSum, genreCounts, genreSums } = state.user(4);
  assert.deepEqual([nRatings, ratingSum, Array.from(genreCounts), Array.from(genreSums)], [
    2,
    6.5,
    [1, 2, 0],
    [
      4.5,
      6.5,
      0,
    ],
  ]);
  assert.deepEqual([[...state.movieCounts], [...state.movieSums]], [[1, 1, 0], [4.5, 2, 0]]);
  assert.equal(state.mean, 3.25);
});

Deno.test("observe() of a re-rating adds new − old to the sums and nothing to the counts", () => {
  const state = new FeatureState(catalogue);
  state.observe(0, 1, 2, NaN);
  state.observe(0, 1, 5, 2);
  assert.deepEqual([state.nRatings, state.ratingSum, state.movieCounts[1], state.movieSums[1]], [1, 5, 1, 5]);
});

Deno.test("mean is the middle of the scale before the first rating", () => {
  assert.equal(new FeatureState(catalogue).mean, 2.75);
});

const halfStar = fc.integer({ min: 1, max: 10 }).map((halves) => halves / 2);
const arrivals = fc.array(fc.tuple(fc.nat(6), fc.nat(2), halfStar), { maxLength: 60, size: "max" });

/** Observes `rows` with what each replaces, and returns them. */
function observeAll(state: FeatureState, rows: readonly [number, number, number][]) {
  const current = new Map<string, number>();
  return rows.map(([user, movie, rating]) => {
    const replaces = current.get(`${user} ${movie}`) ?? NaN;
    current.set(`${user} ${movie}`, rating);
    state.observe(user, movie, rating, replaces);
    return { user, movie, rating, replaces };
  });
}

Deno.test("unobserve() undoes observe() exactly, re-ratings included", () => {
  fc.assert(fc.property(arrivals, fc.nat(60), (rows, cut) => {
    const [state, before] = [new FeatureState(catalogue), new FeatureState(catalogue)];
    const observed = observeAll(state, rows);
    observeAll(before, rows.slice(0, cut));
    for (const row of observed.slice(cut).reverse()) {
      state.unobserve(row.user, row.movie, row.rating, row.replaces);
    }
    assert.equal(firstDifference(state, before), null);
  }));
});

Deno.test("observe() ends with the sums of the current ratings", () => {
  fc.assert(fc.property(arrivals, (rows) => {
    const [state, wanted] = [new FeatureState(catalogue), new FeatureState(catalogue)];
    observeAll(state, rows);
    const current = new Map(rows.map((row) => [`${row[0]} ${row[1]}`, row]));
    for (const [user, movie, rating] of current.values()) wanted.observe(user, movie, rating, NaN);
    assert.equal(firstDifference(state, wanted), null);
  }));
});

Deno.test("loadUser(), loadMovie() and loadTotals() restore what was dumped", () => {
  const [state, loaded] = [new FeatureState(catalogue), new FeatureState(catalogue)];
  observeAll(state, [[0, 0, 4], [1, 1, 3.5], [1, 2, 0.5], [1, 1, 5]]);
  loaded.loadTotals(state.nRatings, state.ratingSum);
  for (const user of [0, 1]) loaded.loadUser(user, state.user(user));
  for (const movie of [0, 1, 2]) loaded.loadMovie(movie, state.movieCounts[movie], state.movieSums[movie]);
  assert.equal(firstDifference(loaded, state), null);
});

Deno.test("firstDifference() names the count that differs", () => {
  const [state, other] = [new FeatureState(catalogue), new FeatureState(catalogue)];
  state.observe(0, 0, 4, NaN);
  other.observe(0, 1, 4, NaN);
  assert.match(firstDifference(state, other) ?? "", /^genreCounts\[0\]: 1, not 0$/);
});

Deno.test("copy() has the same sums, and goes its own way", () => {
  const catalogue = createCatalogue([{ id: 1, year: 1990, genres: [0] }], 1);
  const state = new FeatureState(catalogue);
  state.observe(0, 0, 4, NaN);
  const copy = state.copy();
  assert.equal(firstDifference(copy, state), null);
  copy.observe(0, 0, 2, 4);
  assert.deepEqual([state.userSums[0], copy.userSums[0]], [4, 2]);
  assert.equal(state.mean, 4);
});

Deno.test("pinnedMean stands for the running mean, wherever the sums go", () => {
  const state = new FeatureState(createCatalogue([{ id: 1, year: 1990, genres: [0] }], 1));
  state.pinnedMean = 3.25;
  state.observe(0, 0, 5, NaN);
  assert.equal(state.mean, 3.25);
  state.pinnedMean = null;
  assert.equal(state.mean, 5);
});

Deno.test("firstImpossible() finds sums that no ratings can have, and nothing in those that they have", () => {
  const catalogue = createCatalogue([{ id: 1, year: 1990, genres: [0] }], 1);
  const possible = new FeatureState(catalogue);
  possible.observe(0, 0, 0.5, NaN);
  possible.observe(1, 0, 5, NaN);
  assert.equal(firstImpossible(possible), null);
  // Rewound by one rating too many, and by one too few: the newcomer is not at 0.
  possible.unobserve(1, 0, 5, NaN);
  possible.unobserve(1, 0, 5, NaN);
  assert.equal(firstImpossible(possible), "userCounts[1]: -1, with sum -5");
  const left = new FeatureState(catalogue);
  left.observe(0, 0, 3, NaN);
  left.unobserve(0, 0, 2.5, NaN);
  assert.equal(firstImpossible(left), "userCounts[0]: 0, with sum 0.5");
});
