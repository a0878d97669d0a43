import assert from "@std/assert";
import { bias, biasConfig, createBias } from "../../models/bias.ts";
import { createCatalogue } from "../../models/catalogue.ts";
import { observe } from "../../models/ratings.ts";
import { datasetOf, emptyMoment, ratingsOf, type Row } from "../support/ratings.ts";

const catalogue = createCatalogue([1, 2, 3].map((id) => ({ id, year: null, genres: [0] })), 1);
const near = (found: number, wanted: number) =>
  assert.ok(Math.abs(found - wanted) < 1e-12, `${found} is not ${wanted}`);

function momentOf(rows: Row[]) {
  const moment = emptyMoment(catalogue);
  rows.forEach((_, row, all) => observe(moment, ratingsOf(all), row));
  return moment;
}

// g = 3. Movie 0: (9 − 6) / (2 + 1) = 1, movie 1: (3 − 6) / (2 + 1) = −1.
const ROWS: Row[] = [[0, 0, 5], [0, 1, 2], [1, 0, 4], [1, 1, 1]];
const config = biasConfig.parse({ movie_shrinkage: 1, user_shrinkage: 2 });

Deno.test("bias predict() is g + b_u + b_i", () => {
  const moment = momentOf(ROWS);
  // User 0: residuals 5 − 3 − 1 = 1 and 2 − 3 + 1 = 0, over 2 + 2.
  near(createBias(config).predict(moment, 0, 1), 3 + 1 / 4 - 1);
  // Nobody has rated movie 2, and user 9 has rated nothing.
  near(createBias(config).predict(moment, 9, 2), 3);
  near(createBias(config).predict(moment, 9, 0), 3 + 1);
});

Deno.test("bias with user_bias deviation forgets which movies were rated", () => {
  // g = 2.5, b_1 = (3 − 5) / 3, b_2 = (0.5 − 2.5) / 2. User 0 gave movie 1 two stars, less than g, more than expected.
  const moment = momentOf([[0, 1, 2], [1, 0, 4], [1, 1, 1], [2, 0, 5], [2, 2, 0.5]]);
  near(createBias(config).predict(moment, 0, 2), 2.5 + (2 - 2.5 + 2 / 3) / 3 - 1);
  near(createBias({ ...config, user_bias: "deviation" }).predict(moment, 0, 2), 2.5 + (2 - 2.5) / 3 - 1);
});

Deno.test("bias minimises its own squared error: b_u and b_i without shrinkage are means of residuals", () => {
  // At λ = 0 the sum of r − g − b_i over a movie is 0, and so is that of r − r̂ over a user.
  const moment = momentOf(ROWS);
  const plain = createBias(biasConfig.parse({ movie_shrinkage: 0, user_shrinkage: 0 }));
  for (const user of [0, 1]) {
    const errors = ROWS.filter(([u]) => u === user).map(([, movie, stars]) =>
      stars - plain.predict(moment, user, movie)
    );
    near(errors.reduce((a, b) => a + b), 0);
  }
});

Deno.test("bias follows a re-rating", () => {
  const moment = momentOf([...ROWS, [0, 1, 5]]);
  const fresh = momentOf([[0, 0, 5], [1, 0, 4], [1, 1, 1], [0, 1, 5]]);
  near(createBias().predict(moment, 0, 2), createBias().predict(fresh, 0, 2));
});

Deno.test("bias open() restores its shrinkage", async () => {
  const { artifact } = await bias.fit(datasetOf(catalogue, ratingsOf(ROWS)), config, {
    seed: 1,
    signal: new AbortController().signal,
    log() {},
    progress() {},
  });
  near(bias.open(artifact).predict!(momentOf(ROWS), 0, 1), 3 + 1 / 4 - 1);
});
