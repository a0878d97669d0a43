/** What every model of the family must do, whatever it is, and each preset of a model. */
import assert from "@std/assert";
import { decode, encode } from "../../models/container.ts";
import { firstDifference } from "../../models/feature_state.ts";
import type { Embedder, Scorer, VectorsOf } from "../../models/model.ts";
import { movieVectors } from "../../models/retriever.ts";
import { topN } from "../../models/top_n.ts";
import { CASES, catalogue, dataset, momentOfAll, options } from "../support/family.ts";

const SOME = Int32Array.of(3, 42);

/** Everything that `scorer` says about three users, one of them new. */
function answers(scorer: Scorer, vectorsOf?: VectorsOf): number[] {
  const moment = momentOfAll();
  const scores = new Float32Array(catalogue.movies.size);
  return [0, 17, 500].flatMap((user) => {
    scorer.retriever?.(moment, vectorsOf)(moment, user, scores);
    const predicted = scorer.predict ? [...SOME].map((movie) => scorer.predict!(moment, user, movie)) : [];
    const ranked = scorer.stages?.(moment, vectorsOf).rank(moment, user, SOME) ?? [];
    return [...(scorer.retriever ? scores : []), ...predicted, ...ranked];
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

  Deno.test(`${name} answers the same after its artifact was written and read, by vectors made before as well`, async () => {
    const { scorer, artifact } = await model.fit(dataset, config, options);
    const read = model.open(decode(encode(artifact)));
    const found = answers(read);
    assert.deepEqual(found, answers(scorer));
    assert.ok(found.length > 0 && found.every(Number.isFinite));
    const asked: Embedder[] = [];
    const again = answers(read, (embedder, moment) => {
      asked.push(embedder);
      return movieVectors(embedder, moment);
    });
    assert.deepEqual(again, found);
    const { frozen = [], retriever, stages } = read;
    // For each of three users.
    const times = 3 * [retriever, stages].filter((way) => way !== undefined).length;
    assert.deepEqual(asked, Array.from({ length: times }, () => frozen).flat());
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
