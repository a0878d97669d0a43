/**
 * Numeric columns out of `COPY … TO STDOUT (FORMAT binary)`, straight into typed arrays.
 *
 * Format: PostgreSQL manual, "COPY", file formats. All numbers are big-endian; a row is int16 field count, then
 * per field int32 length (−1: null) and the value. An array value is int32 dimensions, flags, element type,
 * then per dimension its length and lower bound, then the elements as fields.
 */

/** Columns of numbers, one entry a row; array columns are flat, `widths[i]` values a row. */
export interface NumericRows {
  n: number;
  columns: Float64Array[];
}

type Reader = (view: DataView, at: number, out: Float64Array, to: number, width: number) => void;

const SCALARS = {
  int2: (view, at, out, to) => void (out[to] = view.getInt16(at)),
  int4: (view, at, out, to) => void (out[to] = view.getInt32(at)),
  int8: (view, at, out, to) => void (out[to] = int8(view, at)),
  float4: (view, at, out, to) => void (out[to] = view.getFloat32(at)),
  float8: (view, at, out, to) => void (out[to] = view.getFloat64(at)),
  "int2[]": arrayReader((view, at) => view.getInt16(at)),
  "int4[]": arrayReader((view, at) => view.getInt32(at)),
  "float8[]": arrayReader((view, at) => view.getFloat64(at)),
} as const satisfies Record<string, Reader>;

/** A column: a scalar type, or `[array type, values a row]` (shorter arrays are filled up with 0). */
export type NumericColumn = keyof typeof SCALARS | readonly [`${string}[]` & keyof typeof SCALARS, number];

/** Two halves, as a BigInt takes ten times as long; beyond 2⁵³ the nearest double. */
function int8(view: DataView, at: number): number {
  return view.getInt32(at) * 2 ** 32 + view.getUint32(at + 4);
}

const SIZES: Partial<Record<NumericColumn & string, number>> = {
  int2: 2,
  int4: 4,
  int8: 8,
  float4: 4,
  float8: 8,
};

const HEADER_BYTES = 19;
const CHUNK_ROWS = 65_536;

/**
 * The rows of a binary COPY in chunks of at most 65,536. The arrays are reused: copy what must outlive a chunk.
 *
 * @throws {RangeError} when a value is null, or a row has another number of columns.
 */
export async function* numericRows(
  bytes: AsyncIterable<Uint8Array>,
  columns: readonly NumericColumn[],
): AsyncGenerator<NumericRows> {
  const shape = columns.map((column) =>
    typeof column === "string"
      ? { read: SCALARS[column] as Reader, width: 1 }
      : { read: SCALARS[column[0]] as Reader, width: column[1] }
  );
  const out: NumericRows = { n: 0, columns: shape.map(({ width }) => new Float64Array(width * CHUNK_ROWS)) };
  const fixed = fixedColumns(columns);
  let rest = new Uint8Array(0);
  let skip = HEADER_BYTES;
  for await (const chunk of bytes) {
    const joined = joinBytes(rest, chunk);
    const view = new DataView(joined.buffer, joined.byteOffset, joined.byteLength);
    let at = Math.min(skip, joined.length);
    skip -= at;
    while (fixed !== null) {
      const n = readFixedRows(view, at, fixed, out);
      if (n === 0) break;
      at += n * fixed.rowBytes;
      if ((out.n += n) < CHUNK_ROWS) break;
      yield out;
      out.n = 0;
    }
    // What is left, if anything: array columns, or the row that is not as it should be.
    for (let next = rowEnd(view, at); next > 0; next = rowEnd(view, at)) {
      readRow(view, at, shape, out);
      at = next;
      if (++out.n === CHUNK_ROWS) {
        yield out;
        out.n = 0;
      }
    }
    rest = joined.subarray(at);
  }
  if (out.n > 0) yield out;
}

/** Rows of scalars all have one width: where each value begins in a row, and its type. */
interface FixedColumns {
  rowBytes: number;
  places: { at: number; size: number; type: string }[];
}

