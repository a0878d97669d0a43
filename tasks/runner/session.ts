/** What every command needs of the world: the home, the database at its newest migration, the run lock. */
import { connect, type Pool } from "../../sql/db.ts";
import { type DatabaseHandle, openDatabase } from "../../sql/launcher.ts";
import { migrate } from "../../sql/migrate.ts";
import { delay } from "./_delay.ts";
import { UsageError } from "./errors.ts";
import { type Home, openHome } from "./home.ts";
import { recoverJournal } from "./journal.ts";

export interface Session {
  home: Home;
  database: DatabaseHandle;
  db: Pool;
  [Symbol.asyncDispose](): Promise<void>;
}

const LOCK = "matinee run";

/** Opens home and database; dispose to leave both. */
export async function openSession(command: string, say: (line: string) => void): Promise<Session> {
  const home = openHome();
  const database = await openDatabase({
    home: home.path,
    databaseUrl: Deno.env.get("DATABASE_URL"),
    log: say,
  });
  const db = connect(database.url, { name: `matinee ${command} (pid ${Deno.pid})` });
  const leave = async () => {
    await db.end();
    await database.leave();
  };
  try {
    await migrate(db);
  } catch (error) {
    await leave();
    throw error;
  }
  return { home, database, db, [Symbol.asyncDispose]: leave };
}

/**
 * Takes the run lock, which one process holds at a time, and closes what a killed holder left open.
 *
 * @throws {UsageError} when another process holds it and `wait` is not set: it says who, and since when.
 */
export async function lockRuns(
  db: Pool,
  { wait, say }: { wait?: AbortSignal; say?: (line: string) => void } = {},
): Promise<AsyncDisposable> {
  for (let tries = 0;; tries++) {
    const lock = await db.tryLock(LOCK);
    if (lock !== null) {
      await recoverJournal(db);
      return lock;
    }
    const holder = await describeHolder(db);
    if (wait === undefined) {
      throw new UsageError(`Cannot start as ${holder} is at work. Next: deno task status`);
    }
    if (tries === 0) say?.(`Waiting, as ${holder} is at work.`);
    if (!(await delay(500, wait))) wait.throwIfAborted();
  }
}

async function describeHolder(db: Pool): Promise<string> {
  const found = await db.row<{ holder: string; since: Date; day: string | null }>("ops/lock_holder", [LOCK]);
  if (found === undefined) return "another process";
  const day = found.day === null ? "" : `, on the run of ${found.day},`;
  return `"${found.holder}"${day} since ${found.since.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
