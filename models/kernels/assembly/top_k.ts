// The k best rows of V by ⟨v_i, q⟩ among those that are not masked, in one pass: exact, and with no list of scores.
//
// A heap of the k best so far has the worst on top. Rows come by ascending index, so of equal scores the first stays.

import { isWorse, siftDown, siftUp } from "./heap";
import { madd } from "./simd";

// @ts-ignore: decorator
@inline
function dotOf(v: usize, q: usize, d: i32): f32 {
  let a = f32x4.splat(0);
  let b = f32x4.splat(0);
  let k: i32 = 0;
  for (; k + 8 <= d; k += 8) {
    const at = <usize> k << 2;
    a = madd(v128.load(v + at), v128.load(q + at), a);
    b = madd(v128.load(v + at, 16), v128.load(q + at, 16), b);
  }
  const sum = f32x4.add(a, b);
  let dot = (f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1)) +
    (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3));
  for (; k < d; k++) dot += load<f32>(v + (<usize> k << 2)) * load<f32>(q + (<usize> k << 2));
  return dot;
}

/** Fills scores and rows [k], as a heap, with the best of v [n × d]; masked: a byte a row, 0 lets it in. Returns their number. */
export function topK(v: usize, n: i32, d: i32, q: usize, masked: usize, k: i32, scores: usize, rows: usize): i32 {
  let size: i32 = 0;
  if (k <= 0) return 0;
  for (let row = 0; row < n; row++) {
    if (load<u8>(masked + <usize> row) !== 0) continue;
    const score = dotOf(v + (<usize> row * <usize> d << 2), q, d);
    if (size < k) siftUp(scores, rows, size++, score, row);
    else if (isWorse(scores, rows, 0, score, row)) siftDown(scores, rows, size, score, row);
  }
  return size;
}
