/**
 * Erases a person: one transaction takes their rows out of all schemas and their ratings out of every sum.
 *
 * What is left is a row of `ops_db.erasures`: a salted hash, and counts. The salt goes to the client and nowhere else.
 * No run works meanwhile: ids and counts of batches, which a run keeps in mind, change under its lock only.
 */
import type { Db } from "../../sql/db.ts";
import type { Row } from "../../sql/tables.ts";
import { Problem } from "../http/problem.ts";

/** Tables that rows leave one by one, each by the query of its name; the order is that of the arrows between them. */
const TABLES = {
  "raw_db.unparsable": "erase/raw_unparsable",
  "data_lake_db.ratings": "erase/lake_ratings",
  "data_lake_db.rejects": "erase/lake_rejects",
  "raw_db.inbox": "erase/inbox",
  "raw_db.users": "erase/users",
  "raw_db.user_keys": "erase/user_keys",
  "raw_db.hidden_movies": "erase/hidden_movies",
  "processed_db.user_features": "erase/user_features",
  "processed_db.user_embeddings": "erase/user_embeddings",
  "ops_db.feedback": "erase/feedback",
  "ops_db.idempotency_keys": "erase/idempotency_keys",
  "ops_db.check_results": "erase/check_examples",
} as const;

/** Queries that ask which rows, instead of who. */
const BY_ROWS: readonly string[] = ["erase/raw_unparsable", "erase/lake_rejects"];

export interface Erased {
  erasureId: number;
  erasedAt: Date;
  /** Rows removed, by table. */
  counts: Record<string, number>;
}

/**
 * Erases `userId`; durable when it returns. Null when no table knows them.
 *
 * @throws {Problem} while a run is on, or an import has stopped half-way.
 */
export async function erase(
  db: Db,
  userId: number,
  { salt, by }: { salt: string; by: string },
): Promise<Erased | null> {
  return await db.transaction(async (tx) => {
    await refuseAtWork(tx);
    await tx.execute("erase/create_erased_rows");
    await tx.row("erase/read_new_pages");
    await tx.execute("erase/find_rows", [userId]);
    await subtract(tx, userId);
    const raw = await tx.row<{ n: number }>("erase/raw_ratings");
    const counts: Record<string, number> = { "raw_db.ratings": raw!.n };
    for (const [table, query] of Object.entries(TABLES)) {
      counts[table] = await tx.execute(query, BY_ROWS.includes(query) ? [] : [userId]);
    }
    // A repeat changes nothing: what it found is nothing, and a row about nothing would tell who was asked for.
    if (Object.values(counts).every((n) => n === 0)) return null;
    const params = [userId, salt, JSON.stringify(counts), by];
    const row = await tx.row<Row<"ops_db.erasures">>("erase/insert_erasure", params);
    return { erasureId: row!.erasure_id, erasedAt: row!.erased_at, counts };
  });
}

/** Holds runs back until the transaction ends. */
async function refuseAtWork(tx: Db): Promise<void> {
  const lock = await tx.row<{ is_ours: boolean }>("erase/lock_runs");
  if (!lock!.is_ours) {
    throw new Problem("run-is-on", "Cannot erase anybody as a run is on, which holds the archive.", {
      next: "ask again when GET /runs says that it has ended",
      headers: { "retry-after": "60" },
    });
  }
  const source = await tx.row<Pick<Row<"raw_db.sources">, "name">>("ingest/unfinished_source");
  if (source === undefined) return;
  throw new Problem("run-is-on", `Cannot erase anybody as "${source.name}" is imported in part.`, {
    next: "deno task import",
  });
}

/** Takes the person out of every sum and count, while their rows still say what they brought. */
async function subtract(tx: Db, userId: number): Promise<void> {
  await tx.execute("erase/subtract_movies", [userId]);
  await tx.execute("erase/drop_unrated_movies");
  await subtractDays(tx, userId);
  await tx.execute("erase/subtract_totals", [userId]);
  await tx.execute("erase/drop_empty_totals");
  await tx.execute("erase/lower_ranges");
  await tx.execute("erase/lower_batches");
}

async function subtractDays(tx: Db, userId: number): Promise<void> {
  const newest = async () =>
    (await tx.row<{ newest_day: string | null }>("erase/newest_counted_day"))!.newest_day;
  const before = await newest();
  await tx.execute("erase/subtract_movie_days", [userId]);
  await tx.execute("erase/drop_empty_days");
  if (await newest() === before) return;
  await tx.execute("erase/clear_movie_days");
  await tx.execute("erase/recount_movie_days", [userId]);
}
