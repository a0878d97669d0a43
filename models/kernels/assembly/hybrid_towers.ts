// A tower of the hybrid: one hidden layer, forward and back over the rows of a shard.
//
// The objectives share inputs and nothing else, so a tower is two legs: the first half of the hidden units leads to the
// first `split` columns (retrieval), the second half to the others (ratings). What leads from one to the other is 0
// (see models/two_tower/hybrid/weights.ts), and never multiplied. Each leg has its own count of rows, the first ones of
// the shard: drawn candidates have no rating, and people's retrieval learns from what was to be found alone.

import { gemm } from "./gemm";
import { word, Word } from "./hybrid_words";

function fillRows(out: usize, row: usize, n: i32, rows: i32): void {
  const bytes = <usize> n << 2;
  for (let r = 0; r < rows; r++, out += bytes) memory.copy(out, row, bytes);
}

/** h = relu(x W₁ + b₁), e = h W₂ + b₂ on the rows of each leg; weights lie one behind the other. */
export function forward(
  at: usize, x: usize, inputs: i32, weights: usize, hidden: usize, out: usize, retrieval: i32, rating: i32,
  work: usize,
): void {
  const h = word(at, Word.HIDDEN);
  const d = word(at, Word.WIDTH);
  const b1 = weights + (<usize> (inputs * h) << 2);
  const w2 = b1 + (<usize> h << 2);
  const b2 = w2 + (<usize> (h * d) << 2);
  const rows = max(retrieval, rating);
  const half = h >> 1;
  fillRows(hidden, b1, h, rows);
  if (retrieval == rating) gemm(0, rows, h, inputs, x, inputs, weights, h, hidden, h, 1, work);
  else {
    gemm(0, retrieval, half, inputs, x, inputs, weights, h, hidden, h, 1, work);
    const skip = <usize> half << 2;
    gemm(0, rating, half, inputs, x, inputs, weights + skip, h, hidden + skip, h, 1, work);
  }
  for (let p = hidden, end = hidden + (<usize> (rows * h) << 2); p < end; p += 16) {
    v128.store(p, f32x4.max(v128.load(p), f32x4.splat(0)));
  }
  fillRows(out, b2, d, rows);
  for (let leg = 0; leg < 2; leg++) {
    const unit = legUnit(leg, h);
    const column = legColumn(at, leg);
    gemm(
      0, leg == 0 ? retrieval : rating, legColumns(at, leg), half, hidden + unit, h, w2 + unit * <usize> d + column, d,
      out + column, d, 1, work,
    );
  }
}

/** The gradients of the weights into `gradients`, from those of e; `room` [rows × hidden]. */
export function backward(
  at: usize, x: usize, inputs: i32, weights: usize, hidden: usize, out: usize, retrieval: i32, rating: i32,
  gradients: usize, room: usize, work: usize,
): void {
  const h = word(at, Word.HIDDEN);
  const d = word(at, Word.WIDTH);
  const b1 = <usize> (inputs * h) << 2;
  const w2 = b1 + (<usize> h << 2);
  const b2 = w2 + (<usize> (h * d) << 2);
  const rows = max(retrieval, rating);
  const half = h >> 1;
  memory.fill(gradients + w2, 0, b2 - w2);
  if (retrieval != rating) memory.fill(room, 0, <usize> (rows * h) << 2);
  for (let leg = 0; leg < 2; leg++) {
    const n = leg == 0 ? retrieval : rating;
    const unit = legUnit(leg, h);
    const column = legColumn(at, leg);
    const columns = legColumns(at, leg);
    const block = w2 + unit * <usize> d + column;
    gemm(1, half, columns, n, hidden + unit, h, out + column, d, gradients + block, d, 0, work);
    gemm(2, n, half, columns, out + column, d, weights + block, d, room + unit, h, 0, work);
  }
  sumRows(out, d, rows, gradients + b2);
  for (let i: usize = 0, end = <usize> (rows * h) << 2; i < end; i += 16) {
    const isOn = f32x4.gt(v128.load(hidden + i), f32x4.splat(0));
    v128.store(room + i, v128.and(v128.load(room + i), isOn));
  }
  if (retrieval == rating) gemm(1, inputs, h, rows, x, inputs, room, h, gradients, h, 0, work);
  else {
    const skip = <usize> half << 2;
    gemm(1, inputs, half, retrieval, x, inputs, room, h, gradients, h, 0, work);
    gemm(1, inputs, half, rating, x, inputs, room + skip, h, gradients + skip, h, 0, work);
  }
  sumRows(room, h, rows, gradients + b1);
}

/** Bytes before a leg's first hidden unit. */
// @ts-ignore: decorator
@inline
function legUnit(leg: i32, hidden: i32): usize {
  return leg == 0 ? 0 : <usize> (hidden >> 1) << 2;
}

/** Bytes before a leg's first column. */
// @ts-ignore: decorator
@inline
function legColumn(at: usize, leg: i32): usize {
  return leg == 0 ? 0 : <usize> word(at, Word.SPLIT) << 2;
}

// @ts-ignore: decorator
@inline
function legColumns(at: usize, leg: i32): i32 {
  const split = word(at, Word.SPLIT);
  return leg == 0 ? split : word(at, Word.WIDTH) - split;
}

function sumRows(from: usize, n: i32, rows: i32, out: usize): void {
  const bytes = <usize> n << 2;
  memory.fill(out, 0, bytes);
  for (let r = 0; r < rows; r++, from += bytes) {
    for (let i: usize = 0; i < bytes; i += 16) {
      v128.store(out + i, f32x4.add(v128.load(out + i), v128.load(from + i)));
    }
  }
}
