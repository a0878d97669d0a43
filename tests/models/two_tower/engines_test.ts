/** A fit on either engine, from the same seed: the loss that it ends with is the same. */
import assert from "@std/assert";
import { twoTower } from "../../../models/two_tower/presets.ts";
import { datasetOf, ratingsOf, seededPeople, seededRows } from "../../support/ratings.ts";

const { catalogue, rows } = seededRows(1200);
const dataset = { ...datasetOf(catalogue, ratingsOf(rows), 300), people: seededPeople(30) };
const compute = { cache: null, workers: 1, simd: "portable" } as const;
const options = { seed: 5, signal: new AbortController().signal, compute, log() {}, progress() {} };
const FEW = { hidden: [16], dimension: 8, batch_size: 64, epochs: 3, patience: 9, refit: false };

/**
 * Relative: both compute in floats, and three epochs of Adam carry rounding on; measured: at most 5e-6.
 *
 * Of tables the kernels move those rows that a batch met, TensorFlow.js's Adam all that have momentum left: measured
 * 3e-3. Dropout is 0, as each engine throws its own dice.
 */
const PRESETS: [preset: Record<string, unknown>, tolerance: number][] = [
  [{ preset: "content" }, 1e-4],
  [{ preset: "content", features: "deviations" }, 1e-4],
  [{ preset: "cosine" }, 1e-4],
  [{ preset: "demographic", dropout: 0 }, 1e-2],
];

for (const [preset, tolerance] of PRESETS) {
  const name = Object.values(preset).join(" ");
  Deno.test(`two_tower ${name} ends with the same losses on kernels and on TensorFlow.js`, async () => {
    const reports = [];
    for (const engine of ["kernels", "tfjs"]) {
      reports.push((await twoTower.fit(dataset, { ...FEW, ...preset, engine }, options)).report);
    }
    const [one, other] = reports;
    assert.notEqual(one.engine, other.engine);
    const losses = Object.keys(one).filter((key) => /_(rmse|loss)$/.test(key));
    assert.equal(losses.length, 3);
    for (const key of losses) {
      const apart = Math.abs(Number(one[key]) / Number(other[key]) - 1);
      assert.ok(apart < tolerance, `${key}: ${one[key]} and ${other[key]}`);
    }
  });
}
