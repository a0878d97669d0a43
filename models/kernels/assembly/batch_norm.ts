// Batch normalisation (Ioffe & Szegedy 2015) over the whole batch: y = γ (x − μ) / √(σ² + ε) + β.
//
// Means are taken over all shards, so the layer parts a program into phases: sums, then y; on the way back sums, then dx.
// Sums are float64: σ² is a small difference of large ones.

import { isKept, keyOf, rowCounter, STEPS } from "./dice";
import { madd } from "./simd";
import { address, batchRows, count, nShards, real, rows, shard, stride, tensor } from "./state";

/** Rows that are summed in float32 before they go into float64: fast, and no worse than 10⁻⁶. */
const CHUNK: i32 = 32;

/** Leaves [Σ x, Σ x²] of the shard: [x, stride, width (multiple of 4), sums] */
export function columnSums(): void {
  const width = count(2);
  const out = address(3) + <usize> shard * (<usize> width << 4);
  memory.fill(out, 0, <usize> width << 4);
  for (let from = 0; from < rows; from += CHUNK) {
    const n = min(CHUNK, rows - from);
    const first = tensor(0) + <usize> from * stride(0);
    for (let k = 0; k < width; k += 4) {
      let x = first + (<usize> k << 2);
      let sum = f32x4.splat(0);
      let squares = f32x4.splat(0);
      for (let row = 0; row < n; row++) {
        const four = v128.load(x);
        sum = f32x4.add(sum, four);
        squares = madd(four, four, squares);
        x += stride(0);
      }
      addWide(out + (<usize> k << 3), sum);
      addWide(out + (<usize> (width + k) << 3), squares);
    }
  }
}

/** Adds four float32 to four float64. */
// @ts-ignore: decorator
@inline
function addWide(to: usize, four: v128): void {
  const high = v128.shuffle<f32>(four, four, 2, 3, 2, 3);
  v128.store(to, f64x2.add(v128.load(to), f64x2.promote_low_f32x4(four)));
  v128.store(to, f64x2.add(v128.load(to, 16), f64x2.promote_low_f32x4(high)), 16);
}

/**
 * y from x, with μ and 1/√(σ² + ε) of the batch, which shard 0 keeps for the way back and the moving averages:
 * [x, stride, width, sums, γ, β, y, stride, kept: μ, 1/√(σ² + ε), σ² (3 × width), scratch (2 × width), ε,
 *  threshold, 1 / (1 − p), seed, layer]: with a threshold, dropout follows (see `dice.ts`).
 */
export function batchNorm(): void {
  const width = count(2);
  const sums = address(3);
  const kept = address(8);
  const scale = address(9);
  const shift = scale + (<usize> width << 2);
  const step = <usize> width << 2;
  for (let k = 0; k < width; k++) {
    const i = <usize> k << 2;
    let sum: f64 = 0;
    let squares: f64 = 0;
    for (let s = 0; s < nShards; s++) {
      const at = sums + <usize> s * (<usize> width << 4) + (<usize> k << 3);
      sum += load<f64>(at);
      squares += load<f64>(at + (<usize> width << 3));
    }
    const mean = sum / batchRows;
    const variance = max<f64>(squares / batchRows - mean * mean, 0);
    const inverse = 1 / sqrt<f64>(variance + real(10));
    if (shard == 0) {
      store<f32>(kept + i, <f32> mean);
      store<f32>(kept + step + i, <f32> inverse);
      store<f32>(kept + 2 * step + i, <f32> variance);
    }
    const gain = load<f32>(address(4) + i) * inverse;
    const spread = <f64> real(12);
    store<f32>(scale + i, <f32> (gain * spread));
    store<f32>(shift + i, <f32> ((load<f32>(address(5) + i) - gain * mean) * spread));
  }
  if (count(11) != 0) affineKept(scale, shift, width);
  else affine(scale, shift, width);
}

/** The same with moving averages: [x, stride, width, μ, γ, β, y, stride, σ², scratch (2 × width), ε] */
export function batchNormFrozen(): void {
  const width = count(2);
  const scale = address(9);
  const shift = scale + (<usize> width << 2);
  for (let k = 0; k < width; k++) {
    const i = <usize> k << 2;
    const gain = load<f32>(address(4) + i) / sqrt<f64>(<f64> load<f32>(address(8) + i) + real(10));
    store<f32>(scale + i, <f32> gain);
    store<f32>(shift + i, <f32> (load<f32>(address(5) + i) - gain * load<f32>(address(3) + i)));
  }
  affine(scale, shift, width);
}

/** y (operand 6) = scale ∘ x (operand 0) + shift. */
function affine(scale: usize, shift: usize, width: i32): void {
  let x = tensor(0);
  let y = tensor(6);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < width; k += 4) {
      const i = <usize> k << 2;
      v128.store(y + i, f32x4.add(f32x4.mul(v128.load(x + i), v128.load(scale + i)), v128.load(shift + i)));
    }
    x += stride(0);
    y += stride(6);
  }
}

