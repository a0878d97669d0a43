// Tables of embeddings on a tape: rows gathered by number, and an Adam that touches the rows of the batch only (lazy
// Adam: a row that no example met keeps its weights and moments; Kingma & Ba 2015 for the others).
//
// A row's weights and its two moments lie side by side, [w | m | v], as the three are always needed together and each
// row is a walk to memory of its own.

import { madd } from "./simd";
import { address, batchRows, count, firstRow, real, rows, shard, stride, tensor } from "./state";

/**
 * y[from column …] = w of row x[column], a float32: [x, stride, column, table, dimension, y, stride, column, numbers or 0]
 * Leaves the row numbers of the batch side by side in `numbers`, for `tableAdam()`.
 */
export function gather(): void {
  const table = address(3);
  const bytes = <usize> count(4) << 2;
  const numbers = address(8);
  let x = tensor(0) + (<usize> count(2) << 2);
  let y = tensor(5) + (<usize> count(7) << 2);
  for (let row = 0; row < rows; row++) {
    const number = <i32> load<f32>(x);
    if (numbers != 0) store<i32>(numbers + (<usize> (firstRow + row) << 2), number);
    memory.copy(y, table + <usize> number * bytes * 3, bytes);
    x += stride(0);
    y += stride(5);
  }
}

/** Parts of a table that are updated at once; a row's part is in its number's last bits. */
const PARTS: i32 = 16;

export function tableParts(): i32 {
  return PARTS;
}

/**
 * One part's step: gradients are summed by row in the order of the examples, so threads do not matter.
 * [numbers, table, slots (one for each row, 0 before and after), list and sums (each with room for the batch), dimension,
 *  dy, stride, column, settings, β₁, β₂, ε]
 */
export function tableAdam(): void {
  const bytes = <usize> count(5) << 2;
  const table = address(1);
  const slots = address(2);
  const first = <usize> rowsBefore();
  const list = address(3) + (first << 2);
  const sums = address(4) + first * bytes;
  const met = sumByRow(slots, list, sums, bytes);
  const settings = address(9);
  const rate = load<f32>(settings) / load<f32>(settings, 4);
  const spread: f32 = 1 / load<f32>(settings, 8);
  for (let i: usize = 0; i < <usize> met; i++) {
    const row = <usize> load<i32>(list + (i << 2));
    store<i32>(slots + (row << 2), 0);
    step(table + row * bytes * 3, sums + i * bytes, bytes, rate, spread);
  }
}

/** Examples of the parts before this one: where in list and sums its own begin. */
function rowsBefore(): i32 {
  const numbers = address(0);
  let before = 0;
  for (let i = 0; i < batchRows; i++) {
    before += i32((load<i32>(numbers + (<usize> i << 2)) & (PARTS - 1)) < shard);
  }
  return before;
}

/** Lists the part's rows that the batch met, and sums their gradients; how many there are. */
function sumByRow(slots: usize, list: usize, sums: usize, bytes: usize): i32 {
  const numbers = address(0);
  let dy = address(6) + (<usize> count(8) << 2);
  let met = 0;
  for (let i = 0; i < batchRows; i++) {
    const row = load<i32>(numbers + (<usize> i << 2));
    if ((row & (PARTS - 1)) == shard) {
      const slot = slots + (<usize> row << 2);
      const place = load<i32>(slot);
      if (place > 0) addTo(sums + <usize> (place - 1) * bytes, dy, bytes);
      else {
        store<i32>(list + (<usize> met << 2), row);
        memory.copy(sums + <usize> met * bytes, dy, bytes);
        met++;
        store<i32>(slot, met);
      }
    }
    dy += stride(6);
  }
  return met;
}

/** Adam on one row. */
function step(w: usize, gradient: usize, bytes: usize, rate: f32, spread: f32): void {
  const m = w + bytes;
  const v = m + bytes;
  const b1 = real(10);
  const b2 = real(11);
  const epsilon = real(12);
  let k: usize = 0;
  for (; k + 16 <= bytes; k += 16) {
    const g = v128.load(gradient + k);
    const mean = madd(f32x4.splat(b1), v128.load(m + k), f32x4.mul(f32x4.splat(1 - b1), g));
    const square = madd(f32x4.splat(b2), v128.load(v + k), f32x4.mul(f32x4.splat(1 - b2), f32x4.mul(g, g)));
    v128.store(m + k, mean);
    v128.store(v + k, square);
    const size = f32x4.add(f32x4.sqrt(f32x4.mul(square, f32x4.splat(spread))), f32x4.splat(epsilon));
    const moved = f32x4.div(f32x4.mul(f32x4.splat(rate), mean), size);
    v128.store(w + k, f32x4.sub(v128.load(w + k), moved));
  }
  for (; k < bytes; k += 4) {
    const g = load<f32>(gradient + k);
    const mean = b1 * load<f32>(m + k) + (1 - b1) * g;
    const square = b2 * load<f32>(v + k) + (1 - b2) * g * g;
    store<f32>(m + k, mean);
    store<f32>(v + k, square);
    const moved = rate * mean / (sqrt<f32>(square * spread) + epsilon);
    store<f32>(w + k, load<f32>(w + k) - moved);
  }
}

function addTo(sums: usize, row: usize, bytes: usize): void {
  let k: usize = 0;
  for (; k + 16 <= bytes; k += 16) v128.store(sums + k, f32x4.add(v128.load(sums + k), v128.load(row + k)));
  for (; k < bytes; k += 4) store<f32>(sums + k, load<f32>(sums + k) + load<f32>(row + k));
}