/** Null when a column is an array. */
function fixedColumns(columns: readonly NumericColumn[]): FixedColumns | null {
  const places: FixedColumns["places"] = [];
  let at = 2;
  for (const type of columns) {
    const size = typeof type === "string" ? SIZES[type] : undefined;
    if (typeof type !== "string" || size === undefined) return null;
    places.push({ at: at + 4, size, type });
    at += 4 + size;
  }
  return { rowBytes: at, places };
}

/** Reads the whole rows from `at` on, as many as fit in `out`; 0 when one of them is not of that width. */
function readFixedRows(
  view: DataView,
  at: number,
  { rowBytes, places }: FixedColumns,
  out: NumericRows,
): number {
  const n = Math.min(Math.floor((view.byteLength - at) / rowBytes), CHUNK_ROWS - out.n);
  const end = at + n * rowBytes;
  for (let row = at; row < end; row += rowBytes) if (view.getInt16(row) !== places.length) return 0;
  for (const [column, place] of places.entries()) {
    for (let p = at + place.at - 4; p < end; p += rowBytes) if (view.getInt32(p) !== place.size) return 0;
    readColumn(view, { from: at + place.at, end, rowBytes, type: place.type }, out.columns[column], out.n);
  }
  return n;
}

/** A loop for each type, so that each is compiled for its own. */
function readColumn(
  view: DataView,
  { from, end, rowBytes, type }: { from: number; end: number; rowBytes: number; type: string },
  out: Float64Array,
  to: number,
): void {
  switch (type) {
    case "int2":
      for (let p = from; p < end; p += rowBytes) out[to++] = view.getInt16(p);
      break;
    case "int4":
      for (let p = from; p < end; p += rowBytes) out[to++] = view.getInt32(p);
      break;
    case "int8":
      for (let p = from; p < end; p += rowBytes) out[to++] = int8(view, p);
      break;
    case "float4":
      for (let p = from; p < end; p += rowBytes) out[to++] = view.getFloat32(p);
      break;
    case "float8":
      for (let p = from; p < end; p += rowBytes) out[to++] = view.getFloat64(p);
  }
}

/** Where the row that begins at `at` ends; 0 when it is not all there, or is the trailer. */
function rowEnd(view: DataView, at: number): number {
  if (at + 2 > view.byteLength) return 0;
  const fields = view.getInt16(at);
  if (fields < 0) return 0;
  at += 2;
  for (let field = 0; field < fields; field++) {
    if (at + 4 > view.byteLength) return 0;
    at += 4 + Math.max(0, view.getInt32(at));
  }
  return at <= view.byteLength ? at : 0;
}

function readRow(
  view: DataView,
  at: number,
  shape: { read: Reader; width: number }[],
  out: NumericRows,
): void {
  const fields = view.getInt16(at);
  if (fields !== shape.length) {
    throw new RangeError(`Cannot read row as it should have ${shape.length} columns: found ${fields}`);
  }
  at += 2;
  for (let field = 0; field < fields; field++) {
    const length = view.getInt32(at);
    if (length < 0) throw new RangeError(`Cannot read column ${field + 1} as a number: found null`);
    const { read, width } = shape[field];
    read(view, at + 4, out.columns[field], out.n * width, width);
    at += 4 + length;
  }
}

function arrayReader(element: (view: DataView, at: number) => number): Reader {
  return (view, at, out, to, width) => {
    out.fill(0, to, to + width);
    if (view.getInt32(at) === 0) return; // an empty array has no dimensions
    const length = view.getInt32(at + 12);
    if (length > width) {
      throw new RangeError(`Cannot read array as it should have ${width} values: found ${length}`);
    }
    at += 20;
    for (let i = 0; i < length; i++) {
      const size = view.getInt32(at);
      out[to + i] = element(view, at + 4);
      at += 4 + size;
    }
  };
}

function joinBytes(rest: Uint8Array, chunk: Uint8Array): Uint8Array<ArrayBuffer> {
  if (rest.length === 0) return chunk as Uint8Array<ArrayBuffer>;
  const joined = new Uint8Array(rest.length + chunk.length);
  joined.set(rest);
  joined.set(chunk, rest.length);
  return joined;
}
