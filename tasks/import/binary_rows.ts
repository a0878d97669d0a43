/**
 * Rows of `raw_db.ratings` in PostgreSQL's binary COPY format, 80 bytes each.
 *
 * Format: PostgreSQL manual, "COPY", file formats. A row is int16 field count, then per field int32 length and
 * the value, all big-endian. Every row has the same shape, so rows are cut from a template that holds all the
 * lengths and constants, and only the six values that differ are written.
 */
import type { RatingTable } from "./rating_table.ts";

const LANE = new TextEncoder().encode("import");
const FIELD_BYTES = [8, LANE.length, 4, 4, 8, 8, 4, 4]; // in the order of sql/queries/import/copy_ratings.sql
const ROW_BYTES = 2 + FIELD_BYTES.reduce((sum, bytes) => sum + 4 + bytes, 0);
const [RATING_ID, LANE_AT, USER, MOVIE, RATING, RATED_AT, SOURCE, LINE] = offsets();
const PIECE_ROWS = 4096;
const SIGNATURE = Uint8Array.of(
  ...new TextEncoder().encode("PGCOPY\n"),
  0xff,
  13,
  10,
  0,
  ...new Uint8Array(8),
);
const TRAILER = Uint8Array.of(0xff, 0xff);

/** PostgreSQL counts microseconds from 2000-01-01. */
const EPOCH_SECONDS = 946_684_800;
const WORD = 2 ** 32;

export interface Slice {
  /** Row numbers, in the order in which ids are given. */
  order: Uint32Array;
  /** Places in `order`: from (inclusive) to (exclusive). */
  from: number;
  to: number;
  /** Id of the row at place 0. */
  firstId: number;
  sourceId: number;
}

/** The bytes of one COPY: the rows at places `from` to `to`. */
export function* binaryRows(ratings: RatingTable, slice: Slice): Generator<Uint8Array> {
  yield SIGNATURE;
  const template = templateOf(slice.sourceId);
  for (let start = slice.from; start < slice.to; start += PIECE_ROWS) {
    const end = Math.min(slice.to, start + PIECE_ROWS);
    const bytes = template.slice(0, (end - start) * ROW_BYTES);
    writeRows(new DataView(bytes.buffer), ratings, { ...slice, from: start, to: end });
    yield bytes;
  }
  yield TRAILER;
}

function writeRows(view: DataView, ratings: RatingTable, { order, from, to, firstId }: Slice): void {
  const { userId, movieId, rating, ratedAt, line } = ratings;
  for (let place = from, at = 0; place < to; place++, at += ROW_BYTES) {
    const row = order[place];
    const id = firstId + place;
    view.setUint32(at + RATING_ID, Math.floor(id / WORD));
    view.setUint32(at + RATING_ID + 4, id % WORD);
    view.setInt32(at + USER, userId[row]);
    view.setInt32(at + MOVIE, movieId[row]);
    view.setFloat64(at + RATING, rating[row]);
    writeTime(view, at + RATED_AT, ratedAt[row]);
    view.setInt32(at + LINE, line[row]);
  }
}

function writeTime(view: DataView, at: number, seconds: number): void {
  const micros = Math.round((seconds - EPOCH_SECONDS) * 1e6);
  if (!Number.isSafeInteger(micros)) { // past the year 2255: whole seconds, or their doubles' nearest
    view.setBigInt64(at, BigInt(Math.round(seconds) - EPOCH_SECONDS) * 1_000_000n);
    return;
  }
  const high = Math.floor(micros / WORD);
  view.setInt32(at, high);
  view.setUint32(at + 4, micros - high * WORD);
}

function templateOf(sourceId: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(ROW_BYTES * PIECE_ROWS);
  const view = new DataView(bytes.buffer);
  view.setInt16(0, FIELD_BYTES.length);
  offsets().forEach((at, field) => view.setInt32(at - 4, FIELD_BYTES[field]));
  bytes.set(LANE, LANE_AT);
  view.setInt32(SOURCE, sourceId);
  for (let filled = ROW_BYTES; filled < bytes.length; filled *= 2) bytes.copyWithin(filled, 0, filled);
  return bytes;
}

/** Where each field's value begins in a row. */
function offsets(): number[] {
  let at = 2;
  return FIELD_BYTES.map((bytes) => {
    const value = at + 4;
    at = value + bytes;
    return value;
  });
}
