// Tables of embeddings: rows gathered, summed up as weighted bags, and updated by an Adam that touches only the rows
// of the batch (lazy Adam: Kingma & Ba 2015 on the rows that have a gradient, bias corrections by the step).
//
// A row has two blocks of columns, [0, split) and [split, width), so that one look at a row serves two objectives:
// a bag weighs each block by its own weight. Addresses are in bytes, counts in numbers; width and split are multiples
// of 4. A row number below 0 is nobody's: it reads as zeros and learns nothing.

import { madd } from "./simd";

/** out[width] += table[row]. */
export function addRow(table: usize, row: i32, out: usize, width: i32): void {
  if (row < 0) return;
  const from = table + (<usize> row * <usize> width << 2);
  for (let at: usize = 0, end = <usize> width << 2; at < end; at += 16) {
    v128.store(out + at, f32x4.add(v128.load(out + at), v128.load(from + at)));
  }
}

/**
 * out[width] += Σ_k (first[k] on [0, split), second[k] on [split, width)) · table[rows[k]], k in order.
 *
 * Weights of 0 are passed over: most of a bag counts for one objective alone.
 */
export function addBag(
  table: usize,
  rows: usize,
  first: usize,
  second: usize,
  n: i32,
  out: usize,
  width: i32,
  split: i32,
): void {
  const stride = <usize> width << 2;
  const cut = <usize> split << 2;
  for (let k: usize = 0, last = <usize> n << 2; k < last; k += 4) {
    const row = load<i32>(rows + k);
    if (row < 0) continue;
    addWeighted(table + <usize> row * stride, first + k, second + k, out, stride, cut);
  }
}

/** out += first · from on the first `cut` bytes, second · from on the others. */
// @ts-ignore: decorator
@inline
function addWeighted(from: usize, first: usize, second: usize, out: usize, stride: usize, cut: usize): void {
  if (load<f32>(first) != 0) {
    const a = v128.load32_splat(first);
    for (let at: usize = 0; at < cut; at += 16) {
      v128.store(out + at, madd(a, v128.load(from + at), v128.load(out + at)));
    }
  }
  const b = v128.load32_splat(second);
  for (let at = cut; at < stride; at += 16) {
    v128.store(out + at, madd(b, v128.load(from + at), v128.load(out + at)));
  }
}

/**
 * Sorts references 0 … n − 1 by the row that they refer to, stably, rows in the order in which they are met: `order` [n]
 * lists them, without those of rows below 0, and `touched` [2 · …] has for each row met its number and its first place
 * in `order`; one more entry ends the last row. Returns how many rows were met. `counts` [rows] is room, zeros before
 * and after; what is not met is not looked at, as a table may have many times more rows than a batch has references.
 */
export function sortByRow(refs: usize, n: i32, order: usize, touched: usize, counts: usize): i32 {
  let met = 0;
  for (let i = 0; i < n; i++) {
    const row = load<i32>(refs + (<usize> i << 2));
    if (row < 0) continue;
    const at = counts + (<usize> row << 2);
    const count = load<i32>(at);
    if (count === 0) {
      store<i32>(touched + (<usize> met << 3), row);
      met++;
    }
    store<i32>(at, count + 1);
  }
  let place = 0;
  for (let t = 0; t < met; t++) {
    const entry = touched + (<usize> t << 3);
    const at = counts + (<usize> load<i32>(entry) << 2);
    const count = load<i32>(at);
    store<i32>(entry + 4, place);
    store<i32>(at, place);
    place += count;
  }
  store<i32>(touched + (<usize> met << 3) + 4, place);
  for (let i = 0; i < n; i++) {
    const row = load<i32>(refs + (<usize> i << 2));
    if (row < 0) continue;
    const at = counts + (<usize> row << 2);
    const to = load<i32>(at);
    store<i32>(order + (<usize> to << 2), i);
    store<i32>(at, to + 1);
  }
  for (let t = 0; t < met; t++) {
    store<i32>(counts + (<usize> load<i32>(touched + (<usize> t << 3)) << 2), 0);
  }
  return met;
}

/** What a row costs beyond its references, counted in references. */
const ROW_COST: i32 = 8;

