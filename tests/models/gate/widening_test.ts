import assert from "@std/assert";
import { bootstrap, type Measure } from "../../../models/gate/bootstrap.ts";
import { degreesOfFreedom, widening } from "../../../models/gate/widening.ts";
import { createRng, hash32 } from "../../../models/rng.ts";
import { draw, normal } from "./_people.ts";

Deno.test("widening() times the normal quantile is Student's, as in tables", () => {
  const tables: [confidence: number, z: number, nu: number, t: number, tolerance: number][] = [
    [0.95, 1.6449, 2, 2.92, 0.04],
    [0.95, 1.6449, 5, 2.015, 0.002],
    [0.95, 1.6449, 10, 1.8125, 0.001],
    [0.95, 1.6449, 20, 1.7247, 0.001],
    [0.99, 2.3263, 10, 2.7638, 0.003],
    [0.75, 0.6745, 5, 0.7267, 0.001],
  ];
  for (const [confidence, z, nu, t, tolerance] of tables) {
    assert.ok(Math.abs(z * widening(confidence, nu) - t) < tolerance, `${confidence}, ${nu}`);
  }
  assert.equal(widening(0.95, Infinity), 1);
});

Deno.test("degreesOfFreedom() is n for normal influences, 2 where one person makes all of it", () => {
  const rng = createRng(2);
  const nu = degreesOfFreedom(Float64Array.from({ length: 20_000 }, () => normal(rng)));
  assert.ok(Math.abs(nu / 20_000 - 1) < 0.05, `${nu}`);
  assert.ok(Math.abs(degreesOfFreedom(Float64Array.of(...new Float64Array(999), 5)) - 2) < 0.01);
  assert.equal(degreesOfFreedom(Float64Array.of(3, -3, 3)), Infinity);
  assert.equal(degreesOfFreedom(new Float64Array(4)), Infinity);
});

/** Of `days` samples of `people`, the share of both ends that lie beyond the true harm. */
function missed(measure: Measure, { days, people, seed }: { days: number; people: number; seed: number }) {
  const harm = 0.01;
  const live = { rmse: 0.9, ndcg: 0.12 };
  const worse = { rmse: live.rmse + harm, ndcg: live.ndcg - harm };
  let beyond = 0;
  for (let day = 0; day < days; day++) {
    const { nRatings, scores } = draw(createRng(hash32(seed, day)), people, { live, worse });
    const of = (version: string) =>
      Float64Array.from(measure === "rmse" ? scores[version].squaredErrors! : scores[version].ndcgs!);
    const weights = Float64Array.from(nRatings, (n) => measure === "rmse" ? n : 1);
    const pairs = { weights, candidate: of("worse"), rival: of("live") };
    const { low, high } = bootstrap(pairs, { measure, seed: day, resamples: 399, confidence: 0.95 });
    beyond += Number(high < harm) + Number(low > harm);
  }
  return beyond / (2 * days);
}

Deno.test("bootstrap() misses with the probability asked for, two standard errors allowed", () => {
  const days = 1_500;
  const two = 2 * Math.sqrt(0.05 * 0.95 / (2 * days));
  for (const measure of ["rmse", "ndcg"] as const) {
    const parts = [200, 400].map((people) => missed(measure, { days: days / 2, people, seed: people }));
    const pooled = (parts[0] + parts[1]) / 2;
    assert.ok(pooled <= 0.05 + two && pooled > 0.03, `${measure}: ${pooled}`);
  }
});
