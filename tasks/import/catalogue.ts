/** Movies, genres and users into the database: raw as received and, for movies, typed beside it. */
import type { Db } from "../../sql/db.ts";
import type { Row } from "../../sql/tables.ts";
import { DataError } from "./errors.ts";
import type { RawMovie, RawUser } from "./source.ts";
import { parseTitle } from "./title.ts";

const CHUNK = 10_000;
/** Every user's features have a place for each genre; MovieLens has 20. */
const MAX_GENRES = 1000;
export const NO_GENRES = "(no genres listed)";

/** Writes `movies` to `raw_db.movies` and `data_lake_db.movies`, new genres to `data_lake_db.genres`. */
export async function writeMovies(tx: Db, movies: readonly RawMovie[]): Promise<void> {
  const places = await genrePlaces(tx, movies);
  for (const chunk of chunks(movies)) {
    const ids = chunk.map(({ movieId }) => movieId);
    const titles = chunk.map(({ title, year }) => year === undefined ? parseTitle(title) : { title, year });
    const genreIds = chunk.map(({ genres }) =>
      `{${genreNames(genres).map((name) => places.get(name)).join()}}`
    );
    await tx.execute("import/upsert_raw_movies", [
      ids,
      chunk.map(({ title }) => title),
      chunk.map(({ genres }) => genres),
    ]);
    await tx.execute("import/upsert_lake_movies", [
      ids,
      titles.map(({ title }) => title),
      titles.map(({ year }) => year),
      genreIds,
    ]);
  }
}

export async function writeUsers(tx: Db, users: readonly RawUser[]): Promise<void> {
  for (const chunk of chunks(users)) {
    await tx.execute("import/upsert_users", [
      chunk.map(({ userId }) => userId),
      chunk.map(({ gender }) => gender),
      chunk.map(({ age }) => age),
      chunk.map(({ occupation }) => occupation),
      chunk.map(({ zipCode }) => zipCode),
    ]);
  }
}

/** The genres of a movie, each once, in the order given; none at all is a genre of its own, as MovieLens has it. */
export function genreNames(genres: string): string[] {
  const names = genres.split("|").map((name) => name.trim()).filter((name) => name !== "");
  return names.length > 0 ? [...new Set(names)] : [NO_GENRES];
}

/** The place of every genre that `movies` name; new ones are appended in alphabetical order. */
async function genrePlaces(tx: Db, movies: readonly RawMovie[]): Promise<Map<string, number>> {
  const known = await tx.rows<Row<"data_lake_db.genres">>("lake/genres");
  const places = new Map(known.map(({ name, genre_id }) => [name, genre_id]));
  const named = new Set(movies.flatMap(({ genres }) => genreNames(genres)));
  const added = [...named].filter((name) => !places.has(name)).sort();
  if (places.size + added.length > MAX_GENRES) {
    throw new DataError(
      `Cannot import these movies as they may have ${MAX_GENRES} genres: found ${places.size + added.length}`,
    );
  }
  await tx.execute("import/append_genres", [added]);
  added.forEach((name, i) => places.set(name, known.length + i));
  return places;
}

function* chunks<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let from = 0; from < items.length; from += CHUNK) yield items.slice(from, from + CHUNK);
}
