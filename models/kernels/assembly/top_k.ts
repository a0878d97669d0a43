// The k best rows of V by ⟨v_i, q⟩ among those that are not masked, in one pass: exact, and with no list of scores.
//
// A heap of the k best so far has the worst on top. Rows come by ascending index, so of equal scores the first stays.

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

/** Whether entry a of the heap (scores, rows) is worse than a row with this score and index. */
// @ts-ignore: decorator
@inline
function isWorse(scores: usize, rows: usize, a: i32, score: f32, row: i32): bool {
  const other = load<f32>(scores + (<usize> a << 2));
  return other < score || (other === score && load<i32>(rows + (<usize> a << 2)) > row);
}

function put(scores: usize, rows: usize, at: i32, score: f32, row: i32): void {
  store<f32>(scores + (<usize> at << 2), score);
  store<i32>(rows + (<usize> at << 2), row);
}

function move(scores: usize, rows: usize, from: i32, to: i32): void {
  put(scores, rows, to, load<f32>(scores + (<usize> from << 2)), load<i32>(rows + (<usize> from << 2)));
}

function siftUp(scores: usize, rows: usize, size: i32, score: f32, row: i32): void {
  let at = size;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (isWorse(scores, rows, parent, score, row)) break;
    move(scores, rows, parent, at);
    at = parent;
  }
  put(scores, rows, at, score, row);
}

function siftDown(scores: usize, rows: usize, size: i32, score: f32, row: i32): void {
  let at: i32 = 0;
  for (let child = 1; child < size; child = 2 * at + 1) {
    const right = child + 1;
    if (right < size) {
      const rightScore = load<f32>(scores + (<usize> right << 2));
      if (!isWorse(scores, rows, child, rightScore, load<i32>(rows + (<usize> right << 2)))) child = right;
    }
    if (!isWorse(scores, rows, child, score, row)) break;
    move(scores, rows, child, at);
    at = child;
  }
  put(scores, rows, at, score, row);
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
