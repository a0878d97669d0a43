// The serving scan: the k rows of V with the greatest ⟨v, q⟩, exactly, from a coarse copy of V that says which rows may
// be among them. What the index holds, and why no row is missed, stands in ../scan_index.ts.
//
// Scores are those of models/top_n.ts, bit for bit: products of floats are exact in doubles, and are added in the same
// order. They are the same on every machine.

import { kthOf, narrow } from "./candidates";
import { isWorse, siftDown, siftUp, sortHeap } from "./heap";

export { writeBlock, writeDistances } from "./scan_index";

/** Rows of a tile: what the inner loop works on. */
const TILE: i32 = 16;
/** Bytes of a tile for each four columns. */
const STEP: i32 = 64;
/** What is added to a cell, so that it is not below 0. */
const OFFSET: i32 = 64;
/** Doubles of a block's bounds: [scale, coarse norm, rest's norm, norm, centred norm of this and all later blocks]. */
const BOUNDS: i32 = 5;

/** Rounding, as a share of what was added up: 2⁻⁴⁰ of bounds, in doubles; 2⁻²³ of a score, in the end a float. */
const ROUNDING_BOUND: f64 = 9.094947017729282e-13;
const ROUNDING_SCORE: f64 = 1.1920928955078125e-7;
/** Candidates that are gathered before the bounds of all are looked at: so many a row of the list, and at least. */
const GATHERED: i32 = 4;
const LEAST_GATHERED: i32 = 128;
/** No two floats differ by less. */
const LEAST: f64 = 2.802596928649634e-45;

// Of a thread's scratch, addresses: [query, cells, mask, a tile's sums, least scores, most, rows].
// Of the index: [n, d, rows a block, vectors, order, cells, bounds, centre], then ‖centre‖ as a double.
// @ts-ignore: decorator
@inline
function field(index: usize, i: usize): i32 {
  return load<i32>(index + (i << 2));
}

/** ⟨v, q⟩ of floats v and doubles q, as `scan()` of models/top_n.ts adds it up. */
// @ts-ignore: decorator
@inline
function exact(v: usize, q: usize, d: i32): f32 {
  let ab = f64x2.splat(0);
  let ce = f64x2.splat(0);
  let k: i32 = 0;
  for (; k + 4 <= d; k += 4) {
    const four = v128.load(v + (<usize> k << 2));
    const at = q + (<usize> k << 3);
    ab = f64x2.add(ab, f64x2.mul(f64x2.promote_low_f32x4(four), v128.load(at)));
    const last = i64x2.shuffle(four, four, 1, 1);
    ce = f64x2.add(ce, f64x2.mul(f64x2.promote_low_f32x4(last), v128.load(at, 16)));
  }
  let a = f64x2.extract_lane(ab, 0);
  for (; k < d; k++) a += <f64> load<f32>(v + (<usize> k << 2)) * load<f64>(q + (<usize> k << 3));
  return <f32> (a + f64x2.extract_lane(ab, 1) + (f64x2.extract_lane(ce, 0) + f64x2.extract_lane(ce, 1)));
}

/** sums + Σ of the four products in each lane: cells 0 … 127, query −127 … 127. */
// @ts-ignore: decorator
@inline
function addProducts(cells: v128, query: v128, sums: v128): v128 {
  if (RELAXED) {
    const pairs = i16x8.relaxed_dot_i8x16_i7x16_s(query, cells);
    return i32x4.add(sums, i32x4.dot_i16x8_s(pairs, i16x8.splat(1)));
  }
  const low = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(cells), i16x8.extend_low_i8x16_s(query));
  const high = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(cells), i16x8.extend_high_i8x16_s(query));
  const even = i32x4.shuffle(low, high, 0, 2, 4, 6);
  return i32x4.add(sums, i32x4.add(even, i32x4.shuffle(low, high, 1, 3, 5, 7)));
}

// Of the query: how it was rounded, and what it is to every row.
let unit: f64 = 0;
let norm: f64 = 0;
let restNorm: f64 = 0;
let atCentre: f64 = 0;
let cellSum: i32 = 0;

