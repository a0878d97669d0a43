import assert from "@std/assert";
import { createFeatures } from "../../../models/features.ts";
import { inputMoments } from "../../../models/two_tower/input_moments.ts";
import { createRng } from "../../../models/rng.ts";
import { splitByOrder } from "../../../models/evaluation/split.ts";
import { createCatalogue } from "../../../models/catalogue.ts";
import { datasetOf, ratingsOf } from "../../support/ratings.ts";

const near = (found: number, wanted: number) =>
  assert.ok(Math.abs(found - wanted) < 1e-6, `${found}, not ${wanted}`);

Deno.test("inputMoments() are mean and 1 / deviation by column, of the training part", async () => {
  const catalogue = createCatalogue([
    { id: 1, year: 1990, genres: [0] },
    { id: 2, year: 2010, genres: [0] },
    { id: 3, year: null, genres: [0] },
  ], 1);
  const features = createFeatures({ preset: "genre_means", n_genres: 1, year_mean: 2000, year_deviation: 1 });
  const rows = [[0, 0, 4], [0, 0, 2], [0, 1, 2], [0, 1, 2], [0, 2, 5]] as const;
  const { user, movie } = await inputMoments(datasetOf(catalogue, ratingsOf(rows)), {
    features,
    parts: splitByOrder(5, { validation: 0.2, test: 0 }),
    batchSize: 3,
    window: 100,
    rng: createRng(1),
    signal: new AbortController().signal,
  });
  // Years −10, −10, 10, 10: mean 0, deviation 10.
  near(movie.mean[1], 0);
  near(movie.scale[1], 1 / 10);
  // The user's mean as of each rating: 0, 4, 2, 2; its variance is (4 + 4 + 0 + 0) / 4 = 2.
  near(user.mean[0], 2);
  near(user.scale[0], 1 / Math.sqrt(2));
  // The genre never varies: it arrives as its difference from 1, which is 0.
  assert.deepEqual([movie.mean[0], movie.scale[0]], [1, 1]);
});

Deno.test("inputMoments() do not blow up what hardly ever varies", async () => {
  const catalogue = createCatalogue(
    [{ id: 1, year: 2000, genres: [] }, { id: 2, year: 2000, genres: [0] }],
    1,
  );
  const features = createFeatures({ preset: "deviations", n_genres: 1, year_mean: 2000, year_deviation: 1 });
  const rows = Array.from({ length: 1000 }, (_, row) => [row, row === 500 ? 1 : 0, 3] as const);
  const { movie } = await inputMoments(datasetOf(catalogue, ratingsOf(rows)), {
    features,
    parts: splitByOrder(1000, { validation: 0, test: 0 }),
    batchSize: 64,
    window: 5000,
    rng: createRng(1),
    signal: new AbortController().signal,
  });
  // One in a thousand: deviation .03, which counts as .1.
  near(movie.scale[0], 10);
});
