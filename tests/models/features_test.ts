import assert from "@std/assert";
import { createCatalogue } from "../../models/catalogue.ts";
import { FeatureState } from "../../models/feature_state.ts";
import { countedUsers } from "../support/ratings.ts";
import { createFeatures, type Features, type FeatureShape, fitYears } from "../../models/features.ts";

const catalogue = createCatalogue([
  { id: 10, year: 1990, genres: [0, 1] },
  { id: 20, year: 2010, genres: [1] },
  { id: 30, year: null, genres: [] },
], 3);
const shape: FeatureShape = { preset: "deviations", n_genres: 3, year_mean: 2000, year_deviation: 10 };

/** User 0 gave movie 10 four stars and movie 20 one; user 1 gave movie 20 four: g = 3. */
function observed(): FeatureState {
  const state = new FeatureState(catalogue);
  state.observe(0, 0, 4, NaN);
  state.observe(0, 1, 1, NaN);
  state.observe(1, 1, 4, NaN);
  return state;
}

const known = (state: FeatureState) => ({ state, users: countedUsers(10) });

function inputs(
  features: Features,
  state: FeatureState,
  row: { user: number } | { movie: number },
): number[] {
  const isUser = "user" in row;
  const out = new Float32Array(isUser ? features.userWidth : features.movieWidth).fill(NaN);
  if (isUser) features.userInputs(known(state), row.user, out, 0);
  else features.movieInputs(known(state), row.movie, out, 0);
  return [...out];
}

const near = (found: number[], wanted: number[]) => {
  assert.equal(found.length, wanted.length);
  found.forEach((value, i) =>
    assert.ok(Math.abs(value - wanted[i]) < 1e-6, `[${i}]: ${value}, not ${wanted[i]}`)
  );
};

Deno.test("deviations userInputs() are shrunk deviations from the running mean, and log counts", () => {
  // Genre 0: one rating, 4 − 3 over 1 + 3. Genre 1: 5 − 6 over 2 + 3. Bias: 5 − 6 over 2 + 5.
  const [one, two] = [Math.log(2), Math.log(3)];
  const user = inputs(createFeatures(shape), observed(), { user: 0 });
  near(user, [1 / 4, -1 / 5, 0, one, two, 0, -1 / 7, two]);
});

Deno.test("deviations movieInputs() are genres, year, its absence, shrunk bias and log count", () => {
  const features = createFeatures(shape);
  // Movie 20: 5 − 6 over 2 + 5.
  near(inputs(features, observed(), { movie: 1 }), [0, 1, 0, 1, 0, -1 / 7, Math.log(3)]);
  near(inputs(features, observed(), { movie: 2 }), [0, 0, 0, 0, 1, 0, 0]);
});

Deno.test("genre_means gives plain means, 0 where none", () => {
  const features = createFeatures({ ...shape, preset: "genre_means" });
  near(inputs(features, observed(), { user: 0 }), [4, 2.5, 0]);
  near(inputs(features, observed(), { movie: 0 }), [1, 1, 0, -1, 4]);
  near(inputs(features, observed(), { movie: 2 }), [0, 0, 0, 0, 0]);
});

Deno.test("userInputs() of somebody without ratings are zeros", () => {
  near(inputs(createFeatures(shape), observed(), { user: 5_000 }), Array(8).fill(0));
});

Deno.test("createFeatures() does not see genres that came after the model", () => {
  const features = createFeatures({ ...shape, n_genres: 1 });
  near(inputs(features, observed(), { user: 1 }), [0, 0, 1 / 6, Math.log(2)]);
  near(inputs(features, observed(), { movie: 1 }), [0, 1, 0, -1 / 7, Math.log(3)]);
});

Deno.test("movieInputs() of a genre beyond the model's writes nothing past its row", () => {
  const wide = createCatalogue([{ id: 1, year: 2000, genres: [0, 7] }], 8);
  const features = createFeatures({ ...shape, n_genres: 1 });
  const out = new Float32Array(12);
  features.movieInputs(known(new FeatureState(wide)), 0, out, 0);
  near([...out], [1, ...Array(11).fill(0)]);
});

Deno.test("userInputs() and movieInputs() write at the offset, and nowhere else", () => {
  const features = createFeatures(shape);
  const out = new Float32Array(1 + features.userWidth + features.movieWidth + 1).fill(-9);
  features.userInputs(known(observed()), 0, out, 1);
  features.movieInputs(known(observed()), 1, out, 1 + features.userWidth);
  assert.deepEqual([out[0], out.at(-1), out.subarray(1, -1).includes(-9)], [-9, -9, false]);
});

Deno.test("fitYears() leaves missing years out", () => {
  assert.deepEqual(fitYears(catalogue), { year_mean: 2000, year_deviation: 10 });
  assert.deepEqual(fitYears(createCatalogue([{ id: 1, year: null, genres: [] }], 1)), {
    year_mean: 0,
    year_deviation: 1,
  });
});

Deno.test("createCatalogue() refuses a movie that stands twice, and an unknown genre", () => {
  const movie = { id: 7, year: null, genres: [3] };
  assert.throws(() => createCatalogue([movie], 3), /found genre 3 in movie 7/);
  assert.throws(() => createCatalogue([movie, movie], 4), /found 2 movies with 1 ids/);
});

Deno.test("movieMoving() writes the end of what movieInputs() writes, and ratings move nothing else", () => {
  for (const preset of ["deviations", "genre_means"] as const) {
    const features = createFeatures({ ...shape, preset });
    const [before, after] = [new FeatureState(catalogue), observed()].map((state) =>
      inputs(features, state, { movie: 0 })
    );
    const moving = new Float32Array(features.movieMoves);
    features.movieMoving(known(observed()), 0, moving, 0);
    assert.deepEqual([...moving], after.slice(-features.movieMoves));
    assert.deepEqual(after.slice(0, -features.movieMoves), before.slice(0, -features.movieMoves));
    assert.notDeepEqual(after, before);
  }
});
