import assert from "@std/assert";
import { createLine } from "../../../../models/two_tower/hybrid/line.ts";

Deno.test("createLine() lets the products that were computed stand for all of their kind", () => {
  const examples = {
    length: 6,
    stars: Float32Array.of(5, 4, 1, 2, 3, 2),
    means: new Float32Array(6).fill(3),
    weights: Float32Array.of(1, 1, 0, 0, 0, 0),
  };
  const line = createLine();
  line.add(Float32Array.of(2, 1, -1, 0, NaN, NaN), examples);
  // As if each of the two that were not found stood there twice.
  const twice = createLine();
  twice.add(Float32Array.of(2, 1, -1, -1, 0, 0), {
    ...examples,
    stars: Float32Array.of(5, 4, 1, 1, 2, 2),
  });
  assert.deepEqual(line.fit(), twice.fit());
});
