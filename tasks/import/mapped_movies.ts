/** A table of movies by column mapping, or, where there is none, the movies that ratings name. */
import { DataError } from "./errors.ts";
import { type IdColumn, problemOfKey } from "./id_column.ts";
import { type MoviesMapping, placesOf } from "./mapping.ts";
import type { RatingTable } from "./rating_table.ts";
import type { BrokenLine, RawMovie } from "./source.ts";
import { quoted } from "./text.ts";

interface Row extends Omit<RawMovie, "movieId"> {
  key: string;
}

/** Rows of a movies table; small enough to be kept whole. Of an id that stands twice, the last row holds. */
export class MappedMovies {
  readonly broken: BrokenLine[] = [];
  /** Rows whose movie a later row describes anew. */
  nRepeated = 0;
  readonly #mapping: MoviesMapping;
  readonly #rows = new Map<string, Row>();
  #file = "";
  #places = new Map<keyof MoviesMapping["columns"], number>();
  #width = 0;

  constructor(mapping: MoviesMapping) {
    this.#mapping = mapping;
  }

  /** Begins a part with its header. @throws {DataError} when it lacks a column. */
  begin(header: readonly string[], file: string): void {
    this.#file = file;
    this.#width = header.length;
    this.#places = placesOf(header, this.#mapping.columns, { file, key: ["movies", "columns"] });
  }

  take(fields: string[] | null, line: number, text: string): void {
    if (text === "") return;
    const row = fields === null || fields.length !== this.#width
      ? { reason: `is no movie: wanted ${this.#width} fields` }
      : this.#parse(fields);
    if ("reason" in row) this.broken.push({ file: this.#file, line, reason: row.reason });
    else {
      if (this.#rows.has(row.key)) this.nRepeated++;
      this.#rows.set(row.key, row);
    }
  }

  /** The movies, numbered by `ids`. @throws {DataError} when there is none. */
  finish(ids: IdColumn): RawMovie[] {
    if (this.#rows.size === 0) {
      const [first] = this.broken;
      const example = first ? `: line ${first.line}, ${first.reason}` : "";
      throw new DataError(`Cannot read "${this.#file}" as it has no movie${example}`);
    }
    // All keys first: the last of them may be the first that is no whole number, and turn the column.
    for (const key of this.#rows.keys()) ids.number(key);
    return Array.from(this.#rows.values(), ({ key, ...movie }) => ({ movieId: ids.number(key), ...movie }));
  }

  #parse(fields: string[]): Row | { reason: string } {
    const field = (name: keyof MoviesMapping["columns"]) => {
      const place = this.#places.get(name);
      return place === undefined ? undefined : fields[place].trim();
    };
    const key = field("movie_id")!;
    const problem = problemOfKey(key);
    if (problem !== null) return { reason: `movie id ${problem}` };
    const title = field("title") || nameOf(key);
    const genres = field("genres") ?? "";
    if (title.includes("\0") || genres.includes("\0")) {
      return { reason: "title or genres hold a NUL character" };
    }
    const year = field("year");
    if (year !== undefined && year !== "" && yearOf(year) === null) {
      return { reason: `year is none of 1800 to 2199: ${quoted(year)}` };
    }
    return {
      key,
      title,
      genres: genres.split(this.#mapping.genreSeparator).join("|"),
      year: year === undefined ? undefined : yearOf(year),
    };
  }
}

/** Every movie that `ratings` name, without a title of its own, a year or a genre. */
export function moviesOf(ratings: RatingTable, ids: IdColumn): RawMovie[] {
  const numbers = new Set(ratings.movieId.subarray(0, ratings.n));
  return Array.from(numbers, (movieId) => {
    return { movieId, title: nameOf(ids.text(movieId)), genres: "", year: null };
  });
}

/** What a movie is called that has no title. */
function nameOf(key: string): string {
  return /^\d+$/.test(key) ? `Movie ${key}` : key;
}

/** "1995", "1995.0" or a date that begins so. */
function yearOf(text: string): number | null {
  const match = /^(1[89]\d\d|2[01]\d\d)(?:\.0+)?(?:-\d\d.*)?$/.exec(text);
  return match && Number(match[1]);
}
