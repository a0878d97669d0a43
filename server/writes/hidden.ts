/** Movies that a person never wants to be shown: hidden from every list, until they take it back. */
import type { Db } from "../../sql/db.ts";
import type { Row } from "../../sql/tables.ts";

type Hidden = Pick<Row<"raw_db.hidden_movies">, "movie_id" | "hidden_at">;
export interface Pair {
  userId: number;
  movieId: number;
}

/** The last one first. */
export function hiddenMovies(db: Db, userId: number): Promise<Hidden[]> {
  return db.rows<Hidden>("write/hidden_movies", [userId]);
}

/** Durable when it returns; that it was hidden already is no error. */
export async function hideMovie(db: Db, { userId, movieId }: Pair): Promise<void> {
  await db.row("write/hide_movie", [userId, movieId]);
}

/** Takes it back; that it was not hidden is no error. */
export async function showMovie(db: Db, { userId, movieId }: Pair): Promise<void> {
  await db.row("write/show_movie", [userId, movieId]);
}
