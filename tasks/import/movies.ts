/** Movies and users files of every layout: small enough to be read whole. */
import { columnPlaces, csvRecords } from "./csv.ts";
import { DataError } from "./errors.ts";
import { toId } from "./fields.ts";
import { itemFields, userOf } from "./ml_100k.ts";
import type { Layout } from "./rating_parser.ts";
import type { BrokenLine, RawMovie, RawUser } from "./source.ts";
import { quoted } from "./text.ts";

interface Numbered {
  line: number;
  fields: string[] | null;
}

/** The movies of a file and its lines that are none. Of a movie id that stands twice, the last line holds. */
export function parseMovies(
  text: string,
  { file, layout, genres = [] }: MoviesOptions,
): ParsedMovies {
  const movies = new Map<number, RawMovie>();
  const broken: BrokenLine[] = [];
  let nRepeated = 0;
  const rows = layout === "csv"
    ? csvMovies(text, file)
    : layout === "dat"
    ? datMovies(text)
    : items(text, genres);
  for (const { line, fields } of rows) {
    const movie = toMovie(fields);
    if ("reason" in movie) {
      broken.push({ file, line, reason: movie.reason });
      continue;
    }
    if (movies.has(movie.movieId)) nRepeated++;
    movies.set(movie.movieId, movie);
  }
  if (movies.size === 0) {
    const [first] = broken;
    const example = first ? `: line ${first.line}, ${first.reason}` : "";
    throw new DataError(`Cannot read "${file}" as it has no movie${example}`);
  }
  return { movies: [...movies.values()], broken, nRepeated };
}

interface MoviesOptions {
  file: string;
  layout: Layout;
  /** Of the tab layout: what each flag stands for. */
  genres?: readonly string[];
}

interface ParsedMovies {
  movies: RawMovie[];
  broken: BrokenLine[];
  /** Lines whose movie a later line describes anew. */
  nRepeated: number;
}

/** The users of MovieLens 1M (`users.dat`) or 100K (`u.user`). */
export function parseUsers(
  text: string,
  { file, layout }: { file: string; layout: Layout },
): { users: RawUser[]; broken: BrokenLine[] } {
  const users = new Map<number, RawUser>();
  const broken: BrokenLine[] = [];
  const toUser = layout === "tab" ? userOf : datUser;
  for (const { line, text: row } of textLines(text)) {
    const user = row.includes("\0") ? null : toUser(row);
    if (user === null || user.userId < 0) broken.push({ file, line, reason: `is no user: ${quoted(row)}` });
    else users.set(user.userId, user);
  }
  return { users: [...users.values()], broken };
}

/** UserID::Gender::Age::Occupation::Zip-code. */
function datUser(line: string): RawUser | null {
  const fields = line.split("::");
  const userId = fields.length === 5 ? toId(fields[0]) : null;
  if (userId === null) return null;
  const [, gender, age, occupation, zipCode] = fields.map((field) => field || null);
  return { userId, gender, age: toId(age ?? ""), occupation, zipCode };
}

function* csvMovies(text: string, file: string): Generator<Numbered> {
  let places: number[] | null = null;
  for (const { line, fields } of csvRecords(text)) {
    if (places === null) places = columnPlaces(fields ?? [], ["movieId", "title", "genres"], file);
    else if (fields === null || fields.length <= Math.max(...places)) {
      if (fields?.join() !== "") yield { line, fields: null }; // an empty line is nothing
    } else yield { line, fields: places.map((place) => fields[place]) };
  }
}

/** `id::title::genres`; a title may hold `::` itself. */
function* datMovies(text: string): Generator<Numbered> {
  for (const { line, text: row } of textLines(text)) {
    const [first, last] = [row.indexOf("::"), row.lastIndexOf("::")];
    const fields = first === last
      ? null
      : [row.slice(0, first), row.slice(first + 2, last), row.slice(last + 2)];
    yield { line, fields };
  }
}

function* items(text: string, genres: readonly string[]): Generator<Numbered> {
  for (const { line, text: row } of textLines(text)) yield { line, fields: itemFields(row, genres) };
}

function toMovie(fields: string[] | null): RawMovie | { reason: string } {
  if (fields === null) return { reason: "is no movie: wanted an id, a title and genres" };
  const [id, title, genres] = fields;
  const movieId = toId(id);
  if (movieId === null) return { reason: `movie id is no 32-bit whole number: ${quoted(id)}` };
  if (movieId < 0) return { reason: `movie id is below 0: ${quoted(id)}` };
  if (title.trim() === "") return { reason: "title is empty" };
  if (title.includes("\0") || genres.includes("\0")) {
    return { reason: "title or genres hold a NUL character" };
  }
  return { movieId, title, genres };
}

function* textLines(text: string): Generator<{ line: number; text: string }> {
  let line = 0;
  for (const row of text.split("\n")) {
    line++;
    const trimmed = row.replace(/\r$/, "");
    if (trimmed !== "") yield { line, text: trimmed };
  }
}
