import assert from "@std/assert";
import { createRng } from "../../../models/rng.ts";
import { forward, initialTower } from "../../../models/two_tower/towers.ts";

const near = (found: ArrayLike<number>, wanted: number[]) => {
  assert.equal(found.length, wanted.length);
  wanted.forEach((value, i) =>
    assert.ok(Math.abs(found[i] - value) < 1e-6, `[${i}]: ${found[i]}, not ${value}`)
  );
};

Deno.test("forward() normalises, applies relu to all layers but the last, and gives a unit vector", () => {
  // x = (3, 1) → ((3 − 1) · 2, (1 − 1) · 5) = (4, 0). First layer: (4·1 − 1, 4·(−1)) = (3, −4) → relu (3, 0).
  // Second layer: (3·(−1), 3·1 + 1) = (−3, 4), of length 5.
  const tower = forward({
    mean: Float32Array.of(1, 1),
    scale: Float32Array.of(2, 5),
    layers: [
      { inputs: 2, units: 2, kernel: Float32Array.of(1, -1, 7, 7), bias: Float32Array.of(-1, 0) },
      { inputs: 2, units: 2, kernel: Float32Array.of(-1, 1, 9, 9), bias: Float32Array.of(0, 1) },
    ],
  });
  const out = new Float32Array(4).fill(8);
  tower(Float32Array.of(0, 3, 1, 0), 1, out, 1);
  near(out, [8, -3 / 5, 4 / 5, 8]);
});

Deno.test("forward() of a vector at the origin is finite", () => {
  const layer = { inputs: 1, units: 2, kernel: new Float32Array(2), bias: new Float32Array(2) };
  const out = new Float32Array(2);
  forward({ mean: Float32Array.of(0), scale: Float32Array.of(1), layers: [layer] })(
    Float32Array.of(5),
    0,
    out,
    0,
  );
  near(out, [0, 0]);
});

Deno.test("initialTower() draws kernels within Glorot's limit and leaves biases at 0", () => {
  const moments = { mean: new Float32Array(10), scale: new Float32Array(10).fill(1) };
  const [hidden, top] = initialTower(moments, [20, 4], createRng(1)).layers;
  for (const { inputs, units, kernel, bias } of [hidden, top]) {
    const limit = Math.sqrt(6 / (inputs + units));
    assert.ok(kernel.every((value) => Math.abs(value) <= limit));
    assert.ok(kernel.some((value) => Math.abs(value) > 0.8 * limit), "spread over the whole range");
    assert.ok(bias.every((value) => value === 0));
  }
  assert.deepEqual([hidden.kernel.length, top.kernel.length], [200, 80]);
});
