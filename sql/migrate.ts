/** Forward-only migrations: `sql/migrations/<schema>/NNNN_name.sql`, applied in order of number, each once. */
import type { Pool } from "./db.ts";

interface Migration {
  number: number;
  name: string;
  text: string;
}

const LEDGER = `
  create schema if not exists ops_db;
  create table if not exists ops_db.migrations (
    number     integer not null,
    name       text not null,
    applied_at timestamptz not null default now(),
    constraint migrations_pkey primary key (number)
  );
  comment on table ops_db.migrations is 'One row per applied migration.'`;
const FOLDER = new URL("./migrations/", import.meta.url);

/** Every migration file, by number. Two files with one number are an error of the tree. */
export function migrations(): Migration[] {
  const found: Migration[] = [];
  for (const schema of Deno.readDirSync(FOLDER)) {
    for (const file of Deno.readDirSync(new URL(`${schema.name}/`, FOLDER))) {
      const url = new URL(`${schema.name}/${file.name}`, FOLDER);
      found.push({
        number: Number.parseInt(file.name),
        name: `${schema.name}/${file.name}`,
        text: Deno.readTextFileSync(url),
      });
    }
  }
  found.sort((a, b) => a.number - b.number);
  found.forEach(({ number, name }, index) => {
    if (number !== index + 1) throw new Error(`Cannot order migration "${name}": wanted number ${index + 1}`);
  });
  return found;
}

/**
 * Brings the database up to the newest migration; returns the names applied now.
 *
 * Each migration and its row in `ops_db.migrations` commit together, under a transaction-level advisory
 * lock: two processes that start together apply each once.
 *
 * @throws when the database knows a migration that this checkout lacks (it is newer).
 */
export async function migrate(pool: Pool): Promise<string[]> {
  const all = migrations();
  const applied: string[] = [];
  await pool.transaction(async (tx) => {
    await tx.row("ops/lock_migrations");
    await tx.script(LEDGER);
  });
  const known = await pool.row<{ number: number }>("ops/newest_migration");
  const newest = known?.number ?? 0;
  if (newest > all.length) {
    throw new RangeError(
      `Cannot use this database as its schema is at migration ${newest}: this checkout knows ${all.length}. ` +
        "Update the checkout (git pull).",
    );
  }
  for (const { number, name, text } of all.slice(newest)) {
    if (await applyOnce(pool, { number, name, text })) applied.push(name);
  }
  return applied;
}

async function applyOnce(pool: Pool, { number, name, text }: Migration): Promise<boolean> {
  return await pool.transaction(async (tx) => {
    await tx.row("ops/lock_migrations");
    if (await tx.execute("ops/insert_migration", [number, name]) === 0) return false;
    await tx.script(text);
    return true;
  });
}
