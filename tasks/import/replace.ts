/**
 * A new, empty archive in the place of the old one, which is kept aside under another name.
 *
 * The archive is a whole database, so that is what is exchanged: a new one is made and migrated under a name of
 * its own, then both are renamed in one transaction. Killed at any point, the archive is the old one or the
 * new one, whole. Renaming needs the database to itself, so sessions in it are ended; a server that reconnects
 * finds the new one. Models and snapshots on disk that belong to the old one stay where they are.
 */
import { connect, type Db, type Pool } from "../../sql/db.ts";
import { migrate } from "../../sql/migrate.ts";
import { DataError } from "./errors.ts";

const ATTEMPTS = 5;
/** PostgreSQL cuts longer names. */
const MAX_NAME = 63;

interface Statements {
  drop_next: string;
  create_next: string;
  swap: string;
}

/**
 * Replaces the database of `url`, to which the caller must hold no connection; returns what the old one is
 * called now: `<name>_before_<day>`, with a number behind it when that is taken.
 *
 * @param day YYYY-MM-DD
 * @throws {DataError} when the role may not create databases, or others don't let go of the old one.
 */
export async function replaceArchive(url: string, { day }: { day: string }): Promise<{ keptAs: string }> {
  const name = databaseOf(url);
  const admin = connect(withDatabase(url, "postgres"), { max: 1 });
  try {
    const keptAs = await freeName(
      admin,
      `${name.slice(0, MAX_NAME - 24)}_before_${day.replaceAll("-", "_")}`,
    );
    const next = `${name.slice(0, MAX_NAME - 5)}_next`;
    const statements = await admin.row<Statements>("import/replace_statements", [name, next, keptAs]);
    await createNext(admin, statements!, withDatabase(url, next));
    await swap(admin, statements!.swap, name);
    return { keptAs };
  } finally {
    await admin.end();
  }
}

async function createNext(admin: Pool, { drop_next, create_next }: Statements, url: string): Promise<void> {
  try {
    await admin.script(drop_next); // what a killed replacement left
    await admin.script(create_next);
  } catch (cause) {
    throw new DataError(`Cannot replace the archive as no new database can be made: ${message(cause)}`, {
      cause,
    });
  }
  const pool = connect(url, { max: 1 });
  await migrate(pool).finally(() => pool.end());
}

/** The server waits five seconds for ended sessions to go; one that reconnects in between costs another attempt. */
async function swap(admin: Pool, statements: string, name: string): Promise<void> {
  for (let attempt = 1;; attempt++) {
    await admin.rows("import/end_sessions", [name]);
    try {
      return await admin.transaction((tx) => tx.script(statements));
    } catch (cause) {
      if (attempt < ATTEMPTS) continue;
      throw new DataError(
        `Cannot replace the archive as database "${name}" is in use: ${message(cause)}. ` +
          "Next: stop what uses it (deno task serve, psql) and try again",
        { cause },
      );
    }
  }
}

async function freeName(admin: Db, wanted: string): Promise<string> {
  const taken = new Set(
    (await admin.rows<{ name: string }>("import/databases", [wanted])).map(({ name }) => name),
  );
  let name = wanted;
  for (let n = 2; taken.has(name); n++) name = `${wanted}_${n}`;
  return name;
}

function databaseOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1));
}

function withDatabase(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(name)}`;
  return other.href;
}

function message(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
