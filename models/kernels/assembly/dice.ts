// Which units dropout keeps: a hash of (seed, step, layer, row of the batch, column) at least as large as a threshold, so
// shards and threads do not matter, and the way back draws the same again.

import { firstRow } from "./state";

/** An odd number near 2³² / golden ratio: neighbouring columns get distant counters. */
const STEP: i32 = 0x9e3779b1;
/** What four columns add to a counter. */
export const STEPS: i32 = 4 * STEP;

/** The key of a layer in this step; `seed` is the address of [seed, step]. */
export function keyOf(seed: usize, layer: i32): i32 {
  return mixed(load<i32>(seed) ^ mixed(load<i32>(seed, 4) + mixed(layer)));
}

/** Counters of the first four columns of the shard's row number `row`. */
// @ts-ignore: decorator
@inline
export function rowCounter(key: i32, row: i32): v128 {
  return i32x4.add(i32x4.splat(mixed(key + firstRow + row)), i32x4(0, STEP, 2 * STEP, 3 * STEP));
}

/** All bits where kept: hashes ≥ threshold, in [0, 2³²). */
// @ts-ignore: decorator
@inline
export function isKept(counter: v128, threshold: v128): v128 {
  let h = i32x4.mul(v128.xor(counter, i32x4.shr_u(counter, 16)), i32x4.splat(0x85ebca6b));
  h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 13)), i32x4.splat(0xc2b2ae35));
  return i32x4.ge_u(v128.xor(h, i32x4.shr_u(h, 16)), threshold);
}

/** The finaliser of MurmurHash3 (Appleby 2011). */
function mixed(word: i32): i32 {
  let h = word;
  h = (h ^ (h >>> 16)) * 0x85ebca6b;
  h = (h ^ (h >>> 13)) * 0xc2b2ae35;
  return h ^ (h >>> 16);
}
