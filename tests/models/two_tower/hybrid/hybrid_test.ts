import assert from "@std/assert";
import { createCatalogue } from "../../../../models/catalogue.ts";
import { decode, encode } from "../../../../models/container.ts";
import type { Dataset } from "../../../../models/dataset.ts";
import { IdIndex } from "../../../../models/id_index.ts";
import type { Scorer } from "../../../../models/model.ts";
import { type Moment, observe } from "../../../../models/ratings.ts";
import { logQOf } from "../../../../models/two_tower/hybrid/fit.ts";
import { SHARD } from "../../../../models/two_tower/hybrid/step.ts";
import { openHybrid } from "../../../../models/two_tower/hybrid/scorer.ts";
import { twoTower } from "../../../../models/two_tower/presets.ts";
import { datasetOf, emptyMoment, ratingsOf, type Row, seededRows } from "../../../support/ratings.ts";
import { CACHE } from "../../../support/compute.ts";

const { catalogue, rows } = seededRows(1500);
const CONFIG = { preset: "hybrid", retrieval_dimension: 8, rating_dimension: 4, hidden: 8 };
const signal = new AbortController().signal;
const compute = { cache: CACHE, workers: 1, simd: "portable" } as const;
const options = { seed: 5, signal, compute, log() {}, progress() {} };

const fit = (dataset: Dataset = datasetOf(catalogue, ratingsOf(rows), 400)) =>
  twoTower.fit(dataset, CONFIG, options);

function momentOf(rows: readonly Row[]): Moment {
  const moment = emptyMoment(catalogue);
  const ratings = ratingsOf(rows);
  for (let row = 0; row < ratings.length; row++) observe(moment, ratings, row);
  return moment;
}

/** Everything that `scorer` says of three people, of whom the last is new. */
function answers(scorer: Scorer, moment: Moment): number[] {
  const scores = new Float32Array(moment.state.catalogue.movies.size);
  return [0, 17, 500].flatMap((user) => {
    scorer.retriever!(moment)(moment, user, scores);
    return [...scores, ...[3, 42].map((movie) => scorer.predict!(moment, user, movie))];
  });
}

Deno.test("hybrid answers the same after its artifact was written and read, for the same seed", async () => {
  const [one, other] = [await fit(), await fit()];
  assert.deepEqual(encode(one.artifact), encode(other.artifact));
  const moment = momentOf(rows);
  assert.deepEqual(answers(twoTower.open(decode(encode(one.artifact))), moment), answers(one.scorer, moment));
  assert.ok(answers(one.scorer, moment).every(Number.isFinite));
});

Deno.test("hybrid folds a newcomer in from a few ratings, without training", async () => {
  const { scorer } = await fit();
  // Movie m has genre m % 4: a person who likes the first genre, and one who likes the third.
  const of = (genre: number) => Array.from({ length: 8 }, (_, k): Row => [600 + genre, genre + 4 * k, 5]);
  const others = (genre: number) =>
    Array.from({ length: 8 }, (_, k): Row => [600 + genre, (genre + 2) % 4 + 4 * k, 1]);
  const moment = momentOf([...rows, ...[0, 2].flatMap((genre) => [...of(genre), ...others(genre)])]);
  const liking = (user: number, genre: number) => scorer.predict!(moment, user, 40 + genre);
  assert.ok(liking(600, 0) > liking(600, 2) && liking(602, 2) > liking(602, 0));
});

Deno.test("hybrid reads people and movies by their ids, whatever their positions are", async () => {
  const { artifact } = await fit();
  const moment = momentOf(rows);
  const shuffled = createCatalogue(
    Array.from(catalogue.movies.ids, (id, m) => ({
      id,
      year: catalogue.years[m] || null,
      genres: [...catalogue.genres.subarray(catalogue.genreStarts[m], catalogue.genreStarts[m + 1])],
    })).toReversed(),
    catalogue.nGenres,
  );
  const turned: Moment = {
    ...emptyMoment(shuffled),
    users: IdIndex.from([...moment.users.ids].toReversed()),
  };
  const ratings = ratingsOf(rows.map(([user, movie, stars]) => [999 - user, 59 - movie, stars]));
  for (let row = 0; row < ratings.length; row++) observe(turned, ratings, row);
  const scorer = openHybrid(artifact);
  assert.equal(scorer.predict(turned, 999 - 17, 59 - 42), scorer.predict(moment, 17, 42));
});

