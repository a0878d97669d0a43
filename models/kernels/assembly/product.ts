// C = A·B in float32, B in panels (see packing.ts), by tiles of 6 × 8 sums that stay in registers.
//
// Each sum runs over p = 0 … k − 1 in this order, whatever the tile: a row of C does not depend on its neighbours.
// After Goto & van de Geijn 2008; with sixteen 128-bit registers 6 × 8 needs twelve for the sums, two for B, one for A.

import { madd } from "./simd";
import { WIDE } from "./packing";

const TALL: i32 = 6;
/** Rows of A that are multiplied by a panel while it is in the first-level cache. */
const BLOCK: i32 = 4 * TALL;

/** What happens to a finished sum: added to what is there, cut at 0, and zeroed where `mask` ≤ 0. */
let isAdded: bool = false;
let isCut: bool = false;
let mask: usize = 0;
let maskStride: usize = 0;

/** Sets what happens to the sums of the products to come. Flags: 1 add, 2 cut at 0 (ReLU). */
export function setFinish(flags: i32, theMask: usize, stride: usize): void {
  isAdded = (flags & 1) != 0;
  isCut = (flags & 2) != 0;
  mask = theMask;
  maskStride = stride;
}

/** C [m × n] = A [m × k] · panels; strides in bytes. */
export function multiply(
  a: usize, aStride: usize, panels: usize, c: usize, cStride: usize, m: i32, n: i32, k: i32,
): void {
  const panel = <usize> (k + 1) << 5;
  for (let i = 0; i < m; i += BLOCK) {
    const end = min(m, i + BLOCK);
    let b = panels;
    for (let j = 0; j < n; j += WIDE) {
      const columns = min(WIDE, n - j);
      for (let row = i; row < end; row += TALL) {
        const at = <usize> row;
        tile(a + at * aStride, aStride, b, c + at * cStride + (<usize> j << 2), cStride, min(TALL, m - row), columns, k, row, j);
      }
      b += panel;
    }
  }
}

/** C [m × n] = Aᵀ · panels, where A [k × m]. May read up to five numbers past the end of A. */
export function multiplyTurned(
  a: usize, aStride: usize, panels: usize, c: usize, cStride: usize, m: i32, n: i32, k: i32,
): void {
  const panel = <usize> (k + 1) << 5;
  for (let i = 0; i < m; i += TALL) {
    const rows = min(TALL, m - i);
    let b = panels;
    for (let j = 0; j < n; j += WIDE) {
      tileTurned(a, aStride, b, c + (<usize> j << 2), cStride, rows, min(WIDE, n - j), k, i, j);
      b += panel;
    }
    a += TALL * 4;
    c += 6 * cStride;
  }
}

