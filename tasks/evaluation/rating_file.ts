/**
 * One CSV file of ratings, or of pairs: columns by name, any others between them, any order, `\r\n` or a byte order
 * mark. Read in pieces; a line that is none of what was asked for ends the reading with its number.
 */
import { columnPlaces } from "../import/csv.ts";
import { DataError } from "../import/errors.ts";
import { toId, toNumber } from "../import/fields.ts";
import { fileBytes, plainText } from "../import/file_bytes.ts";
import { RatingTable } from "../import/rating_table.ts";
import { RecordReader } from "../import/record_reader.ts";
import { quoted } from "../import/text.ts";

export interface RatingFile {
  /** In the order of the file; without times `ratedAt` is 0, of pairs `rating` is, too. */
  rows: RatingTable;
  hasTimes: boolean;
}

export interface ReadRatingFile {
  /** `pairs`: only userId and movieId are looked for. */
  of: "ratings" | "pairs";
  signal: AbortSignal;
}

/**
 * Reads the file at `path`.
 *
 * @throws {DataError} when it cannot be read, lacks a column, holds no row, or a line that is no rating.
 */
export async function readRatingFile(path: string, { of, signal }: ReadRatingFile): Promise<RatingFile> {
  await refuseFolder(path);
  const rows = new RatingTable();
  const wanted = of === "ratings" ? ["userId", "movieId", "rating"] : ["userId", "movieId"];
  let columns: Columns | null = null;
  const reader = new RecordReader(",", (fields, line, text) => {
    if (columns === null) columns = columnsOf(fields ?? [text], wanted, path);
    else if (text !== "") addRow(rows, columns, { fields, line, text, path });
  });
  for await (const bytes of plainText(path, fileBytes(path, () => {}))) {
    signal.throwIfAborted();
    reader.feed(bytes);
  }
  reader.finish();
  const found: Columns | null = columns;
  if (found === null) {
    throw new DataError(`Cannot read "${path}" as it is empty: wanted a header, ${wanted.join()}`);
  }
  if (rows.n === 0) throw new DataError(`Cannot read "${path}" as it has no row below its header`);
  return { rows, hasTimes: (found as Columns).timestamp >= 0 };
}

/** Without this, what the system says of a folder is that it is one, and not that a file was wanted. */
export async function refuseFolder(path: string): Promise<void> {
  const found = await Deno.stat(path).catch(() => null);
  if (found?.isDirectory) throw new DataError(`Cannot read "${path}" as it should be a file: found a folder`);
}

interface Columns {
  width: number;
  user: number;
  movie: number;
  /** −1: there is none. */
  rating: number;
  timestamp: number;
}

function columnsOf(header: string[], wanted: readonly string[], path: string): Columns {
  const [user, movie, rating = -1] = columnPlaces(header, wanted, path);
  const hasTimes = rating >= 0 && header.some((name) => /^\s*timestamp\s*$/i.test(name));
  const [timestamp] = hasTimes ? columnPlaces(header, ["timestamp"], path) : [-1];
  return { width: header.length, user, movie, rating, timestamp };
}

interface Line {
  fields: string[] | null;
  line: number;
  text: string;
  path: string;
}

function addRow(rows: RatingTable, columns: Columns, line: Line): void {
  const { fields } = line;
  if (fields === null) throw broken(line, "its quotes do not match");
  if (fields.length !== columns.width) {
    throw broken(line, `it should have ${columns.width} fields: found ${fields.length}`);
  }
  const user = idIn(fields[columns.user]);
  if (user === null) {
    throw broken(line, `userId should be a whole number of 32 bits: found ${quoted(fields[columns.user])}`);
  }
  const movie = idIn(fields[columns.movie]);
  if (movie === null) {
    throw broken(line, `movieId should be a whole number of 32 bits: found ${quoted(fields[columns.movie])}`);
  }
  const rating = columns.rating < 0 ? 0 : finite(fields[columns.rating]);
  if (rating === null) {
    throw broken(line, `rating should be a number: found ${quoted(fields[columns.rating])}`);
  }
  const time = columns.timestamp < 0 ? 0 : finite(fields[columns.timestamp]);
  if (time === null) {
    throw broken(line, `timestamp should be a number of seconds: found ${quoted(fields[columns.timestamp])}`);
  }
  rows.push(user, movie, rating, time, line.line);
}

const PLAIN = /^\d{1,9}$/;

function idIn(text: string): number | null {
  return PLAIN.test(text) ? Number(text) : toId(text);
}

function finite(text: string): number | null {
  const value = toNumber(text);
  return value !== null && Number.isFinite(value) ? value : null;
}

function broken({ path, line, text }: Line, why: string): DataError {
  return new DataError(
    `Cannot read "${path}" as in its line ${line} ${why}, in ${quoted(text)}. Next: mend or remove the line`,
  );
}
