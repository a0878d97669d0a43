import assert from "@std/assert";
import { decode, encode } from "../../../models/container.ts";
import { momentAfter } from "../../../models/evaluation/frozen.ts";
import type { FitOptions } from "../../../models/model.ts";
import { observe } from "../../../models/ratings.ts";
import { ranker } from "../../../models/ranker/fit.ts";
import { openRanker, rankerConfig } from "../../../models/ranker/ranker.ts";
import { datasetOf, ratingsOf, seededRows, slice } from "../../support/ratings.ts";
import { compute } from "../../support/compute.ts";

const { signal } = new AbortController();
const options: FitOptions = { seed: 5, signal, compute, log() {}, progress() {} };
const { catalogue, rows } = seededRows(6000);
const ratings = ratingsOf(rows);
const [past, future] = [slice(ratings, 0, 4500), slice(ratings, 4500, 6000)];
const CONFIG = {
  towers: { preset: "content", dimension: 8, hidden: [16], batch_size: 64, epochs: 3 },
  hidden: [32, 16],
  dropout: [0.1],
  batch_size: 64,
  epochs: 6,
};

Deno.test("ranker learns who likes which genre from vectors and features", async () => {
  const { scorer, report } = await ranker.fit(datasetOf(catalogue, past), CONFIG, options);
  const moment = await momentAfter(datasetOf(catalogue, past), signal);
  let [own, byMean] = [0, 0];
  for (let row = 0; row < future.length; row++) {
    const [user, movie, stars] = [future.users[row], future.movies[row], future.ratings[row]];
    own += (scorer.predict!(moment, user, movie) - stars) ** 2;
    byMean += (moment.state.mean - stars) ** 2;
    observe(moment, future, row);
  }
  // The noise alone is .23 + rounding: about .27 can be reached, .7 is the spread of the ratings.
  assert.ok(own < 0.36 * byMean, `${Math.sqrt(own / 1500)} against ${Math.sqrt(byMean / 1500)}`);
  assert.ok(Number(report.validation_rmse) < 0.5 && Number(report.best_epoch) >= 1);
});

Deno.test("ranker runs without content features, on vectors alone", async () => {
  const config = { ...CONFIG, content: false, epochs: 1 };
  const { artifact } = await ranker.fit(datasetOf(catalogue, past), config, options);
  assert.equal(artifact.arrays["0.kernel"].length, (8 + 8) * 32);
});

Deno.test("ranker makes a person's inputs once for all their candidates", async () => {
  const { artifact } = await ranker.fit(datasetOf(catalogue, past), { ...CONFIG, epochs: 1 }, options);
  const { towers, rate, predict } = openRanker(artifact);
  const moment = await momentAfter(datasetOf(catalogue, past), signal);
  const movies = Int32Array.of(4, 9, 2);
  const wanted = Array.from(movies, (movie) => predict(moment, 3, movie));
  const embedder = towers.embedder!;
  const { embedUser } = embedder;
  let asked = 0;
  embedder.embedUser = (...args) => (asked++, embedUser(...args));
  assert.deepEqual([...rate(moment, 3, movies)], wanted);
  assert.equal(asked, 1);
});

Deno.test("ranker config checks the towers' own hyperparameters", () => {
  const faults = (config: unknown) => rankerConfig.safeParse(config).error?.issues.map(({ path }) => path[0]);
  assert.equal(faults(CONFIG), undefined);
  assert.deepEqual(faults({ towers: { preset: "cosine", dropout: 0.5 } }), ["towers"]);
  assert.deepEqual(faults({ hidden: [10] }), ["hidden"]);
});

Deno.test("openRanker() refuses a damaged artifact", async () => {
  const { artifact } = await ranker.fit(datasetOf(catalogue, past), { ...CONFIG, epochs: 1 }, options);
  const { arrays, header } = decode(encode(artifact));
  const without = (name: string) => {
    const { [name]: _gone, ...rest } = arrays;
    return { header, arrays: rest };
  };
  assert.throws(
    () => ranker.open(without("0.norm.gamma")),
    /0\.norm\.gamma should be 32 floats: found nothing/,
  );
  assert.throws(() => ranker.open(without("towers/user.mean")), /user\.mean/);
  assert.throws(() => ranker.open(without("0.kernel")), SyntaxError);
  assert.throws(() => ranker.open({ header: { ...header, layers: [] }, arrays }), /layers should describe/);
});
