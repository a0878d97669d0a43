import assert from "@std/assert";
import { createCatalogue } from "../../../models/catalogue.ts";
import { itemKnn } from "../../../models/item_knn/fit.ts";
import { observe } from "../../../models/ratings.ts";
import { datasetOf, emptyMoment, ratingsOf, type Row } from "../../support/ratings.ts";

const options = { seed: 1, signal: new AbortController().signal, log() {}, progress() {} };
const catalogue = createCatalogue([50, 40, 30, 20].map((id) => ({ id, year: null, genres: [] })), 1);
// In order: user 0 meets 0, 1, 2; user 1 meets 1, 0; user 2 meets 0, 3.
const ROWS: Row[] = [[0, 0, 5], [1, 1, 3], [0, 1, 5], [2, 0, 4], [0, 2, 2], [1, 0, 4], [2, 3, 4]];
const dataset = datasetOf(catalogue, ratingsOf(ROWS));

/** What movie 0 alone says of the others, rounded to 1e-6 as popularity adds less. */
async function votesOfFirst(config: Record<string, unknown>): Promise<number[]> {
  const { artifact } = await itemKnn.fit(dataset, { taste: "all", ...config }, options);
  const moment = emptyMoment(catalogue);
  observe(moment, ratingsOf([[9, 0, 5]]), 0);
  const out = new Float32Array(4);
  itemKnn.open(artifact).retriever!(moment)(moment, 9, out);
  return [...out];
}

const near = (found: number[], wanted: number[]) =>
  wanted.forEach((value, i) => assert.ok(Math.abs(found[i] - value) < 2e-6, `${found} is not ${wanted}`));

Deno.test("item_knn scores by the cosine with shrinkage", async () => {
  // n = 3, 2, 1, 1; movies 0 and 1 were met together twice, 0 and 2 once, 0 and 3 once.
  near(await votesOfFirst({ shrinkage: 0 }), [0, 2 / Math.sqrt(6), 1 / Math.sqrt(3), 1 / Math.sqrt(3)]);
  near(await votesOfFirst({ shrinkage: 10 }), [
    0,
    2 / (Math.sqrt(6) + 10),
    1 / (Math.sqrt(3) + 10),
    1 / (Math.sqrt(3) + 10),
  ]);
});

Deno.test("item_knn with a window counts neighbours in a person's order, and with after only later ones", async () => {
  near(await votesOfFirst({ shrinkage: 0, window: 1 }), [0, 2 / Math.sqrt(6), 0, 1 / Math.sqrt(3)]);
  near(await votesOfFirst({ shrinkage: 0, window: 2 }), [
    0,
    2 / Math.sqrt(6),
    0.5 / Math.sqrt(3),
    1 / Math.sqrt(3),
  ]);
  // Only user 0 met movie 1 after movie 0.
  near(await votesOfFirst({ shrinkage: 0, window: 1, after: true }), [
    0,
    1 / Math.sqrt(6),
    0,
    1 / Math.sqrt(3),
  ]);
});

Deno.test("item_knn refuses after without a window, which would do nothing", () => {
  assert.throws(() => itemKnn.config.parse({ after: true }), /without `window`/);
  assert.ok(itemKnn.config.parse({ after: true, window: 3 }));
});

Deno.test("item_knn lets only a movie's k nearest vote for it; ties go to the lower place", async () => {
  // Movie 1's neighbours: 0 (2 / √6) and 2 (1 / √2): 0 is the nearer. Movie 3 has only movie 0.
  near(await votesOfFirst({ shrinkage: 0, neighbours: 1 }), [0, 2 / Math.sqrt(6), 0, 1 / Math.sqrt(3)]);
});

Deno.test("item_knn with taste liked forgets what was not liked", async () => {
  near(await votesOfFirst({ shrinkage: 0, taste: "liked" }), [0, 1 / Math.sqrt(3), 0, 1 / Math.sqrt(3)]);
});
