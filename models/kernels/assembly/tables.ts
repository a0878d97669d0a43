// Tables of embeddings on a tape: rows gathered by number, and an Adam that touches the rows of the batch only (lazy
// Adam: a row that no example met keeps its weights and moments; Kingma & Ba 2015 for the others).

import { madd } from "./simd";
import { address, batchRows, count, real, rows, shard, stride, tensor } from "./state";

/** y[from column …] = table[x[column]], row numbers as float32: [x, stride, column, table, dimension, y, stride, column] */
export function gather(): void {
  const table = address(3);
  const dimension = count(4);
  let x = tensor(0) + (<usize> count(2) << 2);
  let y = tensor(5) + (<usize> count(7) << 2);
  for (let row = 0; row < rows; row++) {
    const from = table + <usize> (<i32> load<f32>(x) * dimension) * 4;
    memory.copy(y, from, <usize> dimension << 2);
    x += stride(0);
    y += stride(5);
  }
}

/** Parts of a table that are updated at once; the rows of a part are those whose number leaves it as remainder. */
const PARTS: i32 = 16;

export function tableParts(): i32 {
  return PARTS;
}

/**
 * One part's step: gradients are summed by row in the order of the examples, so threads do not matter.
 * [x, stride, column, table, m, v, sums, lists (PARTS × room for the batch), room, dimension, dy, stride, column,
 *  settings, β₁, β₂, ε, marks]; sums and marks (a byte for each row) are 0 before and after.
 */
export function tableAdam(): void {
  const dimension = count(9);
  const bytes = <usize> dimension << 2;
  const sums = address(6);
  const list = address(7) + <usize> shard * (<usize> count(8) << 2);
  const met = sumByRow(list, sums, bytes);
  const settings = address(13);
  const rate = load<f32>(settings) / load<f32>(settings, 4);
  const spread: f32 = 1 / load<f32>(settings, 8);
  for (let i = 0; i < met; i++) {
    const row = <usize> load<i32>(list + (<usize> i << 2));
    store<u8>(address(17) + row, 0);
    const at = row * bytes;
    step(at, bytes, rate, spread);
  }
}

/** Adam on one row, whose sum of gradients is then 0. */
function step(at: usize, bytes: usize, rate: f32, spread: f32): void {
  const table = address(3) + at;
  const m = address(4) + at;
  const v = address(5) + at;
  const sums = address(6) + at;
  const b1 = real(14);
  const b2 = real(15);
  let k: usize = 0;
  for (; k + 16 <= bytes; k += 16) {
    const g = v128.load(sums + k);
    const mean = madd(f32x4.splat(b1), v128.load(m + k), f32x4.mul(f32x4.splat(1 - b1), g));
    const square = madd(f32x4.splat(b2), v128.load(v + k), f32x4.mul(f32x4.splat(1 - b2), f32x4.mul(g, g)));
    v128.store(m + k, mean);
    v128.store(v + k, square);
    const size = f32x4.add(f32x4.sqrt(f32x4.mul(square, f32x4.splat(spread))), f32x4.splat(real(16)));
    const moved = f32x4.div(f32x4.mul(f32x4.splat(rate), mean), size);
    v128.store(table + k, f32x4.sub(v128.load(table + k), moved));
    v128.store(sums + k, f32x4.splat(0));
  }
  for (; k < bytes; k += 4) {
    const g = load<f32>(sums + k);
    const mean = b1 * load<f32>(m + k) + (1 - b1) * g;
    const square = b2 * load<f32>(v + k) + (1 - b2) * g * g;
    store<f32>(m + k, mean);
    store<f32>(v + k, square);
    const moved = rate * mean / (sqrt<f32>(square * spread) + real(16));
    store<f32>(table + k, load<f32>(table + k) - moved);
    store<f32>(sums + k, 0);
  }
}

/** Lists the part's rows that the batch met, and sums their gradients; how many there are. */
function sumByRow(list: usize, sums: usize, bytes: usize): i32 {
  let x = address(0) + (<usize> count(2) << 2);
  let dy = address(10) + (<usize> count(12) << 2);
  let met = 0;
  for (let i = 0; i < batchRows; i++) {
    const row = <i32> load<f32>(x);
    if (row % PARTS == shard) {
      const at = sums + <usize> row * bytes;
      addTo(at, dy, bytes);
      const mark = address(17) + <usize> row;
      if (load<u8>(mark) == 0) {
        store<u8>(mark, 1);
        store<i32>(list + (<usize> met << 2), row);
        met++;
      }
    }
    x += stride(0);
    dy += stride(10);
  }
  return met;
}

function addTo(sums: usize, row: usize, bytes: usize): void {
  let k: usize = 0;
  for (; k + 16 <= bytes; k += 16) v128.store(sums + k, f32x4.add(v128.load(sums + k), v128.load(row + k)));
  for (; k < bytes; k += 4) store<f32>(sums + k, load<f32>(sums + k) + load<f32>(row + k));
}
