import assert from "@std/assert";
import type { SparseRows } from "../../../models/interactions.ts";
import { openKernels } from "../../../models/kernels/kernels.ts";
import { gramOf, invert } from "../../../models/kernels/linear_algebra.ts";
import { createRng } from "../../../models/rng.ts";
import { CACHE } from "../../support/compute.ts";

const signal = new AbortController().signal;
const BUILDS = ["relaxed", "portable"] as const;

/** Rows with `each` entries at random places, in no order. */
function randomRows(nRows: number, nColumns: number, each: number): SparseRows {
  const rng = createRng(3);
  const columns = Int32Array.from(
    Array.from({ length: nRows }, () => {
      const places = new Set<number>();
      while (places.size < each) places.add(rng.below(nColumns));
      return [...places];
    }).flat(),
  );
  const values = Float32Array.from(columns, () => 0.5 + rng.below(4) / 2);
  const starts = Int32Array.from({ length: nRows + 1 }, (_, row) => row * each);
  return { nRows, nColumns, starts, columns, values };
}

Deno.test("gramOf() is XᵀX + ridge · I, and invert() its inverse, at sizes around the block", async () => {
  for (const simd of BUILDS) {
    const kernels = await openKernels({ cache: CACHE, simd }, () => {});
    for (const n of [5, 64, 100, 200]) {
      const rows = randomRows(80, n, 4);
      const dense = Array.from({ length: 80 }, (_, r) => {
        const x = new Float64Array(n);
        for (let k = rows.starts[r]; k < rows.starts[r + 1]; k++) x[rows.columns[k]] = rows.values[k];
        return x;
      });
      const gram = Array.from({ length: n }, (_, i) => new Float64Array(n).fill(2, i, i + 1));
      for (const x of dense) x.forEach((v, i) => v && x.forEach((w, j) => gram[i][j] += v * w));
      const matrix = await gramOf(kernels, rows, { ridge: 2, signal });
      for (let i = 0; i < n; i++) {
        for (let j = 0; j <= i; j++) assert.equal(matrix.values[i * matrix.stride + j], gram[i][j]);
      }
      await invert(kernels, matrix, signal);
      let worst = 0;
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          let product = i === j ? -1 : 0;
          for (let k = 0; k < n; k++) product += gram[i][k] * matrix.values[k * matrix.stride + j];
          worst = Math.max(worst, Math.abs(product));
        }
      }
      assert.ok(worst < 1e-4, `${simd}, ${n}: A · A⁻¹ is off the identity by ${worst}`);
      kernels.free(matrix.values);
    }
  }
});

Deno.test("invert() refuses what is not positive definite, and says what to do", async () => {
  const kernels = await openKernels({ cache: CACHE, simd: "portable" }, () => {});
  const matrix = await gramOf(kernels, randomRows(1, 70, 2), { ridge: 0, signal });
  await assert.rejects(invert(kernels, matrix, signal), /70 rows.*not positive definite.*larger ridge/);
});

Deno.test("choleskyFactor64() and choleskySolve64() solve a system that was worked out by hand", async () => {
  const kernels = await openKernels({ cache: CACHE, simd: "portable" }, () => {});
  // [[4, 2], [2, 5]] = L Lᵀ with L = [[2, 0], [1, 2]]; [[4, 2], [2, 5]] · (1, 2) = (8, 12).
  const [a, x] = [kernels.doubles(4), kernels.doubles(2)];
  a.set([4, NaN, 2, 5]);
  x.set([8, 12]);
  assert.equal(kernels.kernel("choleskyFactor64")(a.byteOffset, 2), 1);
  assert.deepEqual([a[0], a[2], a[3]], [2, 1, 2]);
  kernels.kernel("choleskySolve64")(a.byteOffset, x.byteOffset, 2);
  assert.deepEqual([...x], [1, 2]);
});
