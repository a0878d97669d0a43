/** Movies and users files, both layouts: small enough to be read whole. */
import { columnPlaces, csvRecords } from "./csv.ts";
import { DataError } from "./errors.ts";
import { toId } from "./fields.ts";
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
  { file, layout }: { file: string; layout: Layout },
): { movies: RawMovie[]; broken: BrokenLine[] } {
  const movies = new Map<number, RawMovie>();
  const broken: BrokenLine[] = [];
  for (const { line, fields } of layout === "csv" ? csvMovies(text, file) : datMovies(text)) {
    const movie = toMovie(fields);
    if ("reason" in movie) broken.push({ file, line, reason: movie.reason });
    else movies.set(movie.movieId, movie);
  }
  if (movies.size === 0) {
    const [first] = broken;
    const example = first ? `: line ${first.line}, ${first.reason}` : "";
    throw new DataError(`Cannot read "${file}" as it has no movie${example}`);
  }
  return { movies: [...movies.values()], broken };
}

/** MovieLens 1M's `users.dat`: UserID::Gender::Age::Occupation::Zip-code. */
export function parseUsers(text: string, file: string): { users: RawUser[]; broken: BrokenLine[] } {
  const users = new Map<number, RawUser>();
  const broken: BrokenLine[] = [];
  for (const { line, text: row } of textLines(text)) {
    const fields = row.split("::");
    const userId = fields.length === 5 ? toId(fields[0]) : null;
    if (userId === null || row.includes("\0")) {
      broken.push({ file, line, reason: `is no user: ${quoted(row)}` });
      continue;
    }
    const [, gender, age, occupation, zipCode] = fields;
    users.set(userId, {
      userId,
      gender: gender || null,
      age: toId(age),
      occupation: toId(occupation),
      zipCode: zipCode || null,
    });
  }
  return { users: [...users.values()], broken };
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

function toMovie(fields: string[] | null): RawMovie | { reason: string } {
  if (fields === null) return { reason: "is no movie: wanted an id, a title and genres" };
  const [id, title, genres] = fields;
  const movieId = toId(id);
  if (movieId === null) return { reason: `movie id is no 32-bit whole number: ${quoted(id)}` };
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
