/**
 * Keeps a run the only writer of the ledger while PostgreSQL may go away.
 *
 * The run lock is lost with its session. It is taken anew at once; where another process was faster, or the database
 * stays away, the run is stopped, and nothing more is written.
 */
import { type Db, isConnectionLoss, type Lock } from "../../../sql/db.ts";
import { delay } from "../_delay.ts";
import type { Run } from "./journal.ts";

export interface RunGuard {
  /** Aborted when the run must not go on: the reason says why. */
  readonly lost: AbortSignal;
  /** How often the lock was lost and taken anew. */
  readonly nLosses: number;
  /** Returns when the database answers and the lock is held again. @throws when either cannot be had. */
  recover(): Promise<void>;
}

/** A run that nothing guards: its database is expected to stay. */
export const UNGUARDED: RunGuard = {
  lost: new AbortController().signal,
  nLosses: 0,
  recover: () => Promise.resolve(),
};

export interface GuardOptions {
  /** Waits for the database, and makes new connections go where it is. */
  revive: () => Promise<void>;
  tryLock: () => Promise<Lock | null>;
  /** Who holds the lock; `isUs`: an old session of this process, which the server has not given up yet. */
  describeHolder: () => Promise<{ holder: string; isUs: boolean }>;
  say: (line: string) => void;
}

/** Tries to take the lock anew; with pauses of half a second while the server still knows an old session of ours. */
const PATIENCE = 120;

/** Watches `lock`, and takes it anew when it is lost. Dispose to give it back. */
export class LockGuard implements RunGuard, AsyncDisposable {
  #lock: Lock | null = null;
  #losses = 0;
  #recovery: Promise<void> | null = null;
  readonly #lost = new AbortController();

  constructor(lock: Lock, readonly options: GuardOptions) {
    this.#watch(lock);
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  get nLosses(): number {
    return this.#losses;
  }

  async recover(): Promise<void> {
    do {
      this.#lost.signal.throwIfAborted();
      this.#recovery ??= this.#recover().finally(() => this.#recovery = null);
      await this.#recovery;
    } while (this.#lock === null); // lost once more meanwhile
  }

  #watch(lock: Lock): void {
    this.#lock = lock;
    void lock.whenLost.then(() => {
      if (this.#lock !== lock) return;
      this.#lock = null;
      void lock[Symbol.asyncDispose]();
      this.#losses++;
      this.options.say("The connection to PostgreSQL was lost: waiting for it, and for the run lock.");
      this.recover().catch((error) => this.#lost.abort(error));
    });
  }

  async #recover(): Promise<void> {
    for (let tries = 0;; tries++) {
      try {
        this.#lost.signal.throwIfAborted();
        await this.options.revive();
        if (this.#lock === null) await this.#retake(tries);
        if (this.#lock !== null) return;
      } catch (error) {
        // Connections of before, whose loss nobody has noticed yet, come up one by one.
        if (isConnectionLoss(error) && tries < PATIENCE) continue;
        this.#lost.abort(error);
        throw error;
      }
    }
  }

  async #retake(tries: number): Promise<void> {
    const lock = await this.options.tryLock();
    if (lock !== null && this.#lost.signal.aborted) await lock[Symbol.asyncDispose]();
    this.#lost.signal.throwIfAborted(); // given back meanwhile: nobody would give this one back
    if (lock !== null) return this.#watch(lock);
    const { holder, isUs } = await this.options.describeHolder();
    if (!isUs || tries >= PATIENCE) {
      throw new Error(
        `Cannot go on as ${holder} took over when the connection to PostgreSQL was lost. Next: deno task status`,
      );
    }
    await delay(500, this.#lost.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const lock = this.#lock;
    this.#lock = null;
    this.#lost.abort(new Error("Cannot go on as the run lock was given back"));
    await lock?.[Symbol.asyncDispose]();
  }
}

/** Times that one step of the ledger outlives a loss. */
const LEDGER_TRIES = 20;

/** Runs steps of `run`'s ledger: over a loss of the database, and only while the run is this process's own. */
export function guardLedger(
  db: Db,
  run: Run,
  guard: RunGuard,
): <T>(work: () => Promise<T>) => Promise<T> {
  let nSeen = guard.nLosses;
  return async (work) => {
    for (let tries = 1;; tries++) {
      guard.lost.throwIfAborted();
      try {
        const nLosses = guard.nLosses;
        if (nLosses !== nSeen) {
          await guard.recover();
          await checkOwn(db, run);
          nSeen = nLosses;
        }
        return await work();
      } catch (error) {
        if (!isConnectionLoss(error) || tries >= LEDGER_TRIES) throw error;
        await guard.recover();
      }
    }
  };
}

/** While the lock was lost, another process may have taken the run up, and even have ended it. */
async function checkOwn(db: Db, { run_id, day }: Run): Promise<void> {
  const found = await db.row<{ is_own: boolean }>("ops/is_at_work", [run_id, Deno.pid, Deno.hostname()]);
  if (found?.is_own) return;
  throw new Error(
    `Cannot go on with the run of ${day} as another process took it up when the connection to PostgreSQL was lost. ` +
      "Next: deno task status",
  );
}
