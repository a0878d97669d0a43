/** What every model of the family must do, whatever it is, and each preset of a model. */
import assert from "@std/assert";
import { decode, encode } from "../../models/container.ts";
import { firstDifference } from "../../models/feature_state.ts";
import type { Scorer } from "../../models/model.ts";
import { topN } from "../../models/top_n.ts";
import { CASES, catalogue, dataset, momentOfAll, options } from "../support/family.ts";

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

for (const [name, model, config] of CASES) {
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