Deno.test("hybrid never has a movie in its own bag", async () => {
  const { scorer } = await fit();
  const moment = momentOf(rows);
  const [first, last] = [1, 5].map((stars) => {
    moment.histories.observe(3, 7, stars);
    return scorer.predict!(moment, 3, 7);
  });
  // What they had given it before moves neither the bag nor r₀.
  assert.equal(first, last);
});

Deno.test("hybrid keeps what it knows in a warm update, and takes newcomers in", async () => {
  const { artifact } = await fit();
  const before = openHybrid(artifact).weights;
  const more = rows.slice(0, 300).map(([user, movie, stars]): Row => [user + 100, movie, stars]);
  const warm = await twoTower.fit(datasetOf(catalogue, ratingsOf(more)), CONFIG, {
    ...options,
    warmFrom: decode(encode(artifact)),
  });
  const after = openHybrid(warm.artifact).weights;
  const width = after.user.layers[1].units;
  for (const id of before.users.ids.ids) assert.equal(after.users.ids.get(id), before.users.ids.get(id));
  // Users 0 to 39, whose rows are the first.
  const isKept = before.users.values.subarray(0, 40 * width).every((value, at) =>
    after.users.values[at] === value
  );
  assert.ok(isKept, "nobody who gave no new rating has moved");
  const newcomer = after.users.ids.get(101)! * width;
  assert.ok(after.users.values.subarray(newcomer, newcomer + width).some((value) => value !== 0));
});

Deno.test("hybrid leaves the ratings' part as it is after rating_epochs", async () => {
  const world = datasetOf(catalogue, ratingsOf(rows), 400);
  const [one, three] = await Promise.all([1, 3].map(async (epochs) => {
    const { artifact } = await twoTower.fit(world, { ...CONFIG, epochs, rating_epochs: 1 }, options);
    return openHybrid(artifact).weights;
  }));
  const width = 12;
  for (const name of ["users", "movies", "bags"] as const) {
    const of = (weights: typeof one, isRating: boolean) =>
      weights[name].values.filter((_, at) => at % width >= 8 === isRating);
    assert.deepEqual(of(three, true), of(one, true));
    assert.notDeepEqual(of(three, false), of(one, false));
  }
});

Deno.test("hybrid updates at the warm rate, not at the first one", async () => {
  const { artifact } = await fit();
  const config = { ...CONFIG, warm_learning_rate: 1e-9, learning_rate: 0.1, rating_learning_rate: 0.1 };
  const warm = await twoTower.fit(datasetOf(catalogue, ratingsOf(rows), 400), config, {
    ...options,
    warmFrom: artifact,
  });
  const [before, after] = [artifact, warm.artifact].map((one) => openHybrid(one).weights.bags.values);
  assert.ok(after.every((value, at) => Math.abs(value - before[at]) < 1e-6));
});

Deno.test("logQOf() is ln of how often a movie is expected among a shard's candidates", () => {
  const { state } = momentOf([[0, 1, 5], [1, 1, 3], [2, 1, 4], [0, 2, 4]]);
  const rowOf = Int32Array.from(catalogue.movies.ids, (_, movie) => 59 - movie);
  const logQ = logQOf(state, { rows: rowOf, nRows: 60, extra: 30 });
  // Three of four ratings are of movie 1: it is expected 3/4 of a shard's times, and once in every two extras' draws.
  for (const [movie, share] of [[1, 3 / 4], [2, 1 / 4], [3, 0]]) {
    assert.ok(Math.abs(Math.exp(logQ[59 - movie]) - (SHARD * share + 30 / 60)) < 1e-4);
  }
});

Deno.test("openHybrid() refuses what does not fit together", async () => {
  const { artifact } = await fit();
  const { header, arrays } = artifact;
  const broken = [
    { header, arrays: { ...arrays, "users.vectors": new Float32Array(7) } },
    { header: { ...header, split: 99 }, arrays },
    { header: { ...header, line: { slope: -1, intercept: 0 } }, arrays },
  ];
  for (const artifact of broken) assert.throws(() => openHybrid(artifact), SyntaxError);
});
