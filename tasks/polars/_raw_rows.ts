/**
 * Raw ratings as PostgreSQL's binary COPY has them (sql/queries/clean/copy_raw_rows.sql), into columns, and sound ones
 * into rows of the lake (copy_loaded_ratings.sql). All numbers are big-endian; both kinds of rows have a fixed width.
 *
 * Format: PostgreSQL manual, "COPY", file formats: int16 field count, then per field int32 length and the value.
 */

/** rating_id int8, user_id int4, movie_id int4, rating float8, rated_at int8. */
const IN_WIDTHS = [8, 4, 4, 8, 8];
export const IN_ROW = rowBytes(IN_WIDTHS);
const [IN_ID, IN_USER, IN_MOVIE, IN_RATING, IN_AT] = offsets(IN_WIDTHS);
export const HEADER_BYTES = 19;
export const SIGNATURE = Uint8Array.of(
  ...new TextEncoder().encode("PGCOPY\n"),
  0xff,
  13,
  10,
  0,
  ...new Uint8Array(8),
);
export const TRAILER = Uint8Array.of(0xff, 0xff);

/** PostgreSQL counts microseconds from 2000-01-01; these are from 1970 on, as two words. */
const EPOCH_US = 946_684_800_000_000;
const WORD = 2 ** 32;
const [EPOCH_HIGH, EPOCH_LOW] = [Math.floor(EPOCH_US / WORD), EPOCH_US % WORD];

/** Columns of one block; the arrays are as long as the block. */
export interface RawColumns {
  ids: BigInt64Array;
  users: Int32Array;
  movies: Int32Array;
  ratings: Float64Array;
  /** Since 1970; what overflows (infinity) wraps around to impossible times. */
  ratedUs: BigInt64Array;
}

/** @throws {RangeError} when a row is not of the one shape. */
export function readRows(view: DataView, n: number): RawColumns {
  const columns: RawColumns = {
    ids: new BigInt64Array(n),
    users: new Int32Array(n),
    movies: new Int32Array(n),
    ratings: new Float64Array(n),
    ratedUs: new BigInt64Array(n),
  };
  // A 64-bit number by its halves, as BigInts are slow; low half first on every machine that Deno runs on.
  const ids = new Uint32Array(columns.ids.buffer);
  const times = new Uint32Array(columns.ratedUs.buffer);
  for (let row = 0, at = 0; row < n; row++, at += IN_ROW) {
    if (view.getInt16(at) !== IN_WIDTHS.length || view.getInt32(at + IN_AT - 4) !== 8) {
      throw new RangeError(`Cannot read row ${row} of a block as it is not ${IN_ROW} bytes of 5 columns`);
    }
    ids[2 * row] = view.getUint32(at + IN_ID + 4);
    ids[2 * row + 1] = view.getUint32(at + IN_ID);
    columns.users[row] = view.getInt32(at + IN_USER);
    columns.movies[row] = view.getInt32(at + IN_MOVIE);
    columns.ratings[row] = view.getFloat64(at + IN_RATING);
    const low = view.getUint32(at + IN_AT + 4) + EPOCH_LOW;
    times[2 * row] = low;
    times[2 * row + 1] = view.getUint32(at + IN_AT) + EPOCH_HIGH + (low >= WORD ? 1 : 0);
  }
  return columns;
}

/** Lake rows of one batch and lane. */
export interface LakeRows {
  /** Writes the rows of `from` that `isSound`; returns their bytes, valid until the next call. */
  write(from: DataView, isSound: (row: number) => boolean): Uint8Array;
}

/** Room for `block` lake rows: copies of one row, in which only what differs is written. */
export function lakeRows({ batch, lane, block }: { batch: number; lane: string; block: number }): LakeRows {
  const name = new TextEncoder().encode(lane);
  const widths = [8, 4, name.length, 4, 4, 4, 8];
  const places = offsets(widths);
  const [ID, BATCH, LANE, USER, MOVIE, RATING, AT] = places;
  const width = rowBytes(widths);
  const bytes = new Uint8Array(block * width);
  const to = new DataView(bytes.buffer);
  to.setInt16(0, widths.length);
  places.forEach((at, field) => to.setInt32(at - 4, widths[field]));
  to.setInt32(BATCH, batch);
  bytes.set(name, LANE);
  for (let filled = width; filled < bytes.length; filled *= 2) bytes.copyWithin(filled, 0, filled);
  return {
    write(from, isSound) {
      const n = from.byteLength / IN_ROW;
      let end = 0;
      for (let row = 0, at = 0; row < n; row++, at += IN_ROW) {
        if (!isSound(row)) continue;
        to.setUint32(end + ID, from.getUint32(at + IN_ID));
        to.setUint32(end + ID + 4, from.getUint32(at + IN_ID + 4));
        to.setInt32(end + USER, from.getInt32(at + IN_USER));
        to.setInt32(end + MOVIE, from.getInt32(at + IN_MOVIE));
        to.setFloat32(end + RATING, from.getFloat64(at + IN_RATING));
        to.setUint32(end + AT, from.getUint32(at + IN_AT));
        to.setUint32(end + AT + 4, from.getUint32(at + IN_AT + 4));
        end += width;
      }
      return bytes.subarray(0, end);
    },
  };
}

function rowBytes(widths: readonly number[]): number {
  return 2 + widths.reduce((sum, bytes) => sum + 4 + bytes, 0);
}

/** Where each field's value begins in a row. */
function offsets(widths: readonly number[]): number[] {
  let at = 2;
  return widths.map((bytes) => {
    const value = at + 4;
    at = value + bytes;
    return value;
  });
}
