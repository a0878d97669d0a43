// C (+)= op(A)·op(B) for matrices of any size, strides in numbers; `work` has room for `gemmWork(k, n)` bytes.

import { multiply, multiplyTurned, setFinish } from "./product";
import { packColumns, packRows, panelBytes } from "./packing";

/** Rows of B that are packed at once: a panel of them (16 KiB) stays in the first-level cache. */
const DEEP: i32 = 512;

/** Bytes of working room for op(B) [k × n]. */
export function gemmWork(k: i32, n: i32): i32 {
  return panelBytes(min(k, DEEP), n);
}

/** Turns: 1 for Aᵀ (A is [k × m]), 2 for Bᵀ (B is [n × k]). With `isSum` the product is added to C. */
export function gemm(
  turns: i32, m: i32, n: i32, k: i32, a: usize, lda: i32, b: usize, ldb: i32, c: usize, ldc: i32, isSum: i32, work: usize,
): void {
  const aStride = <usize> lda << 2;
  const bStride = <usize> ldb << 2;
  const cStride = <usize> ldc << 2;
  for (let p = 0; p < k; p += DEEP) {
    const depth = min(DEEP, k - p);
    if (turns & 2) packColumns(b + (<usize> p << 2), bStride, depth, n, work);
    else packRows(b + <usize> p * bStride, bStride, depth, n, 0, work);
    setFinish(isSum || p > 0 ? 1 : 0, 0, 0);
    if (turns & 1) multiplyTurned(a + <usize> p * aStride, aStride, work, c, cStride, m, n, depth);
    else multiply(a + (<usize> p << 2), aStride, work, c, cStride, m, n, depth);
  }
}
