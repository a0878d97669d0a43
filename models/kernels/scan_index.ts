/**
 * What a scan looks at instead of every vector: a coarse copy of them, and how far it can be off.
 *
 * Rows stand in descending order of their distance to the centre c (the mean row), in blocks. A block has one unit s;
 * a row is v = c + s·z + e with whole numbers z in −63 … 63 and a rest e. A query is q = t·p + f with whole numbers p in
 * −127 … 127 and a rest f. With D = ⟨z, p⟩, which is exact in integers,
 *
 *   ⟨v, q⟩ = ⟨c, q⟩ + ⟨s·z, t·p⟩ + ⟨s·z, f⟩ + ⟨e, q⟩ ≤ ⟨c, q⟩ + s·t·D + A‖f‖ + E‖q‖
 *
 * by Cauchy–Schwarz, where A = max ‖s·z‖ and E = max ‖e‖ over the block. A score is a float: it is above ⟨v, q⟩ by no more
 * than 2⁻²³ ‖v‖‖q‖ (adding up in doubles, rounding once to a float) or, next to 0, by half of the least float; bounds
 * that are added up in doubles are off by no more than 2⁻⁴⁰ of ‖q‖ (‖c‖ + A + E). With R = max ‖v‖ and all of these as δ,
 * a row whose score is τ or more has
 *
 *   s·t·D ≥ τ − ⟨c, q⟩ − A‖f‖ − E‖q‖ − δ
 *
 * and one with D has a score of at least ⟨c, q⟩ + s·t·D − A‖f‖ − E‖q‖ − δ. So a scan gathers, of each row that may be
 * on the list, the least and the most that its score can be. With the k-th best of the least as τ, rows with a smaller
 * D are passed over, and those gathered whose most is below it go: k others are better. Whoever is left in the end gets
 * the exact score: nothing is missed. And once ⟨c, q⟩ + N‖q‖ + δ < τ, N being the greatest distance to c from a block on,
 * the gathering is over.
 */
import type { Steps } from "../steps.ts";
import { placeIn } from "./shared_memory.ts";

/** Rows of a tile, whose cells lie together: for each four columns, those of the rows, one behind the other. */
const TILE = 16;
const COLUMNS = 4;
const ROWS_PER_BLOCK = 128;
/** About a millisecond's work. */
const BLOCKS_PER_STEP = 12;
/** The cell of a 0. */
const OFFSET = 64;
/** Doubles of a block: s, A, E, R, N. */
const BOUNDS = 5;
/** Int32 fields, then ‖c‖: see assembly/scan.ts. */
const HEAD_BYTES = 64;
const LINE = 64;

/** Where a matrix and its index stand in a memory. Plain numbers: it can be posted to a worker. */
export interface ScanIndex {
  /** Addresses in bytes. */
  readonly at: number;
  readonly vectors: number;
  /** Rows and columns. */
  readonly n: number;
  readonly d: number;
}

interface Layout {
  order: number;
  cells: number;
  bounds: number;
  centre: number;
  end: number;
}

/** Bytes that the index of n × d vectors takes. */
export function indexBytes(n: number, d: number): number {
  return layoutOf(0, n, d).end;
}

function layoutOf(at: number, n: number, d: number): Layout {
  const blocks = Math.ceil(n / ROWS_PER_BLOCK);
  const order = lined(at + HEAD_BYTES);
  const cells = lined(order + 4 * n);
  const bounds = lined(cells + Math.ceil(n / TILE) * TILE * Math.ceil(d / COLUMNS) * COLUMNS);
  const centre = lined(bounds + 8 * BOUNDS * blocks);
  return { order, cells, bounds, centre, end: lined(centre + 8 * d) };
}

const lined = (bytes: number) => Math.ceil(bytes / LINE) * LINE;

/**
 * Writes the index of the vectors [n × d] that stand in `memory` at `vectors` behind all that is there, in steps.
 *
 * @throws {RangeError} when one of them is not finite, as no bound holds for it, or the memory can't grow.
 */
export function* placingIndex(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  { vectors, n, d }: Omit<ScanIndex, "at">,
): Steps<ScanIndex> {
  const at = placeIn(memory, indexBytes(n, d));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const { writeDistances, writeBlock } = exports as Record<string, (...numbers: number[]) => void>;
  const { order, cells, bounds, centre } = layoutOf(at, n, d);
  const c = new Float64Array(memory.buffer, centre, d);
  const places = new Int32Array(memory.buffer, order, n);
  writeDistances(vectors, n, d, centre, order);
  const broken = c.findIndex((x) => !Number.isFinite(x));
  if (n > 0 && broken !== -1) {
    throw new RangeError(
      `Cannot scan vectors as they should be finite: found ${c[broken]} in column ${broken}`,
    );
  }
  yield;
  places.set(byDistance(places));
  yield;
  new Uint8Array(memory.buffer, cells, bounds - cells).fill(OFFSET);
  const blocks = new Float64Array(memory.buffer, bounds, BOUNDS * Math.ceil(n / ROWS_PER_BLOCK));
  for (let first = 0, to = bounds; first < n; first += ROWS_PER_BLOCK, to += 8 * BOUNDS) {
    writeBlock(vectors, d, centre, order, first, Math.min(ROWS_PER_BLOCK, n - first), cells, to);
    if (first / ROWS_PER_BLOCK % BLOCKS_PER_STEP === BLOCKS_PER_STEP - 1) yield;
  }
  // N is of a block and of all that follow.
  for (let last = blocks.length - 1 - BOUNDS; last > 0; last -= BOUNDS) {
    blocks[last] = Math.max(blocks[last], blocks[last + BOUNDS]);
  }
  new Int32Array(memory.buffer, at, 8).set([n, d, ROWS_PER_BLOCK, vectors, order, cells, bounds, centre]);
  new Float64Array(memory.buffer, at + 32, 1)[0] = Math.hypot(...c);
  return { at, vectors, n, d };
}

/** Rows by descending distance, near enough: by its exponent and 15 bits of it. Takes the bits of floats ≥ 0. */
function byDistance(bits: Int32Array): Int32Array {
  // Whole numbers below 2⁵³, which sort() of a typed array orders without a callback: ten times as fast.
  const keys = Float64Array.from(bits, (of, row) => (0x7fffff - (of >>> 8)) * 2 ** 29 + row).sort();
  return Int32Array.from(keys, (key) => key % 2 ** 29);
}
