/** Stated accuracy floors of the factorization machine on ml-latest-small, fewer sweeps than the defaults'. */
import assert from "@std/assert";
import { fm } from "../../../models/fm/fit.ts";
import { rmse } from "../../../models/evaluation/metrics.ts";
import { IdIndex } from "../../../models/id_index.ts";
import { observe } from "../../../models/ratings.ts";
import { datasetOf, emptyMoment } from "../../support/ratings.ts";
import { hasSplits, readCatalogue, readSplit } from "../../support/splits.ts";

const ignore = !hasSplits();
const unless = ignore ? " (skipped: ../shared/data/splits is not there)" : "";

async function testRmse(split: string, config: object): Promise<number> {
  const catalogue = readCatalogue();
  const users = new IdIndex();
  const [train, test] = ["train", "test"].map((part) => readSplit(`${split}/${part}`, catalogue, users));
  const { scorer } = await fm.fit({ ...datasetOf(catalogue, train), users }, config, {
    seed: 1,
    signal: new AbortController().signal,
    log() {},
    progress() {},
  });
  const moment = { ...emptyMoment(catalogue), users };
  for (let row = 0; row < train.length; row++) observe(moment, train, row);
  const predicted = Float64Array.from(
    test.users,
    (user, row) => scorer.predict!(moment, user, test.movies[row]),
  );
  return rmse(predicted, test.ratings);
}

const atMost = (found: number, most: number) =>
  assert.ok(found <= most, `${found.toFixed(4)} is above ${most}`);

Deno.test({
  name: "fm by gibbs reaches RMSE .848 on last20 with 60 sweeps (.836 with 200)" + unless,
  ignore,
  // Measured: .8415; biased matrix factorization .883.
  fn: async () => atMost(await testRmse("mlsmall-last20", { iterations: 60 }), 0.848),
});

Deno.test({
  name: "fm by sgd reaches RMSE .86 on last20 with 15 epochs (.843 with 40)" + unless,
  ignore,
  fn: async () => atMost(await testRmse("mlsmall-last20", { method: "sgd", epochs: 15, rank: 6 }), 0.86),
});