/** Rounds q [d] to whole multiples of `unit`: into cells, four columns a time, each for the four rows of a vector. */
function roundQuery(q: usize, d: i32, centre: usize, cells: usize): void {
  let greatest: f64 = 0;
  for (let k = 0; k < d; k++) greatest = max(greatest, abs(load<f64>(q + (<usize> k << 3))));
  unit = greatest / 127;
  let squares: f64 = 0;
  let restSquares: f64 = 0;
  atCentre = 0;
  cellSum = 0;
  const whole = (d + 3) & ~3;
  for (let k = 0; k < whole; k++) {
    const x = k < d ? load<f64>(q + (<usize> k << 3)) : 0;
    // A query that is not finite has no cells: everything is then looked at.
    const ratio = unit > 0 && unit < Infinity ? nearest(x / unit) : 0;
    const cell = <i32> max(-127.0, min(127.0, ratio));
    const rest = x - unit * <f64> cell;
    squares += x * x;
    restSquares += rest * rest;
    if (k < d) atCentre += x * load<f64>(centre + (<usize> k << 3));
    cellSum += cell;
    const at = cells + <usize> ((k >> 2) << 4) + <usize> (k & 3);
    for (let row: usize = 0; row < 4; row++) store<i8>(at + (row << 2), <i8> cell);
  }
  norm = sqrt(squares);
  restNorm = sqrt(restSquares);
}

/** Of the block at hand: what a whole step of the cells' sum is worth, and how far a score may be from its estimate. */
let whole: f64 = 0;
let slack: f64 = 0;

function openBlock(bounds: usize, centreNorm: f64): void {
  const coarse = load<f64>(bounds, 8);
  const rest = load<f64>(bounds, 16);
  whole = load<f64>(bounds) * unit;
  slack = coarse * restNorm + rest * norm +
    (ROUNDING_BOUND * (centreNorm + coarse + rest) + ROUNDING_SCORE * load<f64>(bounds, 24)) * norm + LEAST;
}

/** What the sum of a row's cells must reach for the row to be a candidate: the list's last has at least `least`. */
function thresholdOf(least: f32): i32 {
  const needed = <f64> least - atCentre - slack;
  if (!(whole > 0)) return needed > 0 ? i32.MAX_VALUE : i32.MIN_VALUE;
  const cells = floor(needed / whole);
  if (cells > 1e9) return i32.MAX_VALUE;
  // One less, for the rounding of the quotient; NaN lets everything in.
  return cells > -1e9 ? <i32> cells - 1 + OFFSET * cellSum : i32.MIN_VALUE;
}

/** Whether no row from these bounds on can reach `least`. */
// @ts-ignore: decorator
@inline
function isOver(bounds: usize, least: f32, centreNorm: f64): bool {
  const reach = load<f64>(bounds, 32);
  const most = atCentre + reach * norm;
  const rounding = ROUNDING_BOUND * (centreNorm + reach) + ROUNDING_SCORE * (centreNorm + reach);
  return most + rounding * norm + LEAST < <f64> least;
}

/** Sums of the cells of a tile's 16 rows, to `sums`; a bit for each that reaches `threshold`. */
// @ts-ignore: decorator
@inline
function sumTile(tile: usize, steps: i32, cells: usize, threshold: i32, sums: usize): i32 {
  let s0 = i32x4.splat(0);
  let s1 = i32x4.splat(0);
  let s2 = i32x4.splat(0);
  let s3 = i32x4.splat(0);
  for (let step = 0; step < steps; step++, tile += STEP) {
    const query = v128.load(cells + (<usize> step << 4));
    s0 = addProducts(v128.load(tile), query, s0);
    s1 = addProducts(v128.load(tile, 16), query, s1);
    s2 = addProducts(v128.load(tile, 32), query, s2);
    s3 = addProducts(v128.load(tile, 48), query, s3);
  }
  const least = i32x4.splat(threshold);
  const r0 = i32x4.ge_s(s0, least);
  const r1 = i32x4.ge_s(s1, least);
  const r2 = i32x4.ge_s(s2, least);
  const r3 = i32x4.ge_s(s3, least);
  if (!v128.any_true(v128.or(v128.or(r0, r1), v128.or(r2, r3)))) return 0;
  v128.store(sums, s0);
  v128.store(sums, s1, 16);
  v128.store(sums, s2, 32);
  v128.store(sums, s3, 48);
  return i32x4.bitmask(r0) | i32x4.bitmask(r1) << 4 | i32x4.bitmask(r2) << 8 | i32x4.bitmask(r3) << 12;
}

