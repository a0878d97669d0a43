/** Small archives for tests of the stages: rows written straight into raw_db. */
import type { Pool } from "../../sql/db.ts";

export interface RawRating {
  user: number;
  movie: number;
  rating: number;
  /** ISO time, or what PostgreSQL takes for one. */
  at: string;
}

/** Movie i has genres GENRES_OF[i]; movie 9 is unknown. */
export const GENRES_OF: Record<number, number[]> = { 1: [0], 2: [0, 1], 3: [2], 4: [1, 2] };

/** Three genres and movies 1 to 4. */
export async function addMovies(pool: Pool): Promise<void> {
  const movies = Object.entries(GENRES_OF)
    .map(([id, genres]) => `(${id}, 'Movie ${id}', 1990, '{${genres}}')`);
  await pool.script(`
    insert into data_lake_db.genres values (0, 'Comedy'), (1, 'Drama'), (2, 'War');
    insert into data_lake_db.movies values ${movies};`);
}

/** One source of `ratings`, in the order given, behind everything that is there; returns its first id. */
export async function addSource(
  pool: Pool,
  ratings: readonly RawRating[],
  { name = "ratings.csv", copied = ratings.length }: { name?: string; copied?: number } = {},
): Promise<number> {
  const [{ next_id: first }] = await pool.rows<{ next_id: number }>("import/next_rating_id");
  const imported = copied === ratings.length ? "now()" : "null";
  await pool.script(`
    insert into raw_db.sources (sha256, name, edition, n_rows, n_copied, first_id, imported_at)
    values ('${first}', '${name}', 'test', ${ratings.length}, ${copied}, ${first}, ${imported});`);
  const rows = ratings.slice(0, copied).map(({ user, movie, rating, at }, i) =>
    `(${
      first + i
    }, 'import', ${user}, ${movie}, '${rating}', '${at}', (select max(source_id) from raw_db.sources), ${i})`
  );
  if (rows.length > 0) await pool.script(`insert into raw_db.ratings values ${rows}`);
  return first;
}

/** Lines of the newest source that are no ratings. */
export async function addUnparsable(pool: Pool, lines: readonly string[]): Promise<void> {
  const rows = lines.map((line) =>
    `((select max(source_id) from raw_db.sources), (select count(*) from raw_db.unparsable), '${line}', 'fields')`
  );
  for (const row of rows) {
    await pool.script(`insert into raw_db.unparsable (source_id, source_line, line, reason) values ${row}`);
  }
}

/** Live ratings, one after the other. */
export async function post(pool: Pool, ratings: readonly RawRating[]): Promise<void> {
  const rows = ratings.map(({ user, movie, rating, at }) => `(${user}, ${movie}, '${rating}', '${at}')`);
  if (rows.length === 0) return;
  await pool.script(`insert into raw_db.inbox (user_id, movie_id, rating, rated_at) values ${rows}`);
}

/** `n` sound ratings, a minute apart, each of a user of its own. */
export function soundRatings(n: number): RawRating[] {
  return Array.from({ length: n }, (_, i) => ({
    user: i + 1,
    movie: 1 + i % 4,
    rating: 0.5 + (i % 10) / 2,
    at: new Date(Date.UTC(2020, 0, 1, 0, i)).toISOString(),
  }));
}
