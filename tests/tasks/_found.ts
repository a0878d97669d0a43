/** What the stages left in the database, in the form of `_oracle.ts`; and the proof that no row is lost. */
import assert from "@std/assert";
import type { Pool } from "../../sql/db.ts";
import type { LakeRow, Sums } from "./_oracle.ts";
import { ask } from "./import/_ask.ts";

/** Accepted rows in arrival order. */
export async function lakeRows(pool: Pool): Promise<LakeRow[]> {
  const rows = await ask(
    pool.url,
    `select rating_id, batch_id, replaces, is_stale from data_lake_db.ratings order by batch_id, lane, rating_id`,
  );
  return rows.map(([id, batch, replaces, isStale]) => ({
    id: Number(id),
    batch: Number(batch),
    replaces: replaces === null ? null : Number(replaces),
    isStale: isStale === "true",
  }));
}

/** Reasons by raw id, without the unparsable lines. */
export async function rejectReasons(pool: Pool): Promise<Map<number, string>> {
  const rows = await ask(
    pool.url,
    "select raw_id, reason from data_lake_db.rejects where lane <> 'unparsable'",
  );
  return new Map(rows.map(([id, reason]) => [Number(id), String(reason)]));
}

/** processed_db's counts and sums; zeros only where an array must have a place for them. */
export async function storedSums(pool: Pool): Promise<Map<string, Sums>> {
  const rows = await ask(
    pool.url,
    `select 'all', n_ratings, rating_sum from processed_db.rating_totals
     union all select 'movie ' || movie_id, n_ratings, rating_sum from processed_db.movie_features
     union all select 'user ' || user_id, n_ratings, rating_sum from processed_db.user_features
     union all
     select 'user ' || user_id || ' genre ' || place - 1, n, total
     from processed_db.user_features, unnest(genre_counts, genre_sums) with ordinality as of_genre (n, total, place)
     where n <> 0 or total <> 0`,
  );
  return new Map(rows.map(([key, n, sum]) => [String(key), { n: Number(n), sum: Number(sum) }]));
}

/** raw = lake + rejects + pending, each counted by itself. */
export async function assertAccounted(pool: Pool): Promise<void> {
  const [counts] = await pool.rows<Record<"raw" | "lake" | "rejects" | "pending", number>>("status/counts");
  assert.equal(counts.raw, counts.lake + counts.rejects + counts.pending);
}
