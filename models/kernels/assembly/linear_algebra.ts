// Dense linear algebra on symmetric matrices in float32, row by row, only the lower triangle being kept.
//
// The inverse is the sweep operator by blocks (Goodnight 1979): sweeping block K of A, with D = A_KK⁻¹,
//   A_IJ ← A_IJ − A_IK D A_KJ,   A_IK ← A_IK D,   A_KK ← −D      (I, J ≠ K)
// and after every block A holds −A⁻¹. It takes n³ operations, as Cholesky with inversion does, nearly all of them in
// one product of panels; a positive definite matrix needs no pivoting. n is a multiple of BLOCK.

import { madd } from "./simd";

const BLOCK: i32 = 64;
const STRIP: i32 = 8;

// @ts-ignore: decorator
@inline
function at(a: usize, i: i32): usize {
  return a + (<usize> i << 2);
}

// @ts-ignore: decorator
@inline
function at64(a: usize, i: i32): usize {
  return a + (<usize> i << 3);
}

/** L of a = L Lᵀ in float64 [n × n], in place, the lower triangle; 0: a is not positive definite. */
export function choleskyFactor64(a: usize, n: i32): i32 {
  for (let i = 0; i < n; i++) {
    const rowI = at64(a, i * n);
    for (let j = 0; j <= i; j++) {
      const rowJ = at64(a, j * n);
      let sum = load<f64>(at64(rowI, j));
      for (let k = 0; k < j; k++) sum -= load<f64>(at64(rowI, k)) * load<f64>(at64(rowJ, k));
      if (i === j) {
        if (!(sum > 0)) return 0;
        store<f64>(at64(rowI, i), Math.sqrt(sum));
      } else store<f64>(at64(rowI, j), sum / load<f64>(at64(rowJ, j)));
    }
  }
  return 1;
}

/** x ← (L Lᵀ)⁻¹ x in float64: forward, then back. */
export function choleskySolve64(l: usize, x: usize, n: i32): void {
  for (let i = 0; i < n; i++) {
    let sum = load<f64>(at64(x, i));
    for (let k = 0; k < i; k++) sum -= load<f64>(at64(l, i * n + k)) * load<f64>(at64(x, k));
    store<f64>(at64(x, i), sum / load<f64>(at64(l, i * n + i)));
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = load<f64>(at64(x, i));
    for (let k = i + 1; k < n; k++) sum -= load<f64>(at64(l, k * n + i)) * load<f64>(at64(x, k));
    store<f64>(at64(x, i), sum / load<f64>(at64(l, i * n + i)));
  }
}

/** Bytes of `room` that sweepBlock() needs for an n × n matrix. */
export function sweepRoom(n: i32): i32 {
  return 8 * BLOCK * BLOCK + 8 * BLOCK + 4 * BLOCK * BLOCK + 2 * 4 * BLOCK * n;
}

/** Sweeps rows and columns `first` … `first + 63` of a [n × n]; 0: a is not positive definite. */
export function sweepBlock(a: usize, n: i32, first: i32, room: usize): i32 {
  const wide = room;
  const column = wide + 8 * BLOCK * BLOCK;
  const d = column + 8 * BLOCK;
  const strips = d + 4 * BLOCK * BLOCK; // A_K: by strips of 8 columns [n / 8 × BLOCK × 8]
  const panel = strips + <usize> (4 * BLOCK * n); // A_:K D [n × BLOCK]
  if (!invertDiagonal(a, n, first, wide, column, d)) return 0;
  packStrips(a, n, first, strips);
  multiplyPanel(strips, d, panel, n);
  for (let i = 0; i < n; i += BLOCK) if (i !== first) updateRows(a, n, i, first, panel, strips);
  storePanel(a, n, first, panel, d);
  return 1;
}

/** d ← A_KK⁻¹ [BLOCK × BLOCK], by way of float64. */
function invertDiagonal(a: usize, n: i32, first: i32, wide: usize, column: usize, d: usize): bool {
  for (let i = 0; i < BLOCK; i++) {
    for (let j = 0; j <= i; j++) {
      store<f64>(at64(wide, i * BLOCK + j), <f64> load<f32>(at(a, (first + i) * n + first + j)));
    }
  }
  if (choleskyFactor64(wide, BLOCK) === 0) return false;
  for (let j = 0; j < BLOCK; j++) {
    for (let i = 0; i < BLOCK; i++) store<f64>(at64(column, i), i === j ? 1 : 0);
    choleskySolve64(wide, column, BLOCK);
    for (let i = 0; i < BLOCK; i++) store<f32>(at(d, i * BLOCK + j), <f32> load<f64>(at64(column, i)));
  }
  return true;
}

