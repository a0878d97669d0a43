/** Stated floors of the presets and the ranker on last20: the RMSE that each reaches at worst, nobody having demographics. */
import assert from "@std/assert";
import { rmse } from "../../../models/evaluation/metrics.ts";
import { FAMILY } from "../../../models/family.ts";
import { IdIndex } from "../../../models/id_index.ts";
import { observe } from "../../../models/ratings.ts";
import { datasetOf, emptyMoment } from "../../support/ratings.ts";
import { hasSplits, readCatalogue, readSplit } from "../../support/splits.ts";

const ignore = !hasSplits();
const unless = ignore ? " (skipped: ../shared/data/splits is not there)" : "";
const compute = { cache: null, workers: 1, simd: "portable" } as const;
const options = { seed: 1, signal: new AbortController().signal, compute, log() {}, progress() {} };

async function testRmse(model: "two_tower" | "ranker", config: object): Promise<number> {
  const catalogue = readCatalogue();
  const users = new IdIndex();
  const [train, test] = ["train", "test"].map((part) =>
    readSplit(`mlsmall-last20/${part}`, catalogue, users)
  );
  const { scorer } = await FAMILY[model].fit({ ...datasetOf(catalogue, train), users }, config, options);
  const moment = { ...emptyMoment(catalogue), users };
  for (let row = 0; row < train.length; row++) observe(moment, train, row);
  const { predict } = scorer;
  return rmse(
    Float64Array.from(test.users, (user, row) => predict!(moment, user, test.movies[row])),
    test.ratings,
  );
}

/** Of epochs enough for the floor; measured over two seeds with the defaults: see each model's own header. */
const FLOORS: [model: "two_tower" | "ranker", config: Record<string, unknown>, floor: number][] = [
  ["two_tower", { preset: "content", epochs: 3 }, 0.93],
  ["two_tower", { preset: "cosine", epochs: 3 }, 0.9],
  ["two_tower", { preset: "demographic", epochs: 3 }, 1.01],
  ["ranker", {
    epochs: 2,
    hidden: [64, 32],
    towers: { preset: "content", features: "deviations", epochs: 2, refit: false },
  }, 0.95],
];

for (const [model, config, floor] of FLOORS) {
  const name = [model, config.preset].filter(Boolean).join(" ");
  Deno.test({
    name: `${name} reaches an RMSE of ${floor} on last20 in ${config.epochs} epochs${unless}`,
    ignore,
    async fn() {
      const found = await testRmse(model, config);
      assert.ok(found <= floor && found > 0.8, `RMSE is ${found}`);
    },
  });
}
