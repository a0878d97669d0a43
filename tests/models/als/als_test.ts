import assert from "@std/assert";
import { alsConfig, createAls, penaltyOf } from "../../../models/als/als.ts";
import { als, fitAls } from "../../../models/als/fit.ts";
import { residualsOf } from "../../../models/als/residuals.ts";
import { activeColumns, readInteractions, transpose } from "../../../models/interactions.ts";
import { observe } from "../../../models/ratings.ts";
import { datasetOf, emptyMoment, ratingsOf, seededRows } from "../../support/ratings.ts";
import { compute } from "../../support/compute.ts";

const { signal } = new AbortController();
const options = { seed: 3, signal, compute, log() {}, progress() {} };
const { catalogue, rows } = seededRows(600);
const dataset = datasetOf(catalogue, ratingsOf(rows));
const { interactions } = await readInteractions(dataset, signal);

function momentOfAll() {
  const moment = emptyMoment(catalogue);
  const ratings = ratingsOf(rows);
  for (let row = 0; row < ratings.length; row++) observe(moment, ratings, row);
  return moment;
}

/** Everybody's vector, folded in. */
function peopleOf(config: ReturnType<typeof alsConfig.parse>, weights: Awaited<ReturnType<typeof fitAls>>) {
  const { embedder } = createAls(config, weights);
  const moment = momentOfAll();
  return Array.from({ length: interactions.nRows }, (_, user) => {
    const out = new Float32Array(embedder.dimension);
    embedder.embedUser(moment, user, out, 0);
    return out;
  });
}

const product = (w: Float32Array, h: Float32Array) => h.reduce((sum, value, f) => sum + value * w[f], 0);

Deno.test("als implicit: the objective's gradient is zero in every vector of the side that was solved last", async () => {
  for (const frequency_exponent of [0, 0.5, 1]) {
    const config = alsConfig.parse({
      dimension: 5,
      epochs: 6,
      taste: "graded",
      frequency_exponent,
      regularisation: 0.02,
    });
    const weights = await fitAls(interactions, catalogue.movies.ids, { config, ...options });
    const d = config.dimension;
    const movies = Array.from(weights.movieIds, (_, i) => weights.vectors.subarray(i * d, (i + 1) * d));
    peopleOf(config, weights).forEach((w, user) => {
      const gradient = new Float64Array(d);
      for (const h of movies) {
        h.forEach((value, f) => gradient[f] += config.unobserved_weight * product(w, h) * value);
      }
      for (let k = interactions.starts[user]; k < interactions.starts[user + 1]; k++) {
        const h = movies[weights.movieIds.indexOf(catalogue.movies.ids[interactions.columns[k]])];
        const pull = interactions.values[k] / 5 * (product(w, h) - 1);
        h.forEach((value, f) => gradient[f] += pull * value);
      }
      const penalty = penaltyOf(
        config,
        interactions.starts[user + 1] - interactions.starts[user],
        movies.length,
      );
      w.forEach((value, f) => {
        const slope = gradient[f] + penalty * value;
        assert.ok(
          Math.abs(slope) < 1e-5,
          `ν ${frequency_exponent}: the gradient of user ${user} is ${slope}`,
        );
      });
    });
  }
});

Deno.test("als explicit: at convergence the gradient of the movies' side is zero as well", async () => {
  const config = alsConfig.parse({ variant: "explicit", dimension: 4, epochs: 200, regularisation: 0.05 });
  const weights = await fitAls(interactions, catalogue.movies.ids, { config, ...options });
  const { rows: stars } = activeColumns(interactions);
  const turned = transpose({ ...stars, values: residualsOf(stars) });
  const people = peopleOf(config, weights);
  const d = config.dimension;
  for (let movie = 0; movie < turned.nRows; movie++) {
    const h = weights.vectors.subarray(movie * d, (movie + 1) * d);
    const n = turned.starts[movie + 1] - turned.starts[movie];
    const gradient = Float64Array.from(h, (value) => penaltyOf(config, n, interactions.nRows) * value);
    for (let k = turned.starts[movie]; k < turned.starts[movie + 1]; k++) {
      const w = people[turned.columns[k]];
      const error = product(w, h) - turned.values[k];
      gradient.forEach((_, f) => gradient[f] += error * w[f]);
    }
    for (const slope of gradient) {
      assert.ok(Math.abs(slope) < 2e-3, `the gradient of movie ${movie} is ${slope}`);
    }
  }
});

Deno.test("als by conjugate gradient, as many steps as dimensions, is Cholesky", async () => {
  const shared = { dimension: 6, epochs: 3, regularisation: 0.05 };
  const [exact, steps] = await Promise.all(["cholesky", "conjugate_gradient"].map(async (solver) => {
    const config = alsConfig.parse({ ...shared, solver, steps: 8 });
    return peopleOf(config, await fitAls(interactions, catalogue.movies.ids, { config, ...options }));
  }));
  exact.forEach((w, user) =>
    w.forEach((value, f) => assert.ok(Math.abs(value - steps[user][f]) < 1e-3, `${value}, ${steps[user][f]}`))
  );
});

Deno.test("als folds a newcomer in from the moment, and gives who has no history the mean person's vector", async () => {
  const config = alsConfig.parse({ dimension: 4, taste: "all" });
  const weights = await fitAls(interactions, catalogue.movies.ids, { config, ...options });
  const { embedder } = createAls(config, weights);
  const moment = momentOfAll();
  const [nobody, newcomer] = [new Float32Array(4), new Float32Array(4)];
  embedder.embedUser(moment, 900, nobody, 0);
  assert.deepEqual(nobody, weights.newcomer);
  const first = moment.histories.of(0).movies;
  const copied = ratingsOf(Array.from(first, (movie) => [901, movie, 5]));
  for (let row = 0; row < copied.length; row++) observe(moment, copied, row);
  embedder.embedUser(moment, 901, newcomer, 0);
  const same = new Float32Array(4);
  embedder.embedUser(moment, 0, same, 0);
  assert.deepEqual(newcomer, same);
});

Deno.test("als says which systems are singular, and refuses to learn from nothing", async () => {
  await assert.rejects(als.fit(datasetOf(catalogue, ratingsOf([])), {}, options), /at least 1 example/);
  const config = alsConfig.parse({ variant: "explicit", regularisation: 1e-45, dimension: 32 });
  await assert.rejects(
    fitAls(interactions, catalogue.movies.ids, { config, ...options }),
    /singular.*set a larger one/s,
  );
});

Deno.test("penaltyOf() grows with a row's ratings and with its share of what it has not", () => {
  const config = { unobserved_weight: 0.1, regularisation: 0.02, frequency_exponent: 0.5 };
  const near = (found: number, wanted: number) => assert.ok(Math.abs(found - wanted) < 1e-12);
  near(penaltyOf(alsConfig.parse(config), 4, 50), 0.02 * 3); // √(4 + 0.1 · 50)
  near(penaltyOf(alsConfig.parse({ ...config, variant: "explicit" }), 4, 50), 0.02 * 2);
  near(penaltyOf(alsConfig.parse({ ...config, frequency_exponent: 0 }), 4, 50), 0.02);
});

Deno.test("als refuses a person whose ratings are counted while their history is not there", async () => {
  const config = alsConfig.parse({ dimension: 4 });
  const weights = await fitAls(interactions, catalogue.movies.ids, { config, ...options });
  const moment = { ...momentOfAll(), histories: emptyMoment(catalogue).histories };
  const { embedder } = createAls(config, weights);
  assert.throws(() => embedder.embedUser(moment, 0, new Float32Array(4), 0), /history is needed: found none/);
});
