/** What every command needs of the world: the home, the database at its newest migration, the run lock. */
import { join } from "node:path";
import { connect, type Lock, type Pool } from "../../sql/db.ts";
import { type DatabaseHandle, openDatabase } from "../../sql/launcher.ts";
import { migrate } from "../../sql/migrate.ts";
import { replaceArchive } from "../import/replace.ts";
import { delay } from "./_delay.ts";
import { UsageError } from "./errors.ts";
import type { Workplace } from "./run/execute.ts";
import { LockGuard, UNGUARDED } from "./run/guard.ts";
import { type Home, openHome } from "./home.ts";
import { type Holder, readHolder, recoverJournal, RUN_LOCK } from "./run/journal.ts";
import { trackerFrom } from "./mlflow/tracker.ts";
import type { RunLog } from "./cli/log.ts";

export interface LockOptions {
  /** Wait until the holder is done, or this is aborted; without it a held lock is an error. */
  wait?: AbortSignal;
  say?: (line: string) => void;
}

/** Home, database and lock of one command; dispose to leave them all. */
export class Session implements AsyncDisposable {
  #lock: LockGuard | null = null;
  readonly #tracker = trackerFrom((name) => Deno.env.get(name)) ?? undefined;

  private constructor(
    readonly home: Home,
    readonly database: DatabaseHandle,
    readonly name: string,
    public db: Pool,
    readonly say: (line: string) => void,
  ) {}

  /** Opens home and database for `command`; the database is at its newest migration then. */
  static async open(command: string, say: (line: string) => void): Promise<Session> {
    const home = openHome();
    const database = await openDatabase({
      home: home.path,
      databaseUrl: Deno.env.get("DATABASE_URL"),
      log: say,
    });
    const name = `matinee ${command} (pid ${Deno.pid})`;
    const session = new Session(home, database, name, connect(database.url, { name }), say);
    try {
      await migrate(session.db);
    } catch (error) {
      await session[Symbol.asyncDispose]();
      throw error;
    }
    return session;
  }

  /**
   * Takes the run lock, which one process holds at a time, and closes what a killed holder left open.
   *
   * @throws {UsageError} when another process holds it and `wait` is not set: it says who, and since when.
   */
  async lockRuns({ wait, say }: LockOptions = {}): Promise<void> {
    for (let tries = 0;; tries++) {
      const lock = await this.db.tryLock(RUN_LOCK);
      if (lock !== null) {
        this.#lock = this.#guard(lock);
        return void await recoverJournal(this.db);
      }
      const holder = inWords(await readHolder(this.db));
      if (wait === undefined) {
        throw new UsageError(`Cannot start as ${holder} is at work. Next: deno task status`);
      }
      if (tries === 0) say?.(`Waiting, as ${holder} is at work.`);
      if (!(await delay(500, wait))) wait.throwIfAborted();
    }
  }

  /** What `execute` needs: the home, the database, and what keeps a run under the lock the only writer. */
  workplace({ log, signal }: { log: RunLog; signal: AbortSignal }): Workplace {
    const guard = this.#lock ?? UNGUARDED;
    return { home: this.home, db: this.db, guard, tracker: this.#tracker, log, signal };
  }

  #guard(lock: Lock): LockGuard {
    return new LockGuard(lock, {
      revive: async () => this.db.moveTo(await this.database.revive()),
      tryLock: () => this.db.tryLock(RUN_LOCK),
      describeHolder: async () => {
        const row = await readHolder(this.db);
        return { holder: inWords(row), isUs: row?.holder === this.name };
      },
      say: this.say,
    });
  }

  /** Gives the run lock back, if it is held. */
  async unlockRuns(): Promise<void> {
    await this.#lock?.[Symbol.asyncDispose]();
    this.#lock = null;
  }

  /**
   * Puts a new, empty database in the place of this one; returns the name under which the old one is kept. Models and
   * snapshots that only the old one names are kept beside it, under the same name.
   */
  async replaceDatabase(day: string): Promise<string> {
    await this.unlockRuns();
    await this.db.end();
    try {
      const { keptAs } = await replaceArchive(this.database.url, { day });
      await Deno.rename(this.home.artifacts, join(this.home.path, keptAs));
      await Deno.mkdir(this.home.artifacts);
      // Runs count from 1 again: what others with these numbers said must not stand above.
      await Deno.rename(this.home.logs, join(this.home.path, keptAs, "logs"));
      await Deno.mkdir(this.home.logs);
      return keptAs;
    } finally {
      this.db = connect(this.database.url, { name: this.name });
      await this.lockRuns();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unlockRuns();
    await this.db.end();
    await this.database.leave();
  }
}

function inWords(found: Holder | undefined): string {
  if (found === undefined) return "another process";
  const day = found.day === null ? "" : `, on the run of ${found.day},`;
  return `"${found.holder}"${day} since ${found.since.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
