/** What `sql/keep.ts` does once its packages are there. */
import { connect } from "../db.ts";
import { homePath } from "../home.ts";
import { type DatabaseHandle, openDatabase } from "../launcher.ts";
import { migrate } from "../migrate.ts";
import { keepAlive } from "./revival.ts";

type Say = (line: string) => void;

/** Runs `command` with the database open around it; returns its exit code. */
export async function keep(
  command: readonly string[],
  { say, needsDatabase }: { say: Say; needsDatabase: boolean },
): Promise<number> {
  const database = needsDatabase ? await open(say) : null;
  const ended = new AbortController();
  // Somebody else's server is theirs to start.
  const isOurs = database !== null && database.place !== "DATABASE_URL";
  const watch = isOurs ? keepAlive(database, { say, signal: ended.signal }) : null;
  try {
    return await run(command, database ? { DATABASE_URL: database.url } : {});
  } finally {
    ended.abort();
    await watch;
    await database?.leave();
  }
}

/** The database, migrated; null when it cannot be had, which has then been said. */
async function open(say: Say): Promise<DatabaseHandle | null> {
  const env = { DATABASE_URL: Deno.env.get("DATABASE_URL") };
  let database: DatabaseHandle | null = null;
  try {
    database = await openDatabase({ home: homePath(), env, log: say });
    const pool = connect(database.url, { max: 1 });
    await migrate(pool).finally(() => pool.end());
    return database;
  } catch (error) {
    await database?.leave();
    say(`warning: going on without the database. ${error instanceof Error ? error.message : error}`);
    return null;
  }
}

async function run([program, ...args]: readonly string[], env: Record<string, string>): Promise<number> {
  // Through /usr/bin/env, as the launcher does: it alone needs the permission to run.
  const child = new Deno.Command("/usr/bin/env", {
    args: [program === "deno" ? Deno.execPath() : program, ...args],
    env,
  }).spawn();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => {
      try {
        child.kill(signal);
      } catch { /* it has ended, and Deno is about to say so */ }
    });
  }
  return (await child.status).code;
}
