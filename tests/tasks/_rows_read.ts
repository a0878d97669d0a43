/** How many rows PostgreSQL reads for a piece of work, table by table, by its own count. */
import { connect, type Pool } from "../../sql/db.ts";
import { ask } from "./import/_ask.ts";

/** Rows that scans of the table, and of its indexes, returned so far. */
const COUNTS = `
  select t.schemaname || '.' || t.relname,
         t.seq_tup_read + coalesce((select sum(idx_tup_read) from pg_stat_user_indexes i where i.relid = t.relid), 0)
  from pg_stat_user_tables t`;

const WORKERS =
  "select count(*) from pg_stat_activity where application_name = 'counted' and datname = current_database()";

/** Rows read by `body`, which works on a pool of its own; tables of which nothing was read are left out. */
export async function rowsRead(
  { url }: Pool,
  body: (db: Pool) => Promise<unknown>,
): Promise<Map<string, number>> {
  const before = await counts(url);
  const db = connect(url, { name: "counted" });
  try {
    await body(db);
  } finally {
    await db.end();
  }
  // A backend tells its counts at the latest when it ends.
  while ((await ask(url, WORKERS))[0][0] !== "0");
  const after = await counts(url);
  return new Map(
    [...after].map(([table, n]): [string, number] => [table, n - (before.get(table) ?? 0)]).filter(([, n]) =>
      n > 0
    ),
  );
}

async function counts(url: string): Promise<Map<string, number>> {
  return new Map((await ask(url, COUNTS)).map(([table, n]) => [String(table), Number(n)]));
}
