/** What every model of the family must do, whatever it is, and each preset of a model. */
import assert from "@std/assert";
import { decode, encode } from "../../models/container.ts";
import { FAMILY } from "../../models/family.ts";
import { firstDifference } from "../../models/feature_state.ts";
import type { FitOptions, Model, Scorer } from "../../models/model.ts";
import { type Moment, observe } from "../../models/ratings.ts";
import { topN } from "../../models/top_n.ts";
import { datasetOf, emptyMoment, ratingsOf, seededPeople, seededRows } from "../support/ratings.ts";

const { catalogue, rows } = seededRows(1500);
const dataset = { ...datasetOf(catalogue, ratingsOf(rows), 400), people: seededPeople(30) };
const options: FitOptions = { seed: 5, signal: new AbortController().signal, log() {}, progress() {} };

function momentOfAll(): Moment {
  const moment = { ...emptyMoment(catalogue), people: dataset.people };
  const ratings = ratingsOf(rows);
  for (let row = 0; row < ratings.length; row++) observe(moment, ratings, row);
  return moment;
}

/** Everything that `scorer` says about three users, one of them new. */
function answers(scorer: Scorer): number[] {
  const moment = momentOfAll();
  const scores = new Float32Array(catalogue.movies.size);
  return [0, 17, 500].flatMap((user) => {
    scorer.retriever?.(moment)(moment, user, scores);
    const predicted = scorer.predict ? [3, 42].map((movie) => scorer.predict!(moment, user, movie)) : [];
    return [...(scorer.retriever ? scores : []), ...predicted];
  });
}

/** Presets beside the one that a model has by itself. */
const PRESETS: [keyof typeof FAMILY, Record<string, unknown>][] = [
  ["two_tower", { preset: "content", features: "genre_means", epochs: 2 }],
  ["two_tower", { preset: "cosine", epochs: 2 }],
  ["two_tower", { preset: "demographic", epochs: 2 }],
];

const cases: [string, Model, Record<string, unknown>][] = [
  ...Object.entries(FAMILY).map(([name, model]): typeof cases[number] => [name, model, {}]),
  ...PRESETS.map((
    [name, config],
  ): typeof cases[number] => [`${name} ${config.preset}`, FAMILY[name], config]),
];

for (const [name, model, config] of cases) {
  Deno.test(`${name} fit() gives the same bytes for the same seed`, async () => {
    const [one, other] = [
      await model.fit(dataset, config, options),
      await model.fit(dataset, config, options),
    ];
    assert.deepEqual(encode(one.artifact), encode(other.artifact));
    assert.deepEqual(answers(one.scorer), answers(other.scorer));
  });

  Deno.test(`${name} answers the same after its artifact was written and read`, async () => {
    const { scorer, artifact } = await model.fit(dataset, config, options);
    const found = answers(model.open(decode(encode(artifact))));
    assert.deepEqual(found, answers(scorer));
    assert.ok(found.length > 0 && found.every(Number.isFinite));
  });

  Deno.test(`${name} fit() ends with the sums of all ratings`, async () => {
    const { end } = await model.fit(dataset, config, options);
    assert.equal(firstDifference(end, momentOfAll().state), null);
  });

  Deno.test(`${name} config refuses an unknown key, and open() another model's artifact`, () => {
    assert.throws(() => model.config.parse({ ...config, learning_speed: 1 }), /learning_speed/);
    assert.throws(() => model.open({ header: { model: "other" }, arrays: {} }), SyntaxError);
  });

  Deno.test(`${name} fit() stops at an abort`, async () => {
    const signal = AbortSignal.abort(new Error("Ctrl-C"));
    await assert.rejects(model.fit(dataset, config, { ...options, signal }), /Ctrl-C/);
  });

  Deno.test(`${name} never lists a seen movie, and lists every other one`, async () => {
    const { scorer } = await model.fit(dataset, config, options);
    if (!scorer.retriever) return;
    const moment = momentOfAll();
    const scores = new Float32Array(catalogue.movies.size);
    const retrieve = scorer.retriever(moment);
    for (let user = 0; user < 40; user++) {
      retrieve(moment, user, scores);
      const history = new Set(moment.histories.of(user).movies);
      const isSeen = (movie: number) => history.has(movie);
      const { movies } = topN(scores, { n: 1000, isSeen, ids: catalogue.movies.ids });
      assert.equal(movies.length, catalogue.movies.size - history.size);
      assert.ok(!movies.some(isSeen));
    }
  });
}
