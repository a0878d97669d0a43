import assert from "@std/assert";
import { createRng } from "../../../models/rng.ts";
import type { Head } from "../../../models/two_tower/heads.ts";
import { asTheyAre, forward, initialTower } from "../../../models/two_tower/towers.ts";

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
    tables: [],
    dropout: 0,
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
  forward({ ...initialTower(asTheyAre(1), { units: [2] }, createRng(1)), layers: [layer] })(
    Float32Array.of(5),
    0,
    out,
    0,
  );
  near(out, [0, 0]);
});

Deno.test("initialTower() draws kernels within Glorot's limit and leaves biases at 0", () => {
  const moments = { mean: new Float32Array(10), scale: new Float32Array(10).fill(1) };
  const [hidden, top] = initialTower(moments, { units: [20, 4] }, createRng(1)).layers;
  for (const { inputs, units, kernel, bias } of [hidden, top]) {
    const limit = Math.sqrt(6 / (inputs + units));
    assert.ok(kernel.every((value) => Math.abs(value) <= limit));
    assert.ok(kernel.some((value) => Math.abs(value) > 0.8 * limit), "spread over the whole range");
    assert.ok(bias.every((value) => value === 0));
  }
  assert.deepEqual([hidden.kernel.length, top.kernel.length], [200, 80]);
});

Deno.test("forward() puts the rows that its first inputs name before the numbers", () => {
  // Tables: row 2 of the first is (5, 6), row 0 of the second 7; the number 9 → (9 − 1) · 2 = 16. The layer adds up.
  const tables = [
    { rows: 3, dimension: 2, values: Float32Array.of(1, 2, 3, 4, 5, 6) },
    { rows: 2, dimension: 1, values: Float32Array.of(7, 8) },
  ];
  const sum = { inputs: 4, units: 1, kernel: new Float32Array(4).fill(1), bias: new Float32Array(1) };
  const out = new Float32Array(1);
  const tower = { tables, mean: Float32Array.of(1), scale: Float32Array.of(2), layers: [sum], dropout: 0 };
  forward(tower, "dot")(Float32Array.of(2, 0, 9), 0, out, 0);
  near(out, [5 + 6 + 7 + 16]);
});

Deno.test("forward() leaves vectors their length for head dot alone", () => {
  const tower = initialTower(asTheyAre(3), { units: [4, 2] }, createRng(3));
  const lengthFor = (head: Head) => {
    const out = new Float64Array(2);
    forward(tower, head)(Float32Array.of(1, 2, 3), 0, out, 0);
    return Math.hypot(...out);
  };
  for (const head of ["line", "cosine", "logistic"] as const) near([lengthFor(head)], [1]);
  assert.ok(Math.abs(lengthFor("dot") - 1) > 0.1);
});

Deno.test("initialTower() begins tables small, and row 0 at 0", () => {
  const shape = { units: [2], tables: [{ rows: 9, dimension: 3 }] };
  const { tables: [{ values }], layers: [layer] } = initialTower(asTheyAre(1), shape, createRng(1));
  assert.deepEqual([...values.subarray(0, 3)], [0, 0, 0]);
  assert.ok(values.subarray(3).every((value) => value !== 0 && Math.abs(value) <= 0.05));
  assert.equal(layer.inputs, 3 + 1);
});
