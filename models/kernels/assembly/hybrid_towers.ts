// A tower of the hybrid: one hidden layer, forward and back over the rows of a shard.

import { gemm } from "./gemm";
import { word, Word } from "./hybrid_words";

function fillRows(out: usize, row: usize, n: i32, rows: i32): void {
  const bytes = <usize> n << 2;
  for (let r = 0; r < rows; r++, out += bytes) memory.copy(out, row, bytes);
}

/** h = relu(x W₁ + b₁), e = h W₂ + b₂; weights lie one behind the other. */
export function forward(
  at: usize, x: usize, inputs: i32, weights: usize, hidden: usize, out: usize, rows: i32, work: usize,
): void {
  const h = word(at, Word.HIDDEN);
  const d = word(at, Word.WIDTH);
  const b1 = weights + (<usize> (inputs * h) << 2);
  const w2 = b1 + (<usize> h << 2);
  const b2 = w2 + (<usize> (h * d) << 2);
  fillRows(hidden, b1, h, rows);
  gemm(0, rows, h, inputs, x, inputs, weights, h, hidden, h, 1, work);
  for (let p = hidden, end = hidden + (<usize> (rows * h) << 2); p < end; p += 16) {
    v128.store(p, f32x4.max(v128.load(p), f32x4.splat(0)));
  }
  fillRows(out, b2, d, rows);
  gemm(0, rows, d, h, hidden, h, w2, d, out, d, 1, work);
}

/** The gradients of the weights into `gradients`, from those of e; `room` [rows × hidden]. */
export function backward(
  at: usize, x: usize, inputs: i32, weights: usize, hidden: usize, out: usize, rows: i32, gradients: usize,
  room: usize, work: usize,
): void {
  const h = word(at, Word.HIDDEN);
  const d = word(at, Word.WIDTH);
  const b1 = <usize> (inputs * h) << 2;
  const w2 = b1 + (<usize> h << 2);
  const b2 = w2 + (<usize> (h * d) << 2);
  gemm(1, h, d, rows, hidden, h, out, d, gradients + w2, d, 0, work);
  sumRows(out, d, rows, gradients + b2);
  gemm(2, rows, h, d, out, d, weights + w2, d, room, h, 0, work);
  for (let i: usize = 0, end = <usize> (rows * h) << 2; i < end; i += 16) {
    const isOn = f32x4.gt(v128.load(hidden + i), f32x4.splat(0));
    v128.store(room + i, v128.and(v128.load(room + i), isOn));
  }
  gemm(1, inputs, h, rows, x, inputs, room, h, gradients, h, 0, work);
  sumRows(room, h, rows, gradients + b1);
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