function tile(
  a: usize, aStride: usize, b: usize, c: usize, cStride: usize, rows: i32, columns: i32, k: i32, i: i32, j: i32,
): void {
  // Rows that are not there repeat the last one, and are not stored.
  let a0 = a;
  let a1 = rows > 1 ? a0 + aStride : a0;
  let a2 = rows > 2 ? a1 + aStride : a1;
  let a3 = rows > 3 ? a2 + aStride : a2;
  let a4 = rows > 4 ? a3 + aStride : a3;
  let a5 = rows > 5 ? a4 + aStride : a4;
  let l0 = v128.load(b);
  let h0 = v128.load(b, 16);
  let l1 = l0, h1 = h0, l2 = l0, h2 = h0, l3 = l0, h3 = h0, l4 = l0, h4 = h0, l5 = l0, h5 = h0;
  b += 32;
  let p = k;
  for (; p >= 2; p -= 2) {
    let low = v128.load(b);
    let high = v128.load(b, 16);
    let x = v128.load32_splat(a0);
    l0 = madd(x, low, l0);
    h0 = madd(x, high, h0);
    x = v128.load32_splat(a1);
    l1 = madd(x, low, l1);
    h1 = madd(x, high, h1);
    x = v128.load32_splat(a2);
    l2 = madd(x, low, l2);
    h2 = madd(x, high, h2);
    x = v128.load32_splat(a3);
    l3 = madd(x, low, l3);
    h3 = madd(x, high, h3);
    x = v128.load32_splat(a4);
    l4 = madd(x, low, l4);
    h4 = madd(x, high, h4);
    x = v128.load32_splat(a5);
    l5 = madd(x, low, l5);
    h5 = madd(x, high, h5);
    low = v128.load(b, 32);
    high = v128.load(b, 48);
    x = v128.load32_splat(a0, 4);
    l0 = madd(x, low, l0);
    h0 = madd(x, high, h0);
    x = v128.load32_splat(a1, 4);
    l1 = madd(x, low, l1);
    h1 = madd(x, high, h1);
    x = v128.load32_splat(a2, 4);
    l2 = madd(x, low, l2);
    h2 = madd(x, high, h2);
    x = v128.load32_splat(a3, 4);
    l3 = madd(x, low, l3);
    h3 = madd(x, high, h3);
    x = v128.load32_splat(a4, 4);
    l4 = madd(x, low, l4);
    h4 = madd(x, high, h4);
    x = v128.load32_splat(a5, 4);
    l5 = madd(x, low, l5);
    h5 = madd(x, high, h5);
    a0 += 8;
    a1 += 8;
    a2 += 8;
    a3 += 8;
    a4 += 8;
    a5 += 8;
    b += 64;
  }
  if (p > 0) {
    const low = v128.load(b);
    const high = v128.load(b, 16);
    let x = v128.load32_splat(a0);
    l0 = madd(x, low, l0);
    h0 = madd(x, high, h0);
    x = v128.load32_splat(a1);
    l1 = madd(x, low, l1);
    h1 = madd(x, high, h1);
    x = v128.load32_splat(a2);
    l2 = madd(x, low, l2);
    h2 = madd(x, high, h2);
    x = v128.load32_splat(a3);
    l3 = madd(x, low, l3);
    h3 = madd(x, high, h3);
    x = v128.load32_splat(a4);
    l4 = madd(x, low, l4);
    h4 = madd(x, high, h4);
    x = v128.load32_splat(a5);
    l5 = madd(x, low, l5);
    h5 = madd(x, high, h5);
  }
  let at = maskOf(i, j);
  finish(c, l0, h0, columns, at);
  if (rows > 1) finish(c + cStride, l1, h1, columns, at + maskStride);
  if (rows > 2) finish(c + 2 * cStride, l2, h2, columns, at + 2 * maskStride);
  if (rows > 3) finish(c + 3 * cStride, l3, h3, columns, at + 3 * maskStride);
  if (rows > 4) finish(c + 4 * cStride, l4, h4, columns, at + 4 * maskStride);
  if (rows > 5) finish(c + 5 * cStride, l5, h5, columns, at + 5 * maskStride);
}

