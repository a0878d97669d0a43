import assert from "@std/assert";
import { type Dataset, pass, type PassOptions, survey } from "../../models/dataset.ts";
import type { Examples } from "../../models/examples.ts";
import { FeatureState, firstDifference } from "../../models/feature_state.ts";
import { createFeatures } from "../../models/features.ts";
import { Histories } from "../../models/histories.ts";
import { createRng } from "../../models/rng.ts";
import { splitByOrder } from "../../models/evaluation/split.ts";
import { countedUsers, datasetOf, emptyMoment, ratingsOf, type Row, seededRows } from "../support/ratings.ts";
import { observe, type Ratings } from "../../models/ratings.ts";

const { catalogue, rows } = seededRows(500);
const features = createFeatures({ preset: "deviations", n_genres: 4, year_mean: 1990, year_deviation: 20 });
const { signal } = new AbortController();

interface Example {
  part: string;
  inputs: number[];
  mean: number;
  rating: number;
}

/** All examples of one pass. */
async function examplesOf(
  dataset: Dataset,
  options: Partial<PassOptions> & { n: number },
): Promise<Example[]> {
  const parts = splitByOrder(options.n, { validation: 0, test: 0 });
  const defaults = { features, parts, batchSize: 64, window: 1000, rng: createRng(1), signal };
  const found: Example[] = [];
  for await (const { part, examples } of pass(dataset, { ...defaults, ...options })) {
    for (let i = 0; i < examples.length; i++) found.push({ part, ...exampleAt(examples, i) });
  }
  return found;
}

function exampleAt({ user, movie, means, ratings }: Examples, i: number): Omit<Example, "part"> {
  const inputs = [
    ...user.subarray(i * features.userWidth, (i + 1) * features.userWidth),
    ...movie.subarray(i * features.movieWidth, (i + 1) * features.movieWidth),
  ];
  return { inputs, mean: means[i], rating: ratings[i] };
}

const inOrder = (n: number) => ({ n, parts: splitByOrder(n, { validation: 1, test: 0 }) });

/** What the features of each row are, computed the long way: a new state for every row. */
function byHand(ratings: Ratings, row: number): number[] {
  const moment = emptyMoment(catalogue);
  for (let i = 0; i < row; i++) observe(moment, ratings, i);
  const out = new Float32Array(features.userWidth + features.movieWidth);
  features.userInputs(moment, ratings.users[row], out, 0);
  features.movieInputs(moment, ratings.movies[row], out, features.userWidth);
  return [...out];
}

Deno.test("pass() gives each example the features of its own moment", async () => {
  const ratings = ratingsOf(rows);
  const found = await examplesOf(datasetOf(catalogue, ratings), inOrder(rows.length));
  for (const row of [0, 1, 77, 251, 499]) {
    assert.deepEqual(found[row].inputs, byHand(ratings, row));
    assert.equal(found[row].rating, ratings.ratings[row]);
  }
  assert.equal(found[0].mean, 2.75);
});

Deno.test("pass() is not moved by a rating from the future", async () => {
  const future: Row = [3, 5, 0.5];
  const without = await examplesOf(datasetOf(catalogue, ratingsOf(rows)), inOrder(500));
  const planted = ratingsOf([...rows.slice(0, 300), future, ...rows.slice(300)]);
  const found = await examplesOf(datasetOf(catalogue, planted), inOrder(501));
  assert.deepEqual(found.slice(0, 300), without.slice(0, 300));
  assert.notDeepEqual(found.slice(301), without.slice(300), "afterwards it must move something");
});

Deno.test("survey() ends with the sums of all ratings, held out or not, and counts the examples", async () => {
  const ratings = ratingsOf(rows);
  ratings.isHeldOut.fill(1, 450);
  ratings.isStale.fill(1, 440, 445);
  const wanted = emptyMoment(catalogue);
  for (let row = 0; row < ratings.length; row++) observe(wanted, ratings, row);
  const { n, end } = await survey(datasetOf(catalogue, ratings, 33), signal);
  assert.equal(n, 445);
  assert.equal(firstDifference(end, wanted.state), null);
});