/** y = scale ∘ x + shift where kept, else 0. */
function affineKept(scale: usize, shift: usize, width: i32): void {
  const threshold = i32x4.splat(count(11));
  const key = keyOf(address(13), count(14));
  const bytes = <usize> width << 2;
  let x = tensor(0);
  let y = tensor(6);
  for (let row = 0; row < rows; row++) {
    let counter = rowCounter(key, row);
    for (let i: usize = 0; i < bytes; i += 16) {
      const value = madd(v128.load(x + i), v128.load(scale + i), v128.load(shift + i));
      v128.store(y + i, v128.and(value, isKept(counter, threshold)));
      counter = i32x4.add(counter, i32x4.splat(STEPS));
    }
    x += stride(0);
    y += stride(6);
  }
}

/**
 * Leaves [Σ dy, Σ dy x̂] of the shard, and as dβ and dγ: [x, stride, width, dy, stride, kept, sums, dγ, dβ,
 * threshold, 1 / (1 − p), seed, layer]; with a threshold, dy goes back through dropout first.
 */
export function batchNormSums(): void {
  const width = count(2);
  const step = <usize> width << 2;
  const out = address(6) + <usize> shard * (<usize> width << 4);
  if (count(9) != 0) dropBack(width);
  memory.fill(out, 0, <usize> width << 4);
  for (let from = 0; from < rows; from += CHUNK) {
    const n = min(CHUNK, rows - from);
    for (let i: usize = 0; i < step; i += 16) {
      const mean = v128.load(address(5) + i);
      let x = tensor(0) + <usize> from * stride(0) + i;
      let dy = tensor(3) + <usize> from * stride(3) + i;
      let sum = f32x4.splat(0);
      let product = f32x4.splat(0);
      for (let row = 0; row < n; row++) {
        const d = v128.load(dy);
        sum = f32x4.add(sum, d);
        product = madd(d, f32x4.sub(v128.load(x), mean), product);
        x += stride(0);
        dy += stride(3);
      }
      addWide(out + (i << 1), sum);
      addWide(out + (step << 1) + (i << 1), f32x4.mul(product, v128.load(address(5) + step + i)));
    }
  }
  for (let i: usize = 0; i < step; i += 4) {
    store<f32>(address(8) + i, <f32> load<f64>(out + (i << 1)));
    store<f32>(address(7) + i, <f32> load<f64>(out + (step << 1) + (i << 1)));
  }
}

/** dy, in place, where dropout kept y; else 0. */
function dropBack(width: i32): void {
  const threshold = i32x4.splat(count(9));
  const scale = f32x4.splat(real(10));
  const key = keyOf(address(11), count(12));
  const bytes = <usize> width << 2;
  let dy = tensor(3);
  for (let row = 0; row < rows; row++) {
    let counter = rowCounter(key, row);
    for (let i: usize = 0; i < bytes; i += 16) {
      v128.store(dy + i, v128.and(f32x4.mul(v128.load(dy + i), scale), isKept(counter, threshold)));
      counter = i32x4.add(counter, i32x4.splat(STEPS));
    }
    dy += stride(3);
  }
}

/**
 * dx = γ/√(σ² + ε) · (dy − Σdy/n − x̂ Σ(dy x̂)/n), zeroed where x ≤ 0 if x was cut there:
 * [x, stride, width, dy, stride, kept, sums, γ, dx, stride, scratch (3 × width), 1 if cut]
 */
export function batchNormBack(): void {
  const width = count(2);
  const step = <usize> width << 2;
  const sums = address(6);
  const kept = address(5);
  // dx = a dy + b x + c
  const a = address(10);
  const b = a + step;
  const c = b + step;
  for (let k = 0; k < width; k++) {
    const i = <usize> k << 2;
    let sum: f64 = 0;
    let product: f64 = 0;
    for (let s = 0; s < nShards; s++) {
      const at = sums + <usize> s * (<usize> width << 4) + (<usize> k << 3);
      sum += load<f64>(at);
      product += load<f64>(at + (<usize> width << 3));
    }
    const inverse = <f64> load<f32>(kept + step + i);
    const gain = load<f32>(address(7) + i) * inverse;
    const slope = -gain * inverse * product / batchRows;
    store<f32>(a + i, <f32> gain);
    store<f32>(b + i, <f32> slope);
    store<f32>(c + i, <f32> (-gain * sum / batchRows - slope * load<f32>(kept + i)));
  }
  const isCut = count(11) != 0;
  let x = tensor(0);
  let dy = tensor(3);
  let dx = tensor(8);
  for (let row = 0; row < rows; row++) {
    for (let i: usize = 0; i < step; i += 16) {
      const value = v128.load(x + i);
      let d = f32x4.mul(v128.load(a + i), v128.load(dy + i));
      d = f32x4.add(f32x4.add(d, f32x4.mul(v128.load(b + i), value)), v128.load(c + i));
      if (isCut) d = v128.and(d, f32x4.gt(value, f32x4.splat(0)));
      v128.store(dx + i, d);
    }
    x += stride(0);
    dy += stride(3);
    dx += stride(8);
  }
}

/** average ← momentum · average + (1 − momentum) · value, of the chunk: [average, value, width, momentum] */
export function movingAverage(): void {
  const average = address(0);
  const value = address(1);
  const momentum = real(3);
  for (let k = 0; k < count(2); k++) {
    const i = <usize> k << 2;
    store<f32>(average + i, momentum * load<f32>(average + i) + (1 - momentum) * load<f32>(value + i));
  }
}
