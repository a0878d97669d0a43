// One side of alternating least squares: each row's vector, the other side's being fixed.
//
//   w_u = argmin Σ_{i∈u} c_ui (ŷ_ui − t_ui)² + α₀ Σ_i ŷ_ui² + λ_u |w|²,   ŷ_ui = ⟨w, h_i⟩
//       ⇔ (α₀ HᵀH + Σ c_ui h_i h_iᵀ + λ_u I) w = Σ c_ui t_ui h_i
//
// (Hu, Koren & Volinsky 2008: HᵀH is the same for every row.) float32; d is a multiple of 8.

import { madd } from "./simd";
import { dot } from "./vectors";

// @ts-ignore: decorator
@inline
function at(a: usize, i: i32): usize {
  return a + (<usize> i << 2);
}

/** gram ← scale · HᵀH [d × d] of vectors H [n × d]; `block` is room for 256 rows. */
export function gramMatrix(gram: usize, vectors: usize, n: i32, d: i32, scale: f32): void {
  memory.fill(gram, 0, 4 * d * d);
  for (let from = 0; from < n; from += 256) {
    addProducts(gram, at(vectors, from * d), at(vectors, from * d), min(256, n - from), d);
  }
  for (let i = 0; i < d * d; i++) store<f32>(at(gram, i), load<f32>(at(gram, i)) * scale);
  mirror(gram, d);
}

/** a ← a + Σ_k x_k y_kᵀ for x, y [n × d]: tiles of 4 × 8 whose corner is not above the diagonal. */
function addProducts(a: usize, x: usize, y: usize, n: i32, d: i32): void {
  for (let i = 0; i < d; i += 4) {
    for (let j = 0; j <= i + 3; j += 8) addTile(at(a, i * d + j), at(x, i), at(y, j), n, d);
  }
}

// @ts-ignore: decorator
@inline
function addTile(tile: usize, x: usize, y: usize, n: i32, d: i32): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let b0 = a0;
  let b1 = a0;
  let c0 = a0;
  let c1 = a0;
  let e0 = a0;
  let e1 = a0;
  const next = <usize> d << 2;
  for (let k = 0; k < n; k++) {
    const y0 = v128.load(y);
    const y1 = v128.load(y, 16);
    const a = v128.load32_splat(x);
    a0 = madd(a, y0, a0);
    a1 = madd(a, y1, a1);
    const b = v128.load32_splat(x, 4);
    b0 = madd(b, y0, b0);
    b1 = madd(b, y1, b1);
    const c = v128.load32_splat(x, 8);
    c0 = madd(c, y0, c0);
    c1 = madd(c, y1, c1);
    const e = v128.load32_splat(x, 12);
    e0 = madd(e, y0, e0);
    e1 = madd(e, y1, e1);
    x += next;
    y += next;
  }
  accumulate(tile, a0, a1);
  accumulate(tile + next, b0, b1);
  accumulate(tile + 2 * next, c0, c1);
  accumulate(tile + 3 * next, e0, e1);
}

// @ts-ignore: decorator
@inline
function accumulate(place: usize, x: v128, y: v128): void {
  v128.store(place, f32x4.add(v128.load(place), x));
  v128.store(place, f32x4.add(v128.load(place, 16), y), 16);
}

function mirror(a: usize, d: i32): void {
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < i; j++) store<f32>(at(a, j * d + i), load<f32>(at(a, i * d + j)));
  }
}

/** y ← y + c·x for d numbers. */
// @ts-ignore: decorator
@inline
function addScaled(y: usize, x: usize, c: f32, d: i32): void {
  const factor = f32x4.splat(c);
  for (let k = 0; k < d; k += 4) v128.store(at(y, k), madd(factor, v128.load(at(x, k)), v128.load(at(y, k))));
}

/** Bytes of `room` that solveRows() needs: a block of rows twice, a matrix, six vectors. */
export function solveRoom(d: i32): i32 {
  return 4 * (2 * 256 * d + d * d + 6 * d);
}

/**
 * Vectors `out` [nRows × d] of rows whose entries are starts[r] … starts[r + 1] − 1 of `columns` (rows of `fixed`),
 * `confidences` c, `targets` t. `gram` is α₀ HᵀH; `penalties` λ by row. `steps` 0: Cholesky, exact. Else as many
 * steps of conjugate gradient from what `out` holds. Returns how many rows had no positive definite system.
 */