Deno.test("pass() observes held-out rows and never makes them examples", async () => {
  const [ratings, all] = [ratingsOf(rows), ratingsOf(rows)];
  ratings.isHeldOut[10] = 1;
  const found = await examplesOf(datasetOf(catalogue, ratings), inOrder(499));
  const wanted = await examplesOf(datasetOf(catalogue, all), inOrder(500));
  wanted.splice(10, 1);
  assert.deepEqual(found, wanted);
});

Deno.test("pass() passes over stale rows", async () => {
  const stale: Row = [0, 0, 5];
  const ratings = ratingsOf([...rows.slice(0, 100), stale, ...rows.slice(100)]);
  ratings.isStale[100] = 1;
  ratings.replaces.set(ratingsOf(rows).replaces.subarray(100), 101);
  const found = await examplesOf(datasetOf(catalogue, ratings), inOrder(500));
  assert.deepEqual(found, await examplesOf(datasetOf(catalogue, ratingsOf(rows)), inOrder(500)));
});

Deno.test("pass() gives the same examples whatever the chunks of the stream are", async () => {
  const [one, many] = [datasetOf(catalogue, ratingsOf(rows)), datasetOf(catalogue, ratingsOf(rows), 7)];
  assert.deepEqual(
    await examplesOf(one, { n: 500, window: 90 }),
    await examplesOf(many, { n: 500, window: 90 }),
  );
});

Deno.test("pass() shuffles training examples inside their window only", async () => {
  const dataset = datasetOf(catalogue, ratingsOf(rows));
  const [found, ordered] = [
    await examplesOf(dataset, { n: 500, window: 100 }),
    await examplesOf(dataset, inOrder(500)),
  ];
  const key = (examples: Example[]) => examples.map((example) => JSON.stringify(example.inputs));
  for (let from = 0; from < 500; from += 100) {
    const [mine, theirs] = [found, ordered].map((examples) => key(examples.slice(from, from + 100)));
    assert.notDeepEqual(mine, theirs);
    assert.deepEqual(mine.sort(), theirs.sort());
  }
});

Deno.test("pass() trains on the oldest, validates and tests on the newest, in order", async () => {
  const parts = splitByOrder(500, { validation: 0.2, test: 0.1 });
  const found = await examplesOf(datasetOf(catalogue, ratingsOf(rows)), { n: 500, parts, window: 64 });
  const counts = Object.groupBy(found, ({ part }) => part);
  assert.deepEqual([counts.train?.length, counts.validation?.length, counts.test?.length], [350, 100, 50]);
  const ordered = await examplesOf(datasetOf(catalogue, ratingsOf(rows)), inOrder(500));
  assert.deepEqual(
    found.slice(350).map(({ inputs }) => inputs),
    ordered.slice(350).map(({ inputs }) => inputs),
  );
});

Deno.test("pass() starts from the sums given, and takes the examples asked for", async () => {
  const ratings = ratingsOf(rows);
  const start = () => {
    const state = new FeatureState(catalogue);
    for (let row = 0; row < 200; row++) {
      state.observe(ratings.users[row], ratings.movies[row], ratings.ratings[row], ratings.replaces[row]);
    }
    return { state, histories: new Histories() };
  };
  const dataset: Dataset = {
    catalogue,
    users: countedUsers(1000),
    ratings: () => datasetRows(ratings, 200),
    start,
    isExample: (chunk, row) => chunk.ratingIds[row] % 2 === 0,
  };
  const found = await examplesOf(dataset, inOrder(150));
  const ordered = await examplesOf(datasetOf(catalogue, ratings), inOrder(500));
  assert.deepEqual(found, ordered.filter((_, row) => row >= 200 && row % 2 === 0));
});

function datasetRows(ratings: Ratings, from: number): Ratings[] {
  const tail = ratingsOf(rows.slice(from));
  tail.replaces.set(ratings.replaces.subarray(from));
  tail.ratingIds.set(ratings.ratingIds.subarray(from));
  return [tail];
}

Deno.test("pass() stops when it is told to", async () => {
  const controller = new AbortController();
  const dataset = datasetOf(catalogue, ratingsOf(rows), 50);
  const reading = examplesOf({
    ...dataset,
    isExample: (_, row) => {
      if (row === 20) controller.abort(new Error("enough"));
      return true;
    },
  }, { ...inOrder(500), signal: controller.signal });
  await assert.rejects(reading, /enough/);
});
