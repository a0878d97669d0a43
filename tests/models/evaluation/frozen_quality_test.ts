import assert from "@std/assert";
import { createCatalogue } from "../../../models/catalogue.ts";
import { listFor, momentAfter, predictPairs, scorePairs } from "../../../models/evaluation/frozen.ts";
import {
  catalogueFigures,
  type Figure,
  listFigures,
  ratingFigures,
} from "../../../models/evaluation/frozen_quality.ts";
import { slicesOf } from "../../../models/evaluation/slicing.ts";
import type { Scorer } from "../../../models/model.ts";
import { datasetOf, ratingsOf, type Row } from "../../support/ratings.ts";

const { signal } = new AbortController();
const facts = Array.from({ length: 8 }, (_, id) => ({ id: 100 + id, year: null, genres: [id % 2] }));
const catalogue = createCatalogue(facts, 2);
// Users 0 (7 ratings) and 1 (5) are warm, 2 (1) is cold; nobody has rated movie 7.
const rows = [[0, 7], [1, 5], [2, 1]].flatMap(([user, n]) =>
  Array.from({ length: n }, (_, movie): Row => [user, movie, 3])
);
const moment = await momentAfter(datasetOf(catalogue, ratingsOf(rows), 4), signal);
const slices = slicesOf(moment, { people: [0, 1, 2, 3], genres: ["even", "odd"] });
const pairs = { users: Int32Array.of(0, 0, 1, 2, 3), movies: Int32Array.of(7, 7, 6, 2, 7) };

const valueOf = (figures: Figure[], metric: string, slice = "all") =>
  figures.find((figure) => figure.metric === metric && figure.slice === slice);

Deno.test("slicesOf() parts people by their ratings in train, movies by whether they have any", () => {
  const named = Object.fromEntries(slices.map(({ name, has }) => [
    name,
    Array.from(pairs.users.keys()).filter((row) => has(pairs.users[row], pairs.movies[row])),
  ]));
  assert.deepEqual(named, {
    all: [0, 1, 2, 3, 4],
    warm: [0, 1, 2],
    cold: [3, 4],
    heavy: [0, 1],
    light: [2],
    new: [0, 1, 4],
    "genre:even": [2, 3],
    "genre:odd": [0, 1, 4],
  });
});

Deno.test("ratingFigures() measures each slice, with errors over people", () => {
  const figures = ratingFigures(
    { pairs, predicted: [3, 4, 5, 1, 2], actual: [4, 4, 4, 4, 4], likedFrom: 4 },
    slices,
  );
  // Errors −1, 0 (user 0), 1 (1), −3 (2), −2 (3); squares 1, 0, 1, 9, 4.
  const rmse = valueOf(figures, "rmse")!;
  assert.equal(rmse.value, Math.sqrt(15 / 5));
  // R = 3: persons' S − R·n are 1 − 6, 1 − 3, 9 − 3, 4 − 3.
  assert.ok(Math.abs(rmse.error! - Math.sqrt(25 + 4 + 36 + 1) / 5 / (2 * Math.sqrt(3))) < 1e-12);
  assert.deepEqual([valueOf(figures, "mae", "cold")?.value, valueOf(figures, "mae", "cold")?.n], [2.5, 2]);
});

Deno.test("listFigures() asks for the slice's targets only, of people who have any", () => {
  const lists = new Map([[0, { movies: Int32Array.of(7, 2) }], [3, { movies: Int32Array.of(1, 7) }]]);
  const targets = new Map([[0, new Set([7, 2])], [3, new Set([7])], [1, new Set<number>()]]);
  const figures = listFigures({ lists, targets, n: 2 }, slices);
  assert.deepEqual([valueOf(figures, "ndcg@2")?.n, valueOf(figures, "recall@2")?.value], [2, 1]);
  assert.equal(valueOf(figures, "mrr@2")?.value, (1 + 1 / 2) / 2);
  assert.deepEqual([
    valueOf(figures, "recall@2", "genre:even")?.n,
    valueOf(figures, "mrr@2", "genre:even")?.value,
  ], [
    1,
    1 / 2,
  ]);
  const sampled = listFigures({ lists, targets, n: 2, prefix: "sampled_" }, slices);
  assert.ok(sampled.every(({ metric }) => metric.startsWith("sampled_")));
});

Deno.test("catalogueFigures() count every list", () => {
  const lists = new Map([[0, { movies: Int32Array.of(7) }], [1, { movies: Int32Array.of(5, 6) }]]);
  const figures = catalogueFigures({ lists }, moment);
  assert.equal(valueOf(figures, "coverage")?.value, 3 / 8);
  // Ratings by movie: 3, 2, 2, 2, 2, 1, 1, 0.
  assert.equal(valueOf(figures, "average_popularity")?.value, (0 + 1) / 2);
});

const byId: Scorer = {
  model: "by id",
  predict: ({ state }, user, movie) => 10 * user + movie + state.nRatings,
  retriever: () => (_moment, user, out) => out.forEach((_, movie) => out[movie] = 10 * user - movie),
};

Deno.test("frozen answers are as of the end of train: unseen movies, predictions, scores of pairs", async () => {
  const predicted = await predictPairs(byId, { moment, pairs, signal });
  assert.deepEqual([...predicted], [20, 20, 29, 35, 50]);
  const lists = await listFor(byId, { moment, people: [0, 1, 3], n: 2, signal });
  assert.deepEqual(Array.from(lists.values(), ({ movies }) => [...movies]), [[7], [5, 6], [0, 1]]);
  assert.deepEqual([...await scorePairs(byId, { moment, pairs, signal })], [-7, -7, 4, 18, 23]);
});

Deno.test("what only rates ranks by its stars; what only ranks does not rate", async () => {
  const { predict, model } = byId;
  const lists = await listFor({ model, predict }, { moment, people: [1], n: 2, signal });
  assert.deepEqual([...lists.get(1)!.movies], [7, 6]);
  await assert.rejects(
    predictPairs({ model, retriever: byId.retriever }, { moment, pairs, signal }),
    /only ranks/,
  );
});