function tileTurned(
  a: usize, aStride: usize, b: usize, c: usize, cStride: usize, rows: i32, columns: i32, k: i32, i: i32, j: i32,
): void {
  let l0 = v128.load(b);
  let h0 = v128.load(b, 16);
  let l1 = l0, h1 = h0, l2 = l0, h2 = h0, l3 = l0, h3 = h0, l4 = l0, h4 = h0, l5 = l0, h5 = h0;
  b += 32;
  let p = k;
  for (; p >= 2; p -= 2) {
    const second = a + aStride;
    let low = v128.load(b);
    let high = v128.load(b, 16);
    let x = v128.load32_splat(a);
    l0 = madd(x, low, l0);
    h0 = madd(x, high, h0);
    x = v128.load32_splat(a, 4);
    l1 = madd(x, low, l1);
    h1 = madd(x, high, h1);
    x = v128.load32_splat(a, 8);
    l2 = madd(x, low, l2);
    h2 = madd(x, high, h2);
    x = v128.load32_splat(a, 12);
    l3 = madd(x, low, l3);
    h3 = madd(x, high, h3);
    x = v128.load32_splat(a, 16);
    l4 = madd(x, low, l4);
    h4 = madd(x, high, h4);
    x = v128.load32_splat(a, 20);
    l5 = madd(x, low, l5);
    h5 = madd(x, high, h5);
    low = v128.load(b, 32);
    high = v128.load(b, 48);
    x = v128.load32_splat(second);
    l0 = madd(x, low, l0);
    h0 = madd(x, high, h0);
    x = v128.load32_splat(second, 4);
    l1 = madd(x, low, l1);
    h1 = madd(x, high, h1);
    x = v128.load32_splat(second, 8);
    l2 = madd(x, low, l2);
    h2 = madd(x, high, h2);
    x = v128.load32_splat(second, 12);
    l3 = madd(x, low, l3);
    h3 = madd(x, high, h3);
    x = v128.load32_splat(second, 16);
    l4 = madd(x, low, l4);
    h4 = madd(x, high, h4);
    x = v128.load32_splat(second, 20);
    l5 = madd(x, low, l5);
    h5 = madd(x, high, h5);
    a = second + aStride;
    b += 64;
  }
  if (p > 0) {
    const low = v128.load(b);
    const high = v128.load(b, 16);
    let x = v128.load32_splat(a);
    l0 = madd(x, low, l0);
    h0 = madd(x, high, h0);
    x = v128.load32_splat(a, 4);
    l1 = madd(x, low, l1);
    h1 = madd(x, high, h1);
    x = v128.load32_splat(a, 8);
    l2 = madd(x, low, l2);
    h2 = madd(x, high, h2);
    x = v128.load32_splat(a, 12);
    l3 = madd(x, low, l3);
    h3 = madd(x, high, h3);
    x = v128.load32_splat(a, 16);
    l4 = madd(x, low, l4);
    h4 = madd(x, high, h4);
    x = v128.load32_splat(a, 20);
    l5 = madd(x, low, l5);
    h5 = madd(x, high, h5);
  }
  let at = maskOf(i, j);
  finish(c, l0, h0, columns, at);
  if (rows > 1) finish(c + cStride, l1, h1, columns, at + maskStride);
  if (rows > 2) finish(c + 2 * cStride, l2, h2, columns, at + 2 * maskStride);
  if (rows > 3) finish(c + 3 * cStride, l3, h3, columns, at + 3 * maskStride);
  if (rows > 4) finish(c + 4 * cStride, l4, h4, columns, at + 4 * maskStride);
  if (rows > 5) finish(c + 5 * cStride, l5, h5, columns, at + 5 * maskStride);
}

// @ts-ignore: decorator
@inline
function maskOf(i: i32, j: i32): usize {
  return mask == 0 ? 0 : mask + <usize> i * maskStride + (<usize> j << 2);
}

// @ts-ignore: decorator
@inline
function finish(c: usize, low: v128, high: v128, columns: i32, at: usize): void {
  if (columns < WIDE) {
    finishEdge(c, low, high, columns, at);
    return;
  }
  if (isAdded) {
    low = f32x4.add(low, v128.load(c));
    high = f32x4.add(high, v128.load(c, 16));
  }
  if (isCut) {
    // pmax(a, b) is one instruction: b > a ? b : a.
    low = f32x4.pmax(low, f32x4.splat(0));
    high = f32x4.pmax(high, f32x4.splat(0));
  }
  if (mask != 0) {
    low = v128.and(low, f32x4.gt(v128.load(at), f32x4.splat(0)));
    high = v128.and(high, f32x4.gt(v128.load(at, 16), f32x4.splat(0)));
  }
  v128.store(c, low);
  v128.store(c, high, 16);
}

/** Fewer than eight columns. */
function finishEdge(c: usize, low: v128, high: v128, columns: i32, at: usize): void {
  if (columns > 4) {
    finishFour(c, low, 4, at);
    finishFour(c + 16, high, columns - 4, at + 16);
  } else finishFour(c, low, columns, at);
}

function finishFour(c: usize, sums: v128, columns: i32, at: usize): void {
  for (let j = 0; j < columns; j++) {
    let sum = f32x4.extract_lane(sums, 0);
    const to = c + (<usize> j << 2);
    if (isAdded) sum += load<f32>(to);
    if (isCut) sum = max<f32>(sum, 0);
    if (mask != 0 && !(load<f32>(at + (<usize> j << 2)) > 0)) sum = 0;
    store<f32>(to, sum);
    sums = v128.shuffle<f32>(sums, sums, 1, 2, 3, 0);
  }
}