/** Gathers every row that may be among the k best: their number; their rows, and the bounds of their scores. */
function gather(index: usize, scratch: usize, k: i32): i32 {
  const n = field(index, 0);
  const tilesABlock = field(index, 2) / TILE;
  const order: usize = field(index, 4);
  const coarse: usize = field(index, 5);
  const centreNorm = load<f64>(index, 32);
  const steps = (field(index, 1) + 3) >> 2;
  const cells: usize = field(scratch, 1);
  const masked: usize = field(scratch, 2);
  const sums: usize = field(scratch, 3);
  const tiles = (n + TILE - 1) / TILE;
  // Of a query that is not finite no bound holds.
  let full: i32 = norm < Infinity ? max(GATHERED * k, LEAST_GATHERED) : i32.MAX_VALUE;
  let size: i32 = 0;
  let least: f32 = -Infinity;
  let bounds: usize = field(index, 6);
  for (let first = 0; first < tiles; first += tilesABlock, bounds += BOUNDS << 3) {
    if (isOver(bounds, least, centreNorm)) break;
    openBlock(bounds, centreNorm);
    let threshold = thresholdOf(least);
    if (threshold === i32.MAX_VALUE) continue;
    const end = min(first + tilesABlock, tiles);
    for (let tile = first; tile < end; tile++) {
      let left = sumTile(coarse + <usize> tile * <usize> (steps * STEP), steps, cells, threshold, sums);
      if (left === 0) continue;
      for (; left !== 0; left &= left - 1) {
        const place = tile * TILE + ctz(left);
        if (place >= n) break;
        const row = load<i32>(order + (<usize> place << 2));
        if (load<u8>(masked + <usize> row) !== 0) continue;
        const sum = load<i32>(sums + (<usize> ctz(left) << 2)) - OFFSET * cellSum;
        add(scratch, size++, row, atCentre + whole * <f64> sum);
      }
      if (size < full) continue;
      least = kthOf(field(scratch, 4), size, k);
      size = narrow(field(scratch, 4), field(scratch, 5), field(scratch, 6), size, least);
      threshold = thresholdOf(least);
      // Where many are alike, few go.
      full = max(full, 2 * size);
    }
  }
  return size;
}

/** Candidate i: a row, the least and the most that its score can be, as floats away from the estimate. */
// @ts-ignore: decorator
@inline
function add(scratch: usize, i: i32, row: i32, estimate: f64): void {
  const scores: usize = field(scratch, 4);
  const most: usize = field(scratch, 5);
  const rows: usize = field(scratch, 6);
  const at = <usize> i << 2;
  // What is beyond the greatest float may round to infinity, as what is far beyond it: all such are alike.
  const low = <f32> min(estimate - slack, <f64> f32.MAX_VALUE);
  const high = <f32> max(estimate + slack, -<f64> f32.MAX_VALUE);
  store<f32>(scores + at, low - abs(low) * <f32> ROUNDING_SCORE - <f32> LEAST);
  store<f32>(most + at, high + abs(high) * <f32> ROUNDING_SCORE + <f32> LEAST);
  store<i32>(rows + at, row);
}

/** Rows whose exact score the last call computed. */
export let looks: i32 = 0;

/**
 * The k best rows, best first: their scores and themselves, where the candidates' least scores and rows were; returns
 * their number. The scratch has q as d doubles, and a byte a row: 0 lets it in. A row whose score is NaN is left out.
 */
export function scanTop(index: usize, scratch: usize, k: i32): i32 {
  looks = 0;
  if (k <= 0) return 0;
  const d = field(index, 1);
  const vectors: usize = field(index, 3);
  const q: usize = field(scratch, 0);
  const least: usize = field(scratch, 4);
  const most: usize = field(scratch, 5);
  const rows: usize = field(scratch, 6);
  roundQuery(q, d, field(index, 7), field(scratch, 1));
  let count = gather(index, scratch, k);
  const isBounded = norm < Infinity;
  if (count > k && isBounded) count = narrow(least, most, rows, count, kthOf(least, count, k));
  looks = count;
  // One after the other, with nothing to decide in between: rows are far apart, and are waited for together.
  for (let i = 0; i < count; i++) {
    const row = load<i32>(rows + (<usize> i << 2));
    store<f32>(most + (<usize> i << 2), exact(vectors + <usize> row * (<usize> d << 2), q, d));
  }
  return best(count, k, isBounded && count > k ? kthOf(most, count, k) : -Infinity, least, most, rows);
}

/** Of `count` rows and their exact scores the k best, none below `worst`, best first, to `scores` and `rows`. */
function best(count: i32, k: i32, worst: f32, scores: usize, exacts: usize, rows: usize): i32 {
  // The list grows where rows have been looked at.
  let size: i32 = 0;
  for (let i = 0; i < count; i++) {
    const score = load<f32>(exacts + (<usize> i << 2));
    if (score < worst || score !== score) continue;
    const row = load<i32>(rows + (<usize> i << 2));
    if (size < k) siftUp(scores, rows, size++, score, row);
    else if (isWorse(scores, rows, 0, score, row)) siftDown(scores, rows, size, score, row);
  }
  sortHeap(scores, rows, size);
  return size;
}
