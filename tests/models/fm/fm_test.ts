import assert from "@std/assert";
import { createCatalogue } from "../../../models/catalogue.ts";
import { fm } from "../../../models/fm/fit.ts";
import { foldIn, type Known } from "../../../models/fm/fold_in.ts";
import { createPosterior } from "../../../models/fm/posterior.ts";
import { yearStep } from "../../../models/fm/blocks.ts";
import { readTriples } from "../../../models/fm/triples.ts";
import type { FitOptions } from "../../../models/model.ts";
import type { Person } from "../../../models/people.ts";
import { type Moment, observe } from "../../../models/ratings.ts";
import { datasetOf, emptyMoment, ratingsOf, type Row, seededRows } from "../../support/ratings.ts";

const options: FitOptions = { seed: 5, signal: new AbortController().signal, log() {}, progress() {} };
const near = (found: number, wanted: number, tolerance = 1e-6) =>
  assert.ok(Math.abs(found - wanted) < tolerance, `${found} is not ${wanted}`);

function momentOf(catalogue: Moment["state"]["catalogue"], rows: Row[]): Moment {
  const moment = emptyMoment(catalogue);
  const ratings = ratingsOf(rows);
  for (let row = 0; row < ratings.length; row++) observe(moment, ratings, row);
  return moment;
}

Deno.test("foldIn() of one rating is the ridge regression worked out by hand", () => {
  const shape = { rank: 1, draws: 1, nMovies: 1, nMovieParts: 1, nTraits: 0, implicit: true };
  const posterior = createPosterior(shape);
  posterior.movies.set([0.25, 2]); // b_m, q_m
  posterior.rated.set([0.5, 1]); // w, v of "has rated it"
  posterior.scales.set([3, 2, /* μ */ 0, 0, /* λ */ 4, 1]);
  const known: Known = {
    tables: [posterior.movies],
    offsets: [0],
    stars: [5],
    rated: [0],
    nRated: 1,
    traits: [],
  };
  const out = new Float64Array(2);
  foldIn(posterior, known, out);
  // s = 1, own_s = 0.5 + ½(1 − 1) = 0.5; rest = 5 − 3 − 0.5 − 0.25 − 1·2 = −0.75; h = (1, 1 + 2).
  // [4 + 2, 6; 6, 1 + 18] θ = 2·(−0.75)·(1, 3): θ = (−1.5, −18) / 78.
  near(out[0], 3 + 0.5 + (-1.5 - 18) / 78);
  near(out[1], 1 - 18 / 78);
});

Deno.test("foldIn() with a heavy prior stays at it, and with none meets the ratings", () => {
  const posterior = createPosterior({
    rank: 1,
    draws: 1,
    nMovies: 2,
    nMovieParts: 1,
    nTraits: 0,
    implicit: false,
  });
  posterior.movies.set([0, 1, 0, -1]);
  const known = { tables: [posterior.movies, posterior.movies], offsets: [0, 2], stars: [5, 2], rated: [] };
  const out = new Float64Array(2);
  for (const [lambda, wanted] of [[1e9, [0.5, 0.25]], [1e-9, [3.5, 1.5]]] as const) {
    posterior.scales.set([0, 1, 0.5, 0.25, lambda, lambda]);
    foldIn(posterior, { ...known, nRated: 0, traits: [] }, out);
    near(out[0], wanted[0]);
    near(out[1], wanted[1]);
  }
});

for (const method of ["gibbs", "sgd"] as const) {
  Deno.test(`fm by ${method} learns tastes: a newcomer's first ratings turn its predictions`, async () => {
    const { catalogue, rows } = seededRows(3000);
    const { scorer } = await fm.fit(datasetOf(catalogue, ratingsOf(rows)), { method, rank: 4 }, options);
    // Movies 10, 14, 18 … have genre 2 (10 mod 4), 11, 15 … genre 3: user 300 likes 2, user 301 likes 3.
    const first: Row[] = [2, 6, 14, 18, 22].flatMap((m): Row[] => [[300, m, 5], [301, m, 2]]);
    const other: Row[] = [3, 7, 11, 19, 23].flatMap((m): Row[] => [[300, m, 2], [301, m, 5]]);
    const moment = momentOf(catalogue, [...rows, ...first, ...other]);
    const like = (user: number, movie: number) => scorer.predict!(moment, user, movie);
    assert.ok(like(300, 34) > like(301, 34) + 0.5, `${like(300, 34)} against ${like(301, 34)}`);
    assert.ok(like(301, 39) > like(300, 39) + 0.5);
  });
}

