// Sums over vectors. Addresses are in bytes, 16-byte aligned where a comment says so; lengths are in numbers.

import { madd } from "./simd";

/** Σ x_i y_i in float32, in four sums that are added in the order of their lanes, then the rest. */
export function dot(x: usize, y: usize, n: i32): f32 {
  let lanes = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    lanes = madd(v128.load(x + (<usize> i << 2)), v128.load(y + (<usize> i << 2)), lanes);
  }
  let sum = f32x4.extract_lane(lanes, 0) + f32x4.extract_lane(lanes, 1) + f32x4.extract_lane(lanes, 2) +
    f32x4.extract_lane(lanes, 3);
  for (; i < n; i++) sum += load<f32>(x + (<usize> i << 2)) * load<f32>(y + (<usize> i << 2));
  return sum;
}
