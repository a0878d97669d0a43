// Layers without weights, row by row. Widths of tensors are in numbers; a row is padded to 16 bytes, and what lies in
// the padding is never read as a number, so loops may run over it four by four where they only write rows of their own.

import { isKept, keyOf, rowCounter, STEPS } from "./dice";
import { madd } from "./simd";
import { dot as dotOf } from "./vectors";
import { address, count, real, rows, stride, tensor } from "./state";

/** y[to …] = (x[from …] − mean) ∘ scale: [x, stride, width, mean, scale, y, stride, from, to] */
export function normalise(): void {
  const width = count(2);
  const mean = address(3);
  const scale = address(4);
  let x = tensor(0) + (<usize> count(7) << 2);
  let y = tensor(5) + (<usize> count(8) << 2);
  for (let row = 0; row < rows; row++) {
    let k = 0;
    for (; k + 4 <= width; k += 4) {
      const i = <usize> k << 2;
      v128.store(y + i, f32x4.mul(f32x4.sub(v128.load(x + i), v128.load(mean + i)), v128.load(scale + i)));
    }
    for (; k < width; k++) {
      const i = <usize> k << 2;
      store<f32>(y + i, (load<f32>(x + i) - load<f32>(mean + i)) * load<f32>(scale + i));
    }
    x += stride(0);
    y += stride(5);
  }
}

/** dy = 0 where y ≤ 0: [y, stride, dy, stride, width] */
export function mask(): void {
  const width = count(4);
  let y = tensor(0);
  let dy = tensor(2);
  for (let row = 0; row < rows; row++) {
    let k = 0;
    for (; k + 4 <= width; k += 4) {
      const i = <usize> k << 2;
      v128.store(dy + i, v128.and(v128.load(dy + i), f32x4.gt(v128.load(y + i), f32x4.splat(0))));
    }
    for (; k < width; k++) {
      const i = <usize> k << 2;
      if (!(load<f32>(y + i) > 0)) store<f32>(dy + i, 0);
    }
    y += stride(0);
    dy += stride(2);
  }
}

/** y = x / l, l = √(‖x‖² + ε): [x, stride, width, y, stride, l, stride, ε] */
export function unitLength(): void {
  const width = count(2);
  let x = tensor(0);
  let y = tensor(3);
  let l = tensor(5);
  for (let row = 0; row < rows; row++) {
    const length = sqrt<f32>(dotOf(x, x, width) + real(7));
    store<f32>(l, length);
    scaled(x, 1 / length, y, width);
    x += stride(0);
    y += stride(3);
    l += stride(5);
  }
}

/** dx = (dy − y ⟨y, dy⟩) / l: [y, stride, width, l, stride, dy, stride, dx, stride, 1 to add] */
export function unitLengthBack(): void {
  const width = count(2);
  const isAdded = count(9) != 0;
  let y = tensor(0);
  let l = tensor(3);
  let dy = tensor(5);
  let dx = tensor(7);
  for (let row = 0; row < rows; row++) {
    const share: f32 = -dotOf(y, dy, width);
    const scale: f32 = 1 / load<f32>(l);
    let k = 0;
    for (; k + 4 <= width; k += 4) {
      const i = <usize> k << 2;
      const flat = madd(f32x4.splat(share), v128.load(y + i), v128.load(dy + i));
      const value = f32x4.mul(flat, f32x4.splat(scale));
      v128.store(dx + i, isAdded ? f32x4.add(v128.load(dx + i), value) : value);
    }
    for (; k < width; k++) {
      const i = <usize> k << 2;
      const value = (load<f32>(dy + i) + share * load<f32>(y + i)) * scale;
      store<f32>(dx + i, isAdded ? load<f32>(dx + i) + value : value);
    }
    y += stride(0);
    l += stride(3);
    dy += stride(5);
    dx += stride(7);
  }
}

/** c = ⟨a, b⟩: [a, stride, b, stride, width, c, stride] */
export function dot(): void {
  let a = tensor(0);
  let b = tensor(2);
  let c = tensor(5);
  for (let row = 0; row < rows; row++) {
    store<f32>(c, dotOf(a, b, count(4)));
    a += stride(0);
    b += stride(2);
    c += stride(5);
  }
}

