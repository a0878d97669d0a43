import assert from "@std/assert";
import { type Choice, fitListwise, lossOf, minimise } from "../../../../models/auto/ranking/listwise.ts";
import { createRng } from "../../../../models/rng.ts";

/** People who choose by the first number, and not at all by the second; the third never differs. */
function choicesOfFirst(n: number): Choice[] {
  const rng = createRng(4);
  return Array.from({ length: n }, () => {
    const candidates = Array.from({ length: 12 }, () => [rng.uniform(), rng.uniform(), 1]);
    candidates.sort((a, b) => b[0] + 0.3 * rng.uniform() - a[0]);
    return { nTargets: 1 + rng.below(2), evidence: Float32Array.from(candidates.flat()) };
  });
}

Deno.test("lossOf() is the softmax's, worked out by hand for two targets and one other", () => {
  const choice = { nTargets: 2, evidence: Float32Array.of(1, 0, 2) };
  const w = Float64Array.of(1);
  // Each target competes with the other movie only: e/(e + e²) and 1/(1 + e²), by √2 targets.
  const wanted = -(Math.log(Math.E / (Math.E + Math.E ** 2)) + Math.log(1 / (1 + Math.E ** 2))) / Math.SQRT2;
  assert.ok(Math.abs(lossOf([choice], { w, gradient: null, ridge: 0 }) - wanted) < 1e-12);
  assert.ok(Math.abs(lossOf([choice], { w, gradient: null, ridge: 3 }) - wanted - 3) < 1e-12);
});

Deno.test("lossOf() gives the gradient that central differences give", () => {
  const choices = choicesOfFirst(5);
  const w = Float64Array.of(0.4, -0.7, 0.2);
  const gradient = new Float64Array(3);
  lossOf(choices, { w, gradient, ridge: 0.1 });
  gradient.forEach((slope, f) => {
    const at = (step: number) =>
      lossOf(choices, { w: w.map((x, i) => i === f ? x + step : x), gradient: null, ridge: 0.1 });
    assert.ok(Math.abs((at(1e-5) - at(-1e-5)) / 2e-5 - slope) < 1e-8);
  });
});

Deno.test("minimise() finds the least of a convex function: there the gradient is zero", () => {
  const choices = choicesOfFirst(40);
  const objective = (w: Float64Array, gradient: Float64Array) =>
    lossOf(choices, { w, gradient, ridge: 0.05 });
  const w = minimise(new Float64Array(3), objective);
  const gradient = new Float64Array(3);
  objective(w, gradient);
  for (const slope of gradient) assert.ok(Math.abs(slope) < 2e-3, `${gradient}`);
});

Deno.test("fitListwise() finds what people choose by, and gives what never differs no weight", () => {
  const { weights, ridge } = fitListwise(choicesOfFirst(120), 3);
  assert.ok(weights[0] > 5 * Math.abs(weights[1]), `${weights}`);
  assert.ok(Math.abs(weights[2]) < 1e-6);
  assert.ok(ridge < 0.3);
});
