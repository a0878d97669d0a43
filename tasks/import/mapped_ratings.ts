/** Records of any ratings table into columns: ids of any kind, times of any form, ratings or mere interactions. */
import { DataError } from "./errors.ts";
import { MAX_SECONDS, MIN_SECONDS, toNumber } from "./fields.ts";
import { IdColumn, problemOfKey } from "./id_column.ts";
import { placesOf, type SourceMapping } from "./mapping.ts";
import { MICROSECONDS } from "./parquet.ts";
import { RatingTable } from "./rating_table.ts";
import type { UnparsableLine } from "./source.ts";
import { quoted } from "./text.ts";
import { type TimeForm, timeFormOf, toSeconds } from "./times.ts";

const KEPT_CHARS = 1000;
/** Rows that are looked at before it is clear how times are written. */
const PROBED_ROWS = 1_000;
/** More rows than this that are no ratings, and more than there are ratings: it is another kind of file. */
const HOPELESS_ROWS = 1_000_000;
/** An interaction is received without a rating: it counts as one. */
const ONE_INTERACTION = 1;
const NO_RATING = /^\s*(?:null|none|na|n\/a)?\s*$/i;

interface Row {
  fields: string[];
  line: number;
  text: string;
}

export class MappedRatings {
  readonly ratings = new RatingTable();
  readonly users = new IdColumn(() => this.ratings.userId.subarray(0, this.ratings.n));
  readonly movies = new IdColumn(() => this.ratings.movieId.subarray(0, this.ratings.n));
  readonly unparsable: UnparsableLine[] = [];
  /** How times are written; null until enough rows were seen. */
  timeForm: TimeForm | null;
  readonly #mapping: SourceMapping;
  #file = "";
  #places = { user: 0, movie: 0, rating: -1, time: 0 };
  #width = 0;
  #isTyped = false;
  /** Rows that wait for the form of their times. */
  #waiting: Row[] = [];
  /** Empty lines that count only when something follows. */
  #empty: number[] = [];

  constructor(mapping: SourceMapping) {
    this.#mapping = mapping;
    this.timeForm = mapping.timeForm;
  }

  /** Begins a part with its header. @throws {DataError} when it lacks a column. */
  begin(header: readonly string[], file: string): void {
    this.#probe();
    this.#file = file;
    this.#empty.length = 0;
    this.#width = header.length;
    const isTyped = (name: string) => name.endsWith(MICROSECONDS);
    const names = header.map((name) => isTyped(name) ? name.slice(0, -MICROSECONDS.length) : name);
    this.#isTyped = header.some(isTyped);
    const places = placesOf(names, ratingColumns(this.#mapping), { file, key: ["columns"] });
    this.#places = {
      user: places.get("user_id")!,
      movie: places.get("movie_id")!,
      rating: places.get("rating") ?? -1,
      time: places.get("rated_at")!,
    };
  }

  /** Takes a record: null where its quotes do not match. */
  take(fields: string[] | null, line: number, text: string): void {
    if (text === "") {
      this.#empty.push(line);
      return;
    }
    for (const empty of this.#empty.splice(0)) this.#refuse({ line: empty, text: "" }, "line is empty");
    if (fields === null) return this.#refuse({ line, text }, "quotes do not match");
    if (fields.length !== this.#width) {
      return this.#refuse({ line, text }, `wanted ${this.#width} fields: found ${fields.length}`);
    }
    const row = { fields, line, text };
    if (this.timeForm !== null || this.#isTyped) return this.#parse(row);
    this.#waiting.push(row);
    if (this.#waiting.length === PROBED_ROWS) this.#probe();
  }

  /** @throws {DataError} when there was no rating at all. */
  finish(): void {
    this.#probe();
    this.unparsable.sort((a, b) => a.line - b.line);
    if (this.ratings.n === 0) throw this.#noRatings("it has no rating");
  }

  /** Finds out how the times of the waiting rows are written, and parses these. */
  #probe(): void {
    if (this.#waiting.length === 0) return;
    const rows = this.#waiting.splice(0);
    this.timeForm = timeFormOf(rows.map(({ fields }) => fields[this.#places.time]));
    if (this.timeForm !== null) return rows.forEach((row) => this.#parse(row));
    for (const row of rows) this.#refuse(row, `${this.#mapping.columns.rated_at} is no time that is known`);
  }

  #parse(row: Row): void {
    const { user, movie, rating, time } = this.#places;
    const { columns } = this.#mapping;
    const [userKey, movieKey] = [row.fields[user].trim(), row.fields[movie].trim()];
    const problem = problemOfKey(userKey);
    if (problem !== null) return this.#refuse(row, `${columns.user_id} ${problem}`);
    const movieProblem = problemOfKey(movieKey);
    if (movieProblem !== null) return this.#refuse(row, `${columns.movie_id} ${movieProblem}`);
    const stars = rating < 0 ? ONE_INTERACTION : starsOf(row.fields[rating]);
    if (stars === null) {
      return this.#refuse(row, `${columns.rating} is no number: ${quoted(row.fields[rating])}`);
    }
    const form = this.#isTyped ? "microseconds" : this.timeForm!;
    const seconds = toSeconds(row.fields[time], form);
    if (seconds === null || seconds < MIN_SECONDS || seconds > MAX_SECONDS) {
      const fault = seconds === null ? `is no time in ${form}` : "is outside what a date can hold";
      return this.#refuse(row, `${columns.rated_at} ${fault}: ${quoted(row.fields[time])}`);
    }
    this.ratings.push(
      this.users.number(userKey),
      this.movies.number(movieKey),
      stars,
      seconds,
      row.line,
    );
  }

  #refuse({ line, text }: { line: number; text: string }, reason: string): void {
    // PostgreSQL's text holds every character but NUL.
    const kept = text.slice(0, KEPT_CHARS).replaceAll("\0", "\uFFFD");
    this.unparsable.push({ line, text: kept, reason });
    if (this.unparsable.length > Math.max(HOPELESS_ROWS, this.ratings.n)) {
      throw this.#noRatings(`most of its first ${line} lines are no ratings`);
    }
  }

  #noRatings(finding: string): DataError {
    const [first] = this.unparsable;
    const example = first ? `: line ${first.line}, ${first.reason}` : "";
    return new DataError(`Cannot read "${this.#file}" as ${finding}${example}`);
  }
}

/** The columns that are read. */
export function ratingColumns({ columns, isImplicit }: SourceMapping): Partial<SourceMapping["columns"]> {
  const { rating, ...others } = columns;
  return isImplicit ? others : { ...others, rating };
}

/** A missing rating is not a number: the row is a rating all the same, and clean refuses it. */
function starsOf(text: string): number | null {
  return NO_RATING.test(text) ? NaN : toNumber(text);
}