/** Where in `touched` part `part` of `parts` begins, such that all of them are about as much work. */
export function partStart(touched: usize, met: i32, part: i32, parts: i32): i32 {
  const all = load<i32>(touched + (<usize> met << 3) + 4) + ROW_COST * met;
  const wanted = <i32> (<i64> all * part / parts);
  let low = 0;
  let high = met;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<i32>(touched + (<usize> middle << 3) + 4) + ROW_COST * middle < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The gradient of one row: Σ over its references, in their order, of weight · gradients[source of the reference].
 * `sources` 0: a reference is its own source, and weights are 1.
 */
export function sumReferences(
  order: usize,
  from: i32,
  to: i32,
  sources: usize,
  first: usize,
  second: usize,
  gradients: usize,
  out: usize,
  width: i32,
  split: i32,
): void {
  const stride = <usize> width << 2;
  const cut = <usize> split << 2;
  memory.fill(out, 0, stride);
  for (let k = from; k < to; k++) {
    const ref = load<i32>(order + (<usize> k << 2));
    if (sources === 0) {
      addRow(gradients, ref, out, width);
      continue;
    }
    const source = load<i32>(sources + (<usize> ref << 2));
    const weight = <usize> ref << 2;
    addWeighted(gradients + <usize> source * stride, first + weight, second + weight, out, stride, cut);
  }
}

/**
 * One step of Adam on n numbers (a multiple of 4): m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²;
 * w ← w − rate · m / (√v + ε), with g = gradient + decay · w. The bias corrections are in `rate` and ε.
 */
export function adam(
  w: usize,
  m: usize,
  v: usize,
  gradient: usize,
  n: i32,
  rate: f32,
  epsilon: f32,
  decay: f32,
): void {
  const rates = f32x4.splat(rate);
  for (let at: usize = 0, end = <usize> n << 2; at < end; at += 16) {
    adamOn(w + at, m + at, v + at, v128.load(gradient + at), rates, epsilon, decay);
  }
}

// @ts-ignore: decorator
@inline
function adamOn(w: usize, m: usize, v: usize, gradient: v128, rates: v128, epsilon: f32, decay: f32): void {
  const now = v128.load(w);
  const g = madd(f32x4.splat(decay), now, gradient);
  const first = madd(f32x4.splat(0.9), v128.load(m), f32x4.mul(f32x4.splat(0.1), g));
  const second = madd(f32x4.splat(0.999), v128.load(v), f32x4.mul(f32x4.mul(f32x4.splat(0.001), g), g));
  v128.store(m, first);
  v128.store(v, second);
  const length = f32x4.add(f32x4.sqrt(second), f32x4.splat(epsilon));
  v128.store(w, f32x4.sub(now, f32x4.div(f32x4.mul(rates, first), length)));
}

/** `adam()` with a rate for each number; what has rate 0 stays as it is. */
export function adamEach(
  w: usize,
  m: usize,
  v: usize,
  gradient: usize,
  n: i32,
  rates: usize,
  epsilon: f32,
  decay: f32,
): void {
  for (let at: usize = 0, end = <usize> n << 2; at < end; at += 16) {
    adamOn(w + at, m + at, v + at, v128.load(gradient + at), v128.load(rates + at), epsilon, decay);
  }
}

/**
 * Lazy Adam on the rows `touched` from place `from` to `to` (see sortByRow): each row's gradient is summed up, and it
 * alone moves. `decays` are per reference, of both blocks. `room` [width].
 */
export function updateRows(
  table: usize,
  m: usize,
  v: usize,
  order: usize,
  touched: usize,
  from: i32,
  to: i32,
  sources: usize,
  first: usize,
  second: usize,
  gradients: usize,
  room: usize,
  width: i32,
  split: i32,
  firstRate: f32,
  secondRate: f32,
  epsilon: f32,
  firstDecay: f32,
  secondDecay: f32,
): void {
  const cut = <usize> split << 2;
  for (let t = from; t < to; t++) {
    const place = touched + (<usize> t << 3);
    const begin = load<i32>(place + 4);
    const end = load<i32>(place + 12);
    sumReferences(order, begin, end, sources, first, second, gradients, room, width, split);
    const at = <usize> load<i32>(place) * <usize> width << 2;
    const n = <f32> (end - begin);
    adam(table + at, m + at, v + at, room, split, firstRate, epsilon, n * firstDecay);
    if (secondRate == 0) continue;
    adam(table + at + cut, m + at + cut, v + at + cut, room + cut, width - split, secondRate, epsilon, n * secondDecay);
  }
}