Deno.test("fm predicts movies that came after the fit from genres and year, by position or not", async () => {
  const { catalogue, rows } = seededRows(1500);
  const { scorer } = await fm.fit(datasetOf(catalogue, ratingsOf(rows)), {}, options);
  const facts = Array.from(catalogue.movies.ids, (id, m) => ({
    id,
    year: catalogue.years[m] || null,
    genres: [...catalogue.genres.subarray(catalogue.genreStarts[m], catalogue.genreStarts[m + 1])],
  }));
  const grown = createCatalogue([{ id: 7, year: 1990, genres: [1, 4] }, ...facts], 5);
  const before = momentOf(catalogue, rows);
  const after = momentOf(grown, rows.map(([u, m, stars]): Row => [u, m + 1, stars]));
  near(scorer.predict!(after, 3, 11), scorer.predict!(before, 3, 10));
  const found = scorer.predict!(after, 3, 0);
  assert.ok(found > 0.5 && found < 5, `${found}`);
});

Deno.test("fm by sgd publishes vectors whose line gives its predictions, by gibbs none", async () => {
  const { catalogue, rows } = seededRows(1500);
  const dataset = datasetOf(catalogue, ratingsOf(rows));
  const { scorer } = await fm.fit(dataset, { method: "sgd", rank: 4, epochs: 5 }, options);
  const moment = momentOf(catalogue, rows);
  const { dimension, embedUser, embedMovie } = scorer.embedder!;
  const [user, movie] = [new Float32Array(dimension), new Float32Array(dimension)];
  embedUser(moment, 4, user, 0);
  embedMovie(moment, 9, movie, 0);
  near(user.reduce((sum, x, k) => sum + x * movie[k], 0), scorer.predict!(moment, 4, 9), 1e-5);
  assert.equal((await fm.fit(dataset, { iterations: 25 }, options)).scorer.embedder, undefined);
});

Deno.test("fm uses demographics: a newcomer without ratings gets what people like them give", async () => {
  const { catalogue, rows } = seededRows(2000);
  const people = new Map<number, Person>(
    Array.from(
      { length: 1000 },
      (_, u) => [u + 1, { gender: u % 2 ? "M" : "F", age: null, occupation: null }],
    ),
  );
  // Women give two stars more.
  const shifted = rows.map(([u, m, s]): Row => [u, m, u % 2 ? Math.max(0.5, s - 1) : Math.min(5, s + 1)]);
  const dataset = { ...datasetOf(catalogue, ratingsOf(shifted)), people };
  const { scorer, artifact } = await fm.fit(dataset, { iterations: 60 }, options);
  const moment = { ...momentOf(catalogue, shifted), people };
  for (const each of [scorer, fm.open(artifact)]) {
    assert.ok(each.predict!(moment, 500, 5) > each.predict!(moment, 501, 5) + 0.8);
  }
});

Deno.test("fm takes the rating that replaced another, and follows it in the moment", async () => {
  const { catalogue } = seededRows(1);
  const rows: Row[] = [[1, 2, 5], [0, 3, 1], [1, 2, 2], [0, 4, 4]];
  const { triples } = await readTriples(datasetOf(catalogue, ratingsOf(rows), 3), options.signal);
  assert.deepEqual([...triples.users], [0, 0, 1]);
  assert.deepEqual([...triples.stars], [1, 4, 2]);
});

Deno.test("fm refuses an artifact whose arrays do not fit its shape, and data without ratings", async () => {
  const { catalogue, rows } = seededRows(300);
  const { artifact } = await fm.fit(datasetOf(catalogue, ratingsOf(rows)), { iterations: 5 }, options);
  const { movies: _, ...arrays } = artifact.arrays;
  assert.throws(
    () => fm.open({ ...artifact, arrays }),
    /movies should be \d+ of Float32Array: found nothing/,
  );
  await assert.rejects(fm.fit(datasetOf(catalogue, ratingsOf([])), {}, options), RangeError);
});

Deno.test("yearStep() keeps a missing year apart, and ends at both ends", () => {
  assert.deepEqual([0, 1800, 1895, 1900, 1904, 1905, 2500].map(yearStep), [0, 1, 1, 2, 2, 3, 29]);
});