/** What stands left of and below A_KK, as the rows of K by strips of 8 columns. */
function packStrips(a: usize, n: i32, first: i32, strips: usize): void {
  for (let j = 0; j < n; j++) {
    const strip = at(strips, (j >> 3) * BLOCK * STRIP + (j & 7));
    if (j < first) {
      for (let k = 0; k < BLOCK; k++) store<f32>(at(strip, k * STRIP), load<f32>(at(a, (first + k) * n + j)));
    } else {
      const row = at(a, j * n + first);
      for (let k = 0; k < BLOCK; k++) store<f32>(at(strip, k * STRIP), load<f32>(at(row, k)));
    }
  }
}

/** panel ← (rows of K)ᵀ D. */
function multiplyPanel(strips: usize, d: usize, panel: usize, n: i32): void {
  for (let i = 0; i < n; i++) {
    const strip = at(strips, (i >> 3) * BLOCK * STRIP + (i & 7));
    for (let c = 0; c < BLOCK; c += 16) {
      let s0 = f32x4.splat(0);
      let s1 = s0;
      let s2 = s0;
      let s3 = s0;
      for (let k = 0; k < BLOCK; k++) {
        const x = v128.load32_splat(at(strip, k * STRIP));
        const row = at(d, k * BLOCK + c);
        s0 = madd(x, v128.load(row), s0);
        s1 = madd(x, v128.load(row, 16), s1);
        s2 = madd(x, v128.load(row, 32), s2);
        s3 = madd(x, v128.load(row, 48), s3);
      }
      const out = at(panel, i * BLOCK + c);
      v128.store(out, s0);
      v128.store(out, s1, 16);
      v128.store(out, s2, 32);
      v128.store(out, s3, 48);
    }
  }
}

/** A_IJ ← A_IJ − panel_I · strips_J for the block of rows at `i`, and every J ≤ I but K. */
function updateRows(a: usize, n: i32, i: i32, first: i32, panel: usize, strips: usize): void {
  for (let j = 0; j < i + BLOCK; j += STRIP) {
    if (j === first) {
      j += BLOCK - STRIP;
      continue;
    }
    const strip = at(strips, j * BLOCK);
    for (let r = i; r < i + BLOCK; r += 4) updateTile(at(a, r * n + j), n, at(panel, r * BLOCK), strip);
  }
}

/** Four rows by eight columns: the loop in which an inverse spends its time. */
// @ts-ignore: decorator
@inline
function updateTile(tile: usize, n: i32, rows: usize, strip: usize): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let b0 = a0;
  let b1 = a0;
  let c0 = a0;
  let c1 = a0;
  let e0 = a0;
  let e1 = a0;
  for (let k = 0; k < BLOCK; k++) {
    const x0 = v128.load(strip + (<usize> k << 5));
    const x1 = v128.load(strip + (<usize> k << 5), 16);
    const row = rows + (<usize> k << 2);
    const a = v128.load32_splat(row);
    a0 = madd(a, x0, a0);
    a1 = madd(a, x1, a1);
    const b = v128.load32_splat(row, 4 * 64);
    b0 = madd(b, x0, b0);
    b1 = madd(b, x1, b1);
    const c = v128.load32_splat(row, 8 * 64);
    c0 = madd(c, x0, c0);
    c1 = madd(c, x1, c1);
    const e = v128.load32_splat(row, 12 * 64);
    e0 = madd(e, x0, e0);
    e1 = madd(e, x1, e1);
  }
  const next = <usize> n << 2;
  subtract(tile, a0, a1);
  subtract(tile + next, b0, b1);
  subtract(tile + 2 * next, c0, c1);
  subtract(tile + 3 * next, e0, e1);
}

// @ts-ignore: decorator
@inline
function subtract(place: usize, x: v128, y: v128): void {
  v128.store(place, f32x4.sub(v128.load(place), x));
  v128.store(place, f32x4.sub(v128.load(place, 16), y), 16);
}

function storePanel(a: usize, n: i32, first: i32, panel: usize, d: usize): void {
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < BLOCK; k++) {
      if (i < first) store<f32>(at(a, (first + k) * n + i), load<f32>(at(panel, i * BLOCK + k)));
      else if (i >= first + BLOCK) store<f32>(at(a, i * n + first + k), load<f32>(at(panel, i * BLOCK + k)));
      else store<f32>(at(a, i * n + first + k), -load<f32>(at(d, (i - first) * BLOCK + k)));
    }
  }
}

/** a ← a + x xᵀ for sparse x: `count` entries at ascending or any `places`; a [n × n], both triangles' lower one. */
export function addOuterProduct(a: usize, n: i32, places: usize, values: usize, count: i32): void {
  for (let p = 0; p < count; p++) {
    const i = load<i32>(at(places, p));
    const x = load<f32>(at(values, p));
    for (let q = 0; q <= p; q++) {
      const j = load<i32>(at(places, q));
      const place = i > j ? at(a, i * n + j) : at(a, j * n + i);
      store<f32>(place, load<f32>(place) + x * load<f32>(at(values, q)));
    }
  }
}
