// Writes the coarse copy that scan.ts looks at; what is in it, and why, stands in ../scan_index.ts.

/** Rows of a tile, and columns of it whose cells lie together. */
const TILE: i32 = 16;
const COLUMNS: i32 = 4;
/** Cells are −63 … 63, kept as 1 … 127. */
const MOST: f64 = 63;
const OFFSET: i32 = 64;

// @ts-ignore: decorator
@inline
function value(vectors: usize, at: i32): f64 {
  return <f64> load<f32>(vectors + (<usize> at << 2));
}

// @ts-ignore: decorator
@inline
function centreAt(centre: usize, k: i32): f64 {
  return load<f64>(centre + (<usize> k << 3));
}

/** The mean row, into centre [d] (doubles); and each row's distance to it, into distances [n] (floats). */
export function writeDistances(vectors: usize, n: i32, d: i32, centre: usize, distances: usize): void {
  for (let k = 0; k < d; k++) store<f64>(centre + (<usize> k << 3), 0);
  for (let row = 0, at = 0; row < n; row++) {
    for (let k = 0; k < d; k++, at++) {
      const sum = centre + (<usize> k << 3);
      store<f64>(sum, load<f64>(sum) + value(vectors, at));
    }
  }
  for (let k = 0; k < d; k++) store<f64>(centre + (<usize> k << 3), centreAt(centre, k) / <f64> n);
  for (let row = 0, at = 0; row < n; row++) {
    let squares: f64 = 0;
    for (let k = 0; k < d; k++, at++) {
      const x = value(vectors, at) - centreAt(centre, k);
      squares += x * x;
    }
    store<f32>(distances + (<usize> row << 2), <f32> sqrt(squares));
  }
}

/** Cells of the `count` rows that stand in `order` from place `first` on, and their bounds: [s, A, E, R, N]. */
export function writeBlock(
  vectors: usize,
  d: i32,
  centre: usize,
  order: usize,
  first: i32,
  count: i32,
  cells: usize,
  bounds: usize,
): void {
  let greatest: f64 = 0;
  for (let i = first; i < first + count; i++) {
    const from = load<i32>(order + (<usize> i << 2)) * d;
    for (let k = 0; k < d; k++) greatest = max(greatest, abs(value(vectors, from + k) - centreAt(centre, k)));
  }
  const unit = greatest / MOST;
  const tileBytes = ((d + COLUMNS - 1) / COLUMNS) * COLUMNS * TILE;
  let coarse: f64 = 0;
  let rest: f64 = 0;
  let norm: f64 = 0;
  let distance: f64 = 0;
  for (let i = first; i < first + count; i++) {
    const from = load<i32>(order + (<usize> i << 2)) * d;
    const row = cells + <usize> (i / TILE) * <usize> tileBytes + <usize> (i % TILE * COLUMNS);
    let z2: f64 = 0;
    let e2: f64 = 0;
    let v2: f64 = 0;
    let x2: f64 = 0;
    for (let k = 0; k < d; k++) {
      const v = value(vectors, from + k);
      const x = v - centreAt(centre, k);
      const z = unit > 0 ? max(-MOST, min(MOST, nearest(x / unit))) : 0;
      const e = x - unit * z;
      store<u8>(row + <usize> ((k - k % COLUMNS) * TILE + k % COLUMNS), <u8> (<i32> z + OFFSET));
      z2 += z * z;
      e2 += e * e;
      v2 += v * v;
      x2 += x * x;
    }
    coarse = max(coarse, unit * unit * z2);
    rest = max(rest, e2);
    norm = max(norm, v2);
    distance = max(distance, x2);
  }
  store<f64>(bounds, unit);
  store<f64>(bounds, sqrt(coarse), 8);
  store<f64>(bounds, sqrt(rest), 16);
  store<f64>(bounds, sqrt(norm), 24);
  store<f64>(bounds, sqrt(distance), 32);
}