export function solveRows(
  out: usize, nRows: i32, d: i32, starts: usize, columns: usize, confidences: usize, targets: usize,
  fixed: usize, gram: usize, penalties: usize, steps: i32, room: usize,
): i32 {
  let failed = 0;
  const right = room + <usize> (4 * (2 * 256 * d + d * d));
  for (let r = 0; r < nRows; r++) {
    const from = load<i32>(at(starts, r));
    const n = load<i32>(at(starts, r + 1)) - from;
    const w = at(out, r * d);
    memory.fill(right, 0, 4 * d);
    for (let k = from; k < from + n; k++) {
      const c = load<f32>(at(confidences, k)) * load<f32>(at(targets, k));
      addScaled(right, at(fixed, load<i32>(at(columns, k)) * d), c, d);
    }
    const c = at(confidences, from);
    const places = at(columns, from);
    const penalty = load<f32>(at(penalties, r));
    if (steps > 0) conjugateGradient(w, d, n, places, c, fixed, gram, penalty, steps, right);
    else failed += solveExactly(w, d, n, places, c, fixed, gram, penalty, room, right);
  }
  return failed;
}

function solveExactly(
  w: usize, d: i32, n: i32, places: usize, confidences: usize, fixed: usize, gram: usize, penalty: f32, room: usize,
  right: usize,
): i32 {
  const scaled = at(room, 256 * d);
  const matrix = at(scaled, 256 * d);
  memory.copy(matrix, gram, 4 * d * d);
  for (let i = 0; i < d; i++) {
    const place = at(matrix, i * d + i);
    store<f32>(place, load<f32>(place) + penalty);
  }
  for (let from = 0; from < n; from += 256) {
    const size = min(256, n - from);
    for (let k = 0; k < size; k++) {
      const h = at(fixed, load<i32>(at(places, from + k)) * d);
      const c = f32x4.splat(load<f32>(at(confidences, from + k)));
      for (let j = 0; j < d; j += 4) {
        const x = v128.load(at(h, j));
        v128.store(at(room, k * d + j), x);
        v128.store(at(scaled, k * d + j), f32x4.mul(x, c));
      }
    }
    addProducts(matrix, scaled, room, size, d);
  }
  memory.copy(w, right, 4 * d);
  if (!factor(matrix, d)) {
    memory.fill(w, 0, 4 * d);
    return 1;
  }
  for (let i = 0; i < d; i++) {
    const sum = load<f32>(at(w, i)) - dot(at(matrix, i * d), w, i);
    store<f32>(at(w, i), sum / load<f32>(at(matrix, i * d + i)));
  }
  for (let i = d - 1; i >= 0; i--) {
    const x = load<f32>(at(w, i)) / load<f32>(at(matrix, i * d + i));
    store<f32>(at(w, i), x);
    for (let k = 0; k < i; k++) {
      store<f32>(at(w, k), load<f32>(at(w, k)) - x * load<f32>(at(matrix, i * d + k)));
    }
  }
  return 0;
}

/** L of a = L Lᵀ in float32 [d × d], in place, row by row. */
function factor(a: usize, d: i32): bool {
  for (let i = 0; i < d; i++) {
    const row = at(a, i * d);
    for (let j = 0; j < i; j++) {
      const sum = load<f32>(at(row, j)) - dot(row, at(a, j * d), j);
      store<f32>(at(row, j), sum / load<f32>(at(a, j * d + j)));
    }
    const sum = load<f32>(at(row, i)) - dot(row, row, i);
    if (!(sum > 0)) return false;
    store<f32>(at(row, i), <f32> Math.sqrt(<f64> sum));
  }
  return true;
}

/** Hestenes & Stiefel 1952, from w; `right` is followed by room for four vectors. */
function conjugateGradient(
  w: usize, d: i32, n: i32, places: usize, confidences: usize, fixed: usize, gram: usize, penalty: f32, steps: i32,
  right: usize,
): void {
  const product = at(right, d);
  const residual = at(product, d);
  const direction = at(residual, d);
  multiply(product, w, d, n, places, confidences, fixed, gram, penalty);
  memory.copy(residual, right, 4 * d);
  addScaled(residual, product, -1, d);
  memory.copy(direction, residual, 4 * d);
  let norm = dot(residual, residual, d);
  for (let step = 0; step < steps && norm > 1e-20; step++) {
    multiply(product, direction, d, n, places, confidences, fixed, gram, penalty);
    const size = norm / dot(direction, product, d);
    addScaled(w, direction, size, d);
    addScaled(residual, product, -size, d);
    const next = dot(residual, residual, d);
    const share = f32x4.splat(next / norm);
    for (let k = 0; k < d; k += 4) {
      v128.store(at(direction, k), madd(share, v128.load(at(direction, k)), v128.load(at(residual, k))));
    }
    norm = next;
  }
}

/** out ← (gram + Σ c h hᵀ + λI) v. */
function multiply(
  out: usize, v: usize, d: i32, n: i32, places: usize, confidences: usize, fixed: usize, gram: usize, penalty: f32,
): void {
  for (let i = 0; i < d; i++) {
    store<f32>(at(out, i), dot(at(gram, i * d), v, d) + penalty * load<f32>(at(v, i)));
  }
  for (let k = 0; k < n; k++) {
    const h = at(fixed, load<i32>(at(places, k)) * d);
    addScaled(out, h, load<f32>(at(confidences, k)) * dot(h, v, d), d);
  }
}
