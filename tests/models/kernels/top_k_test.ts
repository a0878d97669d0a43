import assert from "@std/assert";
import { openKernels } from "../../../models/kernels/kernels.ts";
import { createTopK } from "../../../models/kernels/top_k.ts";
import { createRng } from "../../../models/rng.ts";
import { CACHE } from "../../support/compute.ts";

const BUILDS = ["relaxed", "portable"] as const;

/** Small whole numbers: products are exact, and equal scores abound. */
function whole(n: number, seed: number): Float32Array {
  const rng = createRng(seed);
  return Float32Array.from({ length: n }, () => rng.below(5) - 2);
}

Deno.test("createTopK() finds what sorting all scores finds, equal ones by row, none that is masked", async () => {
  for (const simd of BUILDS) {
    const kernels = await openKernels({ cache: CACHE, simd }, () => {});
    for (const [n, d, k] of [[1, 1, 3], [40, 3, 10], [200, 8, 7], [333, 65, 50], [64, 12, 64]]) {
      const [vectors, query] = [whole(n * d, n), whole(d, d)];
      const masked = new Set([0, 3, n - 1].filter((row) => n > 1 && row < n));
      using best = createTopK(kernels, vectors, { dimension: d, k });
      const dot = (row: number) => query.reduce((sum, x, i) => sum + x * vectors[row * d + i], 0);
      const wanted = Array.from({ length: n }, (_, row) => row)
        .filter((row) => !masked.has(row))
        .sort((a, b) => dot(b) - dot(a) || a - b)
        .slice(0, k);
      for (let time = 0; time < 2; time++) {
        const { rows, scores } = best.find(query, masked);
        assert.deepEqual([...rows], wanted, `${n} × ${d}, ${simd}`);
        assert.deepEqual([...scores], wanted.map(dot));
      }
      assert.equal(best.find(query, []).rows.length, Math.min(n, k));
    }
  }
});

Deno.test("createTopK() refuses vectors that are no whole rows", async () => {
  const kernels = await openKernels({ cache: CACHE, simd: "portable" }, () => {});
  assert.throws(() => createTopK(kernels, new Float32Array(7), { dimension: 2, k: 1 }), RangeError);
});
