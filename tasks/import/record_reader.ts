/**
 * CSV as bytes into records, in bounded memory: any delimiter, quoted fields that hold delimiters and newlines.
 *
 * A quote that does not close within a megabyte costs its own line only, as in `csvRecords()`.
 */
import { readRecord } from "./csv.ts";
import { decodeFile } from "./text.ts";

const LINE_FEED = 10;
const MAX_RECORD = 1 << 20;

/** Hears of each record: null where the quotes do not match. `text` is the record as it stands, without its newline. */
export type TakeRecord = (fields: string[] | null, line: number, text: string) => void;

export class RecordReader {
  readonly #delimiter: string;
  readonly #take: TakeRecord;
  /** Bytes behind the last newline. */
  #rest: Uint8Array[] = [];
  /** Decoded text of a record whose quote is open. */
  #open = "";
  /** Line on which the next record begins. */
  #line: number;

  /** @param firstLine what the first line counts as */
  constructor(delimiter: string, take: TakeRecord, firstLine = 1) {
    this.#delimiter = delimiter;
    this.#take = take;
    this.#line = firstLine;
  }

  /** Lines begun so far, the first counting as `firstLine`. */
  get line(): number {
    return this.#line;
  }

  feed(chunk: Uint8Array): void {
    const whole = chunk.lastIndexOf(LINE_FEED) + 1;
    if (whole > 0) {
      const text = decodeFile(joined([...this.#rest, chunk.subarray(0, whole)]));
      this.#rest.length = 0;
      this.#read(this.#open + text, false);
    }
    if (whole < chunk.length) this.#rest.push(chunk.slice(whole));
    // A line without end: what is held of it becomes a record, which is then no rating.
    if (this.#rest.reduce((sum, { length }) => sum + length, 0) > MAX_RECORD) this.#endLine();
  }

  finish(): void {
    if (this.#rest.length > 0) this.#endLine();
    if (this.#open !== "") this.#read(this.#open, true);
  }

  #endLine(): void {
    const text = decodeFile(joined(this.#rest));
    this.#rest.length = 0;
    this.#read(`${this.#open}${text}\n`, true);
  }

  #read(text: string, isLast: boolean): void {
    this.#open = "";
    let at = 0;
    let quote = text.indexOf('"');
    while (at < text.length) {
      const feed = text.indexOf("\n", at);
      const end = feed < 0 ? text.length : feed;
      if (quote >= 0 && quote < at) quote = text.indexOf('"', at);
      if (quote < 0 || quote > end) {
        this.#give(text.slice(at, end), this.#delimiter);
        at = end + 1;
        continue;
      }
      const record = readRecord(text, at, this.#delimiter);
      if (record === "open" && !isLast && text.length - at < MAX_RECORD) {
        this.#open = text.slice(at);
        return;
      }
      if (typeof record === "string") {
        this.#give(text.slice(at, end), null);
        at = end + 1;
      } else {
        const whole = text.slice(at, record.end).replace(/\r?\n$/, "");
        this.#take(record.fields, this.#line, whole);
        this.#line += 1 + newlines(whole);
        at = record.end;
      }
    }
  }

  /** A line without quotes, or (without a delimiter) one whose quotes do not match. */
  #give(line: string, delimiter: string | null): void {
    const text = line.endsWith("\r") ? line.slice(0, -1) : line;
    this.#take(delimiter === null ? null : text.split(delimiter), this.#line, text);
    this.#line++;
  }
}

function newlines(text: string): number {
  let n = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) n++;
  return n;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0];
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
