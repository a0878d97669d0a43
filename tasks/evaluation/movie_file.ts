/** Movies and users in any MovieLens form: `movies.csv`, `movies.dat`, `u.item`; `users.dat`, `u.user`. */
import { dirname, join } from "node:path";
import { genreNames } from "../import/catalogue.ts";
import { DataError } from "../import/errors.ts";
import { fileBytes, plainText } from "../import/file_bytes.ts";
import { parseGenres } from "../import/ml_100k.ts";
import { parseMovies, parseUsers } from "../import/movies.ts";
import type { Layout } from "../import/rating_parser.ts";
import { decodeFile } from "../import/text.ts";
import { parseTitle } from "../import/title.ts";
import type { MovieFacts } from "../../models/catalogue.ts";
import type { People } from "../../models/people.ts";
import { refuseFolder } from "./rating_file.ts";

/** A movie's genres are kept in a byte each. */
const MOST_GENRES = 255;

export interface MovieFile {
  facts: MovieFacts[];
  /** By place. */
  genres: readonly string[];
}

/** The movies of the file at `path`. @throws {DataError} when it holds none, or a line that is none. */
export async function readMovieFile(path: string): Promise<MovieFile> {
  const text = await readText(path);
  const layout = layoutOf(text, path);
  const genres = layout === "tab" ? parseGenres(await flagNames(path), path) : [];
  const { movies, broken } = parseMovies(text, { file: path, layout, genres });
  refuseBroken(broken);
  const named = movies.map((movie) => ({ ...movie, names: genreNames(movie.genres) }));
  const names = [...new Set(named.flatMap((movie) => movie.names))].sort();
  if (names.length > MOST_GENRES) {
    throw new DataError(
      `Cannot read "${path}" as movies may have ${MOST_GENRES} genres in all: found ${names.length}`,
    );
  }
  const places = new Map(names.map((name, place) => [name, place]));
  const facts = named.map(({ movieId, title, names }) => ({
    id: movieId,
    year: parseTitle(title).year,
    genres: names.map((name) => places.get(name)!),
  }));
  return { facts, genres: names };
}

/** The people of the file at `path`. @throws {DataError} when it holds a line that is no user. */
export async function readUserFile(path: string): Promise<People> {
  const text = await readText(path);
  const { users, broken } = parseUsers(text, { file: path, layout: layoutOf(text, path) });
  refuseBroken(broken);
  if (users.length === 0) throw new DataError(`Cannot read "${path}" as it has no user`);
  return new Map(users.map(({ userId, gender, age, occupation }) => [userId, { gender, age, occupation }]));
}

/** By the separator of the first line: `::`, `|`, or else commas. */
function layoutOf(text: string, path: string): Layout {
  const [first] = text.split("\n", 1);
  if (first.trim() === "") throw new DataError(`Cannot read "${path}" as its line 1 is empty`);
  if (/^\d+::/.test(first)) return "dat";
  return /^\d+\|/.test(first) ? "tab" : "csv";
}

function refuseBroken([first, ...rest]: readonly { file: string; line: number; reason: string }[]): void {
  if (first === undefined) return;
  const more = rest.length > 0 ? `, and ${rest.length} more` : "";
  throw new DataError(
    `Cannot read "${first.file}" as of its line ${first.line} the ${first.reason}${more}. Next: mend or remove it`,
  );
}

/** Beside a `u.item`, `u.genre` says what its flags mean. */
async function flagNames(path: string): Promise<string | null> {
  const file = join(dirname(path), "u.genre");
  return await Deno.stat(file).catch(() => null) === null ? null : await readText(file);
}

async function readText(path: string): Promise<string> {
  await refuseFolder(path);
  const chunks: Uint8Array[] = [];
  for await (const bytes of plainText(path, fileBytes(path, () => {}))) chunks.push(bytes);
  return decodeFile(new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer()));
}
