// Panels for the matrix product: columns of B, eight by eight, each panel as
//   [start (8)] [row 0 (8)] [row 1 (8)] …
// where `start` is what the sums begin with (a bias, or zeros). Columns that are not there are zero.

/** Columns of a panel. */
export const WIDE = 8;

/** Bytes that the panels of B [k × n] take. */
export function panelBytes(k: i32, n: i32): i32 {
  return ((n + WIDE - 1) / WIDE) * (k + 1) * WIDE * 4;
}

/** Panels of B [k × n] with `stride` bytes a row; `start`: n numbers, or 0. */
export function packRows(b: usize, stride: usize, k: i32, n: i32, start: usize, out: usize): void {
  for (let j = 0; j < n; j += WIDE) {
    const columns = min(WIDE, n - j);
    out = packStart(start, j, columns, out);
    let from = b + (<usize> j << 2);
    if (columns == WIDE) {
      for (let p = 0; p < k; p++) {
        v128.store(out, v128.load(from));
        v128.store(out, v128.load(from, 16), 16);
        from += stride;
        out += 32;
      }
    } else {
      for (let p = 0; p < k; p++) {
        packEdge(from, columns, out);
        from += stride;
        out += 32;
      }
    }
  }
}

/** The same without a start, and `sums` = the sum of each column: a bias's gradient on the way. */
export function packRowsSummed(b: usize, stride: usize, k: i32, n: i32, sums: usize, out: usize): void {
  for (let j = 0; j < n; j += WIDE) {
    const columns = min(WIDE, n - j);
    out = packStart(0, j, columns, out);
    let from = b + (<usize> j << 2);
    let low = f32x4.splat(0);
    let high = f32x4.splat(0);
    for (let p = 0; p < k; p++) {
      if (columns == WIDE) {
        v128.store(out, v128.load(from));
        v128.store(out, v128.load(from, 16), 16);
      } else packEdge(from, columns, out);
      low = f32x4.add(low, v128.load(out));
      high = f32x4.add(high, v128.load(out, 16));
      from += stride;
      out += 32;
    }
    storeColumns(sums + (<usize> j << 2), low, high, columns);
  }
}

/** Panels of Bᵀ, where B [n × k] has `stride` bytes a row: its rows become columns. */
export function packColumns(b: usize, stride: usize, k: i32, n: i32, out: usize): void {
  for (let j = 0; j < n; j += WIDE) {
    const columns = min(WIDE, n - j);
    out = packStart(0, j, columns, out);
    const from = b + <usize> j * stride;
    if (columns == WIDE) {
      turn(from, stride, k, out);
      turn(from + 4 * stride, stride, k, out + 16);
    } else {
      memory.fill(out, 0, <usize> k << 5);
      for (let c = 0; c < columns; c++) {
        const row = from + <usize> c * stride;
        for (let p = 0; p < k; p++) {
          store<f32>(out + (<usize> p << 5) + (<usize> c << 2), load<f32>(row + (<usize> p << 2)));
        }
      }
    }
    out += <usize> k << 5;
  }
}

/** Four rows of k numbers become k rows of four, 32 bytes apart. */
function turn(r0: usize, stride: usize, k: i32, out: usize): void {
  let r1 = r0 + stride;
  let r2 = r1 + stride;
  let r3 = r2 + stride;
  let p = 0;
  for (; p + 4 <= k; p += 4) {
    const a = v128.load(r0);
    const b = v128.load(r1);
    const c = v128.load(r2);
    const d = v128.load(r3);
    const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
    const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    const AB = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
    const CD = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    v128.store(out, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
    v128.store(out, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7), 32);
    v128.store(out, v128.shuffle<f32>(AB, CD, 0, 1, 4, 5), 64);
    v128.store(out, v128.shuffle<f32>(AB, CD, 2, 3, 6, 7), 96);
    r0 += 16;
    r1 += 16;
    r2 += 16;
    r3 += 16;
    out += 128;
  }
  for (; p < k; p++) {
    store<f32>(out, load<f32>(r0));
    store<f32>(out, load<f32>(r1), 4);
    store<f32>(out, load<f32>(r2), 8);
    store<f32>(out, load<f32>(r3), 12);
    r0 += 4;
    r1 += 4;
    r2 += 4;
    r3 += 4;
    out += 32;
  }
}

function packStart(start: usize, j: i32, columns: i32, out: usize): usize {
  if (start == 0) {
    v128.store(out, f32x4.splat(0));
    v128.store(out, f32x4.splat(0), 16);
  } else packEdge(start + (<usize> j << 2), columns, out);
  return out + 32;
}

function packEdge(from: usize, columns: i32, out: usize): void {
  v128.store(out, f32x4.splat(0));
  v128.store(out, f32x4.splat(0), 16);
  for (let c = 0; c < columns; c++) {
    store<f32>(out + (<usize> c << 2), load<f32>(from + (<usize> c << 2)));
  }
}

/** The first `columns` of eight numbers. */
function storeColumns(out: usize, low: v128, high: v128, columns: i32): void {
  if (columns == WIDE) {
    v128.store(out, low);
    v128.store(out, high, 16);
    return;
  }
  if (columns >= 4) {
    v128.store(out, low);
    out += 16;
    columns -= 4;
    low = high;
  }
  if (columns > 0) store<f32>(out, f32x4.extract_lane(low, 0));
  if (columns > 1) store<f32>(out, f32x4.extract_lane(low, 1), 4);
  if (columns > 2) store<f32>(out, f32x4.extract_lane(low, 2), 8);
}
