/**
 * The serving scan: the best rows of a matrix in shared memory, exactly. Several threads may scan one matrix at a time.
 *
 *   const place = { memory, index: placingIndex(module, memory, { vectors, n, d }) }    once, by whoever has the vectors
 *   const scan = openScan(module, place)                                              in each thread
 */
import type { ScanIndex } from "./scan_index.ts";
import { placeIn } from "./shared_memory.ts";

export interface ScanPlace {
  memory: WebAssembly.Memory;
  index: ScanIndex;
}

export interface ScanOptions {
  /** Length of the list; it is shorter when fewer rows are left. */
  k: number;
  /** Packed ratings (row << 4 | half stars): their rows are left out. */
  rated?: Int32Array;
  /** Rows that are left out besides. */
  rows?: Iterable<number>;
  /** A byte for each row: those with anything but 0 are left out. */
  masked?: Uint8Array;
}

export interface TopRows {
  /** By descending score, equal ones by ascending row; none whose score is NaN. */
  rows: Int32Array;
  scores: Float32Array;
}

export interface Scan {
  top(query: Float32Array, options: ScanOptions): TopRows;
  /** Rows whose exact score the last call computed. */
  readonly looks: number;
}

const LINE = 64;
const lined = (bytes: number) => Math.ceil(bytes / LINE) * LINE;

/** Addresses of what follows: the query, whole and rounded; a byte a row; sums of a tile; candidates, at most all rows. */
function layoutOf(at: number, n: number, d: number) {
  const query = at + LINE;
  const cells = query + lined(8 * d);
  const mask = cells + lined(16 * Math.ceil(d / 4));
  const sums = mask + lined(n);
  const scores = sums + LINE;
  const most = scores + lined(4 * n);
  const rows = most + lined(4 * n);
  return { query, cells, mask, sums, scores, most, rows, end: rows + lined(4 * n) };
}

/** Bytes that one thread needs for itself to scan n × d. */
export function scratchBytes(n: number, d: number): number {
  return layoutOf(0, n, d).end;
}

/** At once: the module is small. The memory grows by `scratchBytes()`. @throws {RangeError} when it can't. */
export function openScan(module: WebAssembly.Module, { memory, index: { at, n, d } }: ScanPlace): Scan {
  const scratch = placeIn(memory, scratchBytes(n, d));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const scanTop = exports.scanTop as (...numbers: number[]) => number;
  const looks = exports.looks as WebAssembly.Global;
  const layout = layoutOf(scratch, n, d);
  const { cells, mask, sums, scores, most, rows } = layout;
  const { buffer } = memory;
  new Int32Array(buffer, scratch, 7).set([layout.query, cells, mask, sums, scores, most, rows]);
  const query = new Float64Array(buffer, layout.query, d);
  const masks = new Uint8Array(buffer, mask, n);
  const [bestScores, bestRows] = [new Float32Array(buffer, scores, n), new Int32Array(buffer, rows, n)];
  return {
    top(q, { k, rated = NOTHING, rows: others = NOTHING, masked }) {
      if (q.length !== d) throw new RangeError(`Cannot scan rows of ${d} with a query of ${q.length}`);
      query.set(q);
      if (masked) masks.set(masked);
      for (let i = 0; i < rated.length; i++) masks[rated[i] >> 4] = 1;
      for (const row of others) masks[row] = 1;
      const size = scanTop(at, scratch, Math.min(k, n));
      if (masked) masks.fill(0);
      else {
        for (let i = 0; i < rated.length; i++) masks[rated[i] >> 4] = 0;
        for (const row of others) masks[row] = 0;
      }
      return { rows: bestRows.slice(0, size), scores: bestScores.slice(0, size) };
    },
    get looks() {
      return looks.value;
    },
  };
}

const NOTHING = new Int32Array(0);
