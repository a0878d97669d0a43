/**
 * Ratings files as bytes into columns, without a string a line: plain digits are read in place, and only what
 * is not plain (quotes, signs, exponents, blanks, a wrong number of fields) goes the slow way as text.
 */
import { columnPlaces, csvFields } from "./csv.ts";
import { DataError } from "./errors.ts";
import { MAX_SECONDS, toRating } from "./fields.ts";
import { RatingTable } from "./rating_table.ts";
import type { UnparsableLine } from "./source.ts";
import { decodeLine, encodingName, hasMark, isLatin1 } from "./text.ts";

const [TAB, LINE_FEED, RETURN, DOT, COMMA, COLON] = [9, 10, 13, 46, 44, 58];
const COLUMNS = ["userId", "movieId", "rating", "timestamp"];
/** Exactly representable: up to 15 digits make a whole number below 2^53, and 10^15 is exact too. */
const POWERS_OF_TEN = Float64Array.from({ length: 16 }, (_, digits) => 10 ** digits);
const BUFFER_BYTES = 1 << 20;
const KEPT_CHARS = 1000;
/** More lines than this that are no ratings, and more than there are ratings: it is another kind of file. */
const HOPELESS_LINES = 1_000_000;
/** A line longer than this is no line: the file is something else, or a bomb. */
const HOPELESS_BYTES = 1 << 28;

/** `tab` is MovieLens 100K, `dat` (with `::`) 1M and 10M, `csv` all others. */
export type Layout = "csv" | "dat" | "tab";

const SEPARATORS = { csv: COMMA, dat: COLON, tab: TAB } as const;

export class RatingParser {
  readonly ratings = new RatingTable();
  readonly unparsable: UnparsableLine[] = [];
  readonly #file: string;
  readonly #layout: Layout;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  /** Bytes in the buffer: the beginning of a line. */
  #held = 0;
  /** Lines begun so far. */
  #line = 0;
  /** Where each of `COLUMNS` stands; null until the header is read. */
  #places: number[] | null;
  #width = 4;
  readonly #values = new Float64Array(4);
  /** The line at hand is longer than the buffer, and was noted: skip to its end. */
  #isSkipping = false;
  #skipped = 0;
  #hasMark = false;
  #isMixed = false;
  /** Empty lines that count only when something follows. */
  #empty: number[] = [];

  /** @param file what messages call it */
  constructor(file: string, layout: Layout) {
    this.#file = file;
    this.#layout = layout;
    this.#places = layout === "csv" ? null : [0, 1, 2, 3];
  }

