/** The leak test finds nothing in what is sound, and finds planted faults: features and walks without their cut-off. */
import assert from "@std/assert";
import type { Dataset } from "../../../models/dataset.ts";
import { createBias } from "../../../models/bias.ts";
import { findLeak, firstFromFuture, type Probe, withAnotherFuture } from "../../../models/evaluation/leak.ts";
import { examplesProbe, holdoutProbe, hybridExamplesProbe } from "../../../models/evaluation/leak_probes.ts";
import { scoreHoldout } from "../../../models/evaluation/holdout.ts";
import { FeatureState } from "../../../models/feature_state.ts";
import { fitYears } from "../../../models/features.ts";
import type { Scorer } from "../../../models/model.ts";
import { createPopularity } from "../../../models/popularity.ts";
import { type Moment, observe, type Ratings, rewind } from "../../../models/ratings.ts";
import { createRng } from "../../../models/rng.ts";
import { countedUsers, emptyMoment, ratingsOf, seededRows, slice } from "../../support/ratings.ts";

const { signal } = new AbortController();
const { catalogue, rows } = seededRows(900);
const whole = ratingsOf(rows);
const [before, window] = [slice(whole, 0, 600), slice(whole, 600, 900)];
for (let row = 0; row < window.length; row += 7) window.isHeldOut[row] = 1;
const cuts = [105, 210];
const shape = { preset: "deviations" as const, n_genres: 4, ...fitYears(catalogue) };
const everybody = new Set(Array.from({ length: 40 }, (_, user) => user));

function momentBefore(): Moment {
  const moment = emptyMoment(catalogue);
  for (let row = 0; row < before.length; row++) observe(moment, before, row);
  return moment;
}

const builder = (start = () => momentBefore() as ReturnType<NonNullable<Dataset["start"]>>) => ({
  catalogue,
  users: countedUsers(100),
  start,
});

const look = (probe: Probe) =>
  findLeak({ probe }, { ratings: window, cuts, rng: createRng(7), histories: momentBefore().histories });

Deno.test("findLeak() finds nothing in the data set builder and the hold-out, and leaves the moment as it was", async () => {
  assert.equal(await look(examplesProbe(builder(), shape, signal)), null);
  assert.equal(await look(examplesProbe(builder(), { ...shape, preset: "genre_means" }, signal)), null);
  assert.equal(await look(hybridExamplesProbe(builder(), shape, signal)), null);
  const moment = momentBefore();
  const scorers = { bias: createBias(), popularity: createPopularity() };
  assert.equal(await look(holdoutProbe(scorers, moment, { signal })), null);
  assert.equal(firstFromFuture(moment, window, everybody), null);
  assert.deepEqual(moment.state.movieSums, momentBefore().state.movieSums);
});

Deno.test("findLeak() finds features without a cut-off: sums of everything, of the row itself, of the next one", async () => {
  const mutants: Record<string, (ratings: Ratings) => number> = {
    "sums of everything": (ratings) => ratings.length,
    "the row's own rating": () => 1,
    "tomorrow": () => 2,
  };
  for (const [name, ahead] of Object.entries(mutants)) {
    // Sums run `ahead` rows in front of the row whose features are taken.
    const probe: Probe = (ratings) => {
      const moment = momentBefore();
      const found = new Map<number, number[]>();
      let next = 0;
      for (let row = 0; row < ratings.length; row++) {
        const until = Math.min(ratings.length, row + ahead(ratings));
        while (next < until) observe(moment, ratings, next++);
        const { state } = moment;
        found.set(row, [
          state.mean,
          state.userSums[ratings.users[row]],
          state.movieSums[ratings.movies[row]],
        ]);
      }
      return Promise.resolve(found);
    };
    const leak = await look(probe);
    assert.ok(leak !== null && leak.row <= cuts[0], name);
  }
});

Deno.test("findLeak() finds a builder that starts from the sums of the future", async () => {
  let last = window;
  const start = () => {
    const moment = momentBefore();
    for (let row = 0; row < last.length; row++) observe(moment, last, row);
    return moment;
  };
  const sound = examplesProbe(builder(start), shape, signal);
  const leak = await look((ratings) => sound(last = ratings));
  assert.equal(leak?.row, 0);
});

Deno.test("findLeak() finds a hold-out that observes a row before it predicts it", async () => {
  const moment = momentBefore();
  const early: typeof scoreHoldout = async (scorers, options) => {
    const [ratings] = options.window as [Ratings];
    const mutant: Scorer = {
      model: "mutant",
      predict(now, user, movie, ratedAt) {
        const row = ratings.ratedAt.indexOf(ratedAt!);
        observe(now, ratings, row);
        const predicted = Object.values(scorers)[0].predict!(now, user, movie);
        rewind(now, slice(ratings, row, row + 1));
        return predicted;
      },
    };
    return await scoreHoldout({ mutant }, options);
  };
  const leak = await look(holdoutProbe({ bias: createBias() }, moment, { signal, score: early }));
  assert.ok(leak !== null && cuts.includes(leak.row), JSON.stringify(leak?.row));
});

Deno.test("findLeak() finds lists of movies that were popular later", async () => {
  const moment = momentBefore();
  const later: typeof scoreHoldout = (scorers, options) => {
    const [ratings] = options.window as [Ratings];
    const state = new FeatureState(catalogue);
    for (let row = 0; row < ratings.length; row++) {
      state.observe(ratings.users[row], ratings.movies[row], ratings.ratings[row], ratings.replaces[row]);
    }
    return scoreHoldout({ later: createPopularity(state.movieCounts), bias: scorers.bias }, options);
  };
  assert.ok(await look(holdoutProbe({ bias: createBias() }, moment, { signal, score: later })) !== null);
});

Deno.test("findLeak() refuses a probe that says nothing", async () => {
  await assert.rejects(look(() => Promise.resolve(new Map())), /says nothing of the first 106 rows/);
});

Deno.test("firstFromFuture() sees sums and histories that were not taken back before the window", () => {
  const ahead = momentBefore();
  for (let row = 0; row < window.length; row++) observe(ahead, window, row);
  assert.match(firstFromFuture(ahead, window, everybody)!, /replaces .* while the history/);
  const sums = { state: ahead.state, histories: momentBefore().histories };
  assert.match(firstFromFuture(sums, window, everybody)!, /ratings in the history and .* in the sums/);
});

Deno.test("withAnotherFuture() keeps the past, turns the row over, and stays possible: sums come back exactly", () => {
  const changed = withAnotherFuture(window, 100, { rng: createRng(2), histories: momentBefore().histories });
  for (let row = 0; row < 100; row++) {
    assert.deepEqual([changed.users[row], changed.movies[row], changed.ratings[row]], [
      window.users[row],
      window.movies[row],
      window.ratings[row],
    ]);
  }
  assert.equal(changed.users[100], window.users[100]);
  assert.equal(changed.ratings[100], 5.5 - window.ratings[100]);
  assert.ok(changed.length > window.length);
  const moment = momentBefore();
  for (let row = 0; row < changed.length; row++) observe(moment, changed, row);
  rewind(moment, changed);
  assert.equal(firstFromFuture(moment, window, everybody), null);
  assert.deepEqual(moment.state.movieSums, momentBefore().state.movieSums);
});
