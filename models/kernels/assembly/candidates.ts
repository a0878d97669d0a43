// Rows that may be among the k best: the least and the most that the score of each can be, as floats, in two arrays.

/** Bits of a float that a k-th one is found by: sign, exponent, and of the mantissa as many as tell bounds apart. */
const BITS: i32 = 18;

/** Floats in the order of whole numbers: those below 0 have all other bits turned. */
// @ts-ignore: decorator
@inline
function ordered(floats: v128): v128 {
  return v128.xor(floats, v128.and(i32x4.shr_s(floats, 31), i32x4.splat(i32.MAX_VALUE)));
}

/** How many of `size` floats at `values` are at least what `key` is of. */
function countFrom(values: usize, size: i32, key: i32): i32 {
  const least = i32x4.splat(key);
  let counts = i32x4.splat(0);
  let i: i32 = 0;
  for (; i + 4 <= size; i += 4) {
    counts = i32x4.sub(counts, i32x4.ge_s(ordered(v128.load(values + (<usize> i << 2))), least));
  }
  let count = i32x4.extract_lane(counts, 0) + i32x4.extract_lane(counts, 1) + i32x4.extract_lane(counts, 2) +
    i32x4.extract_lane(counts, 3);
  for (; i < size; i++) {
    const bits = load<i32>(values + (<usize> i << 2));
    if ((bits ^ (bits >> 31 & i32.MAX_VALUE)) >= key) count++;
  }
  return count;
}

/** A float that at least k of `size` are not below, and nearly the greatest such: its bits are found one by one. */
export function kthOf(values: usize, size: i32, k: i32): f32 {
  let key: i32 = i32.MIN_VALUE;
  for (let bit = 31; bit >= 32 - BITS; bit--) {
    // The first one wraps around: from the least whole number to 0.
    const higher = key + (1 << bit);
    if (countFrom(values, size, higher) >= k) key = higher;
  }
  return reinterpret<f32>(key ^ (key >> 31 & i32.MAX_VALUE));
}

/** Keeps the candidates whose score can be `worst` or more: their number. */
export function narrow(least: usize, most: usize, rows: usize, size: i32, worst: f32): i32 {
  let to: usize = 0;
  for (let i: usize = 0, end = <usize> size << 2; i < end; i += 4) {
    const high = load<f32>(most + i);
    store<f32>(least + to, load<f32>(least + i));
    store<f32>(most + to, high);
    store<i32>(rows + to, load<i32>(rows + i));
    to += high < worst ? 0 : 4;
  }
  return <i32> (to >> 2);
}