  feed(chunk: Uint8Array): void {
    for (let from = 0; from < chunk.length;) {
      const piece = chunk.subarray(from, from + BUFFER_BYTES - this.#held);
      this.#buffer.set(piece, this.#held);
      from += piece.length;
      this.#parseHeld(this.#held + piece.length);
    }
  }

  get encoding(): string {
    return encodingName({ hasMark: this.#hasMark, isMixed: this.#isMixed });
  }

  /** @throws {DataError} when the file held no rating at all. */
  finish(): void {
    if (this.#held > 0) {
      this.#buffer[this.#held] = LINE_FEED; // held < BUFFER_BYTES: a full buffer is skipped over at once
      this.#parseHeld(this.#held + 1);
    }
    if (this.#line === 0) throw new DataError(`Cannot read "${this.#file}" as it is empty`);
    if (this.ratings.n === 0) throw this.#noRatings("it has no rating");
  }

  /** Parses the lines that end within the first `end` bytes, and moves the rest to the front. */
  #parseHeld(end: number): void {
    let whole = this.#buffer.subarray(0, end).lastIndexOf(LINE_FEED) + 1;
    let at = 0;
    if (this.#line === 0) this.#hasMark = hasMark(this.#buffer);
    if (this.#isSkipping && whole > 0) {
      at = this.#buffer.indexOf(LINE_FEED) + 1;
      this.#isSkipping = false;
    }
    if (this.#places === null && at < whole) at = this.#parseHeader();
    while (at < whole) at = this.#parseLine(at);
    if (whole === 0 && (this.#isSkipping || end === BUFFER_BYTES)) {
      this.#skipLine(end);
      whole = end;
    }
    this.#buffer.copyWithin(0, whole, end);
    this.#held = end - whole;
  }

  /** Reads the line at `at` digit by digit; returns where the next one begins. */
  #parseLine(at: number): number {
    const bytes = this.#buffer;
    const values = this.#values;
    const separator = SEPARATORS[this.#layout];
    let p = at;
    for (let field = 0; field < 4; field++) {
      let value = 0;
      let first = p;
      let digit;
      while ((digit = bytes[p] - 48) >= 0 && digit <= 9) {
        value = value * 10 + digit;
        p++;
      }
      let digits = p - first;
      if (bytes[p] === DOT && digits > 0) {
        first = ++p;
        while ((digit = bytes[p] - 48) >= 0 && digit <= 9) {
          value = value * 10 + digit;
          p++;
        }
        value /= POWERS_OF_TEN[p - first]; // NaN past 15 digits, which the count below refuses
        digits += p - first;
      }
      if (digits === 0 || digits > 15) return this.#parseText(at);
      values[field] = value;
      if (field === 3) break;
      if (bytes[p++] !== separator) return this.#parseText(at);
      if (separator === COLON && bytes[p++] !== COLON) return this.#parseText(at);
    }
    if (bytes[p] === RETURN) p++;
    if (bytes[p] !== LINE_FEED || this.#width !== 4) return this.#parseText(at);
    const places = this.#places!;
    const user = values[places[0]];
    const movie = values[places[1]];
    const ratedAt = values[places[3]];
    if ((user | 0) !== user || (movie | 0) !== movie || ratedAt > MAX_SECONDS) return this.#parseText(at);
    if (this.#empty.length > 0) this.#keepEmptyLines();
    this.ratings.push(user, movie, values[places[2]], ratedAt, ++this.#line);
    return p + 1;
  }

  /** The slow way for the line at `at`. */
  #parseText(at: number): number {
    const end = this.#buffer.indexOf(LINE_FEED, at);
    const bytes = this.#buffer.subarray(at, end);
    const decoded = decodeLine(bytes);
    if (!this.#isMixed) this.#isMixed = isLatin1(bytes, decoded);
    const text = decoded.replace(/\r$/, "");
    this.#line++;
    if (text === "") {
      this.#empty.push(this.#line);
      return end + 1;
    }
    this.#keepEmptyLines();
    const rating = this.#toRating(
      this.#layout === "csv" ? csvFields(text) : text.split(this.#layout === "dat" ? "::" : "\t"),
    );
    if ("reason" in rating) this.#refuse(text, rating.reason);
    else this.ratings.push(rating.userId, rating.movieId, rating.rating, rating.ratedAt, this.#line);
    return end + 1;
  }

  #toRating(fields: string[] | null): ReturnType<typeof toRating> {
    if (fields === null) return { reason: "quotes do not match" };
    if (fields.length !== this.#width) {
      return { reason: `wanted ${this.#width} fields: found ${fields.length}` };
    }
    return toRating(this.#places!.map((place) => fields[place]));
  }

  #parseHeader(): number {
    const end = this.#buffer.indexOf(LINE_FEED);
    const header = csvFields(decodeLine(this.#buffer.subarray(0, end)).replace(/\r$/, "")) ?? [];
    this.#places = columnPlaces(header, COLUMNS, this.#file);
    this.#width = header.length;
    this.#line = 1;
    return end + 1;
  }

  /** Notes, once, the line whose first `end` bytes fill the buffer, and forgets its rest. */
  #skipLine(end: number): void {
    this.#skipped = this.#isSkipping ? this.#skipped + end : end;
    if (this.#skipped > HOPELESS_BYTES) {
      throw this.#noRatings(`its line ${this.#line} does not end in 268 MB`);
    }
    if (this.#isSkipping) return;
    if (this.#places === null) columnPlaces([decodeLine(this.#buffer.subarray(0, 100))], COLUMNS, this.#file);
    this.#isSkipping = true;
    this.#line++;
    const start = this.#buffer.subarray(0, Math.min(end, 4 * KEPT_CHARS));
    this.#refuse(decodeLine(start), `line is longer than ${BUFFER_BYTES} bytes`);
  }

  /** Empty lines at the end of a file are nothing; before another line they are lines that are no ratings. */
  #keepEmptyLines(): void {
    for (const line of this.#empty) this.unparsable.push({ line, text: "", reason: "line is empty" });
    this.#empty.length = 0;
  }

  #refuse(text: string, reason: string): void {
    // PostgreSQL's text holds every character but NUL.
    const kept = text.slice(0, KEPT_CHARS).replaceAll("\0", "\uFFFD");
    this.unparsable.push({ line: this.#line, text: kept, reason });
    if (this.unparsable.length > Math.max(HOPELESS_LINES, this.ratings.n)) {
      throw this.#noRatings(`most of its first ${this.#line} lines are no ratings`);
    }
  }

  #noRatings(finding: string): DataError {
    const [first] = this.unparsable;
    const example = first ? `: line ${first.line}, ${first.reason}` : "";
    return new DataError(`Cannot read "${this.#file}" as ${finding}${example}`);
  }
}