/** da (+)= dc · b: [dc, stride, b, stride, width, da, stride, 1 to add] */
export function dotBack(): void {
  let dc = tensor(0);
  let b = tensor(2);
  let da = tensor(5);
  const isAdded = count(7) != 0;
  for (let row = 0; row < rows; row++) {
    if (isAdded) addScaled(b, load<f32>(dc), da, count(4));
    else scaled(b, load<f32>(dc), da, count(4));
    dc += stride(0);
    b += stride(2);
    da += stride(5);
  }
}

/** y = g + exp(α) c + b, one number a row; without g, from 0: [c, stride, g or 0, stride, α, b, y, stride] */
export function line(): void {
  const slope = <f32> Math.exp(load<f32>(address(4)));
  const offset = load<f32>(address(5));
  let c = tensor(0);
  const hasBase = count(2) != 0;
  let g = tensor(2);
  let y = tensor(6);
  for (let row = 0; row < rows; row++) {
    const base: f32 = hasBase ? load<f32>(g) : 0;
    store<f32>(y, base + slope * load<f32>(c) + offset);
    c += stride(0);
    g += stride(2);
    y += stride(6);
  }
}

/** dc = exp(α) dy, dα = exp(α) Σ c dy, db = Σ dy: [c, stride, dy, stride, α, dc, stride, dα, db] */
export function lineBack(): void {
  const slope = <f32> Math.exp(load<f32>(address(4)));
  let c = tensor(0);
  let dy = tensor(2);
  let dc = tensor(5);
  let dSlope: f64 = 0;
  let dOffset: f64 = 0;
  for (let row = 0; row < rows; row++) {
    const d = load<f32>(dy);
    dSlope += <f64> d * load<f32>(c);
    dOffset += d;
    store<f32>(dc, slope * d);
    c += stride(0);
    dy += stride(2);
    dc += stride(5);
  }
  store<f32>(address(7), <f32> (dSlope * slope));
  store<f32>(address(8), <f32> dOffset);
}

/**
 * y = x / (1 − p) where kept, else 0; on gradients it is its own inverse way:
 * [x, stride, width, y, stride, threshold, 1 / (1 − p), seed (address of two words), number of the layer, 1 to add]
 */
export function dropout(): void {
  const width = count(2);
  const threshold = i32x4.splat(count(5));
  const scale = f32x4.splat(real(6));
  const isAdded = count(9) != 0;
  const key = keyOf(address(7), count(8));
  let x = tensor(0);
  let y = tensor(3);
  for (let row = 0; row < rows; row++) {
    let counter = rowCounter(key, row);
    for (let k = 0; k < width; k += 4) {
      const i = <usize> k << 2;
      let value = v128.and(f32x4.mul(v128.load(x + i), scale), isKept(counter, threshold));
      counter = i32x4.add(counter, i32x4.splat(STEPS));
      if (isAdded) value = f32x4.add(value, v128.load(y + i));
      storeColumnsOf(y + i, value, width - k);
    }
    x += stride(0);
    y += stride(3);
  }
}

// @ts-ignore: decorator
@inline
function storeColumnsOf(to: usize, value: v128, columns: i32): void {
  if (columns >= 4) {
    v128.store(to, value);
    return;
  }
  store<f32>(to, f32x4.extract_lane(value, 0));
  if (columns > 1) store<f32>(to, f32x4.extract_lane(value, 1), 4);
  if (columns > 2) store<f32>(to, f32x4.extract_lane(value, 2), 8);
}

function scaled(x: usize, scale: f32, y: usize, width: i32): void {
  let k = 0;
  for (; k + 4 <= width; k += 4) {
    const i = <usize> k << 2;
    v128.store(y + i, f32x4.mul(v128.load(x + i), f32x4.splat(scale)));
  }
  for (; k < width; k++) {
    const i = <usize> k << 2;
    store<f32>(y + i, load<f32>(x + i) * scale);
  }
}

function addScaled(x: usize, scale: f32, y: usize, width: i32): void {
  let k = 0;
  for (; k + 4 <= width; k += 4) {
    const i = <usize> k << 2;
    v128.store(y + i, madd(v128.load(x + i), f32x4.splat(scale), v128.load(y + i)));
  }
  for (; k < width; k++) {
    const i = <usize> k << 2;
    store<f32>(y + i, load<f32>(y + i) + load<f32>(x + i) * scale);
  }
}
