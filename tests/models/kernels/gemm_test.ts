import assert from "@std/assert";
import { type Kernels, openKernels } from "../../../models/kernels/kernels.ts";
import { createRng } from "../../../models/rng.ts";
import { CACHE } from "../../support/compute.ts";

/** [m, n, k]: below, at and above the tile of 6 × 8, and k beyond the 512 rows that are packed at once. */
const SHAPES = [[1, 1, 1], [5, 3, 2], [6, 8, 4], [7, 9, 5], [12, 16, 7], [25, 17, 600], [13, 33, 1030]];
const TURNS = { "A·B": 0, "Aᵀ·B": 1, "A·Bᵀ": 2, "Aᵀ·Bᵀ": 3 };

interface Case {
  m: number;
  n: number;
  k: number;
  turns: number;
  isSum: boolean;
}

/** The largest difference from the sum in doubles, by √k: rounding grows with it. */
function worst(kernels: Kernels, { m, n, k, turns, isSum }: Case): number {
  const rng = createRng(m * n + k + turns);
  const random = (length: number) => {
    const view = kernels.floats(length);
    return view.map((_, i) => view[i] = 2 * rng.uniform() - 1) && view;
  };
  const work = kernels.floats(kernels.kernel("gemmWork")(k, n) / 4);
  // Rows are longer than needed: strides are not widths.
  const [lda, ldb, ldc] = [(turns & 1 ? m : k) + 3, (turns & 2 ? k : n) + 1, n + 2];
  const a = random(lda * (turns & 1 ? k : m));
  const b = random(ldb * (turns & 2 ? n : k));
  const c = random(ldc * m);
  const before = c.slice();
  const [pa, pb, pc] = [a, b, c].map((view) => view.byteOffset);
  kernels.kernel("gemm")(turns, m, n, k, pa, lda, pb, ldb, pc, ldc, +isSum, work.byteOffset);
  let largest = 0;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < ldc; j++) {
      const was = before[i * ldc + j];
      let wanted = isSum || j >= n ? was : 0;
      for (let p = 0; p < k && j < n; p++) {
        wanted += (turns & 1 ? a[p * lda + i] : a[i * lda + p]) *
          (turns & 2 ? b[j * ldb + p] : b[p * ldb + j]);
      }
      largest = Math.max(largest, Math.abs(c[i * ldc + j] - wanted) / Math.sqrt(k));
    }
  }
  for (const view of [work, a, b, c]) kernels.free(view);
  return largest;
}

for (const simd of ["relaxed", "portable"] as const) {
  const kernels = await openKernels({ cache: CACHE, simd }, () => {});
  for (const [name, turns] of Object.entries(TURNS)) {
    Deno.test(`gemm() of ${name} equals the naive product for odd shapes and strides (${simd})`, () => {
      for (const [m, n, k] of SHAPES) {
        for (const isSum of [false, true]) {
          const difference = worst(kernels, { m, n, k, turns, isSum });
          assert.ok(difference < 1e-6, `${m} × ${n} × ${k}: off by ${difference}`);
        }
      }
    });
  }
}

Deno.test("gemm() gives a row the same bits whatever rows stand beside it", async () => {
  const kernels = await openKernels({ cache: CACHE, simd: "relaxed" }, () => {});
  const [n, k] = [20, 33];
  const rng = createRng(3);
  const [a, b, c, alone] = [7 * k, k * n, 7 * n, n].map((length) => kernels.floats(length));
  for (const view of [a, b]) view.forEach((_, i) => view[i] = rng.uniform());
  const work = kernels.floats(kernels.kernel("gemmWork")(k, n) / 4).byteOffset;
  const product = (m: number, from: number, to: Float32Array) =>
    kernels.kernel("gemm")(
      0,
      m,
      n,
      k,
      a.byteOffset + 4 * k * from,
      k,
      b.byteOffset,
      n,
      to.byteOffset,
      n,
      0,
      work,
    );
  product(7, 0, c);
  for (let row = 0; row < 7; row++) {
    product(1, row, alone);
    assert.deepEqual([...alone], [...c.subarray(row * n, (row + 1) * n)]);
  }
});
