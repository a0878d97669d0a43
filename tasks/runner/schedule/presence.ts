/**
 * One scheduler works, others stand by: a session lock, which PostgreSQL gives back the moment its holder is gone.
 * Others see with `ops/lock_holder` whether a scheduler is there, and who it is.
 */
import type { Pool } from "../../../sql/db.ts";

/** Name of the lock. */
export const SCHEDULER_LOCK = "matinee scheduler";

export interface Presence extends AsyncDisposable {
  /** Whether this scheduler is the one that works; asked at each tick, as a lost connection loses the lock too. */
  isOurs(): Promise<boolean>;
  /** Who works, when it is not this one. */
  holder(): Promise<string | null>;
}

/** @param name what the database knows this process by */
export function createPresence(session: { readonly db: Pool }, name: string): Presence {
  let lock: AsyncDisposable | null = null;
  const holder = async () =>
    (await session.db.row<{ holder: string }>("ops/lock_holder", [SCHEDULER_LOCK]))?.holder ?? null;
  return {
    holder,
    async isOurs() {
      const taken = await session.db.tryLock(SCHEDULER_LOCK);
      // Each session has locks of its own: what could be taken was held by nobody, this process included.
      if (taken !== null) {
        await lock?.[Symbol.asyncDispose]();
        lock = taken;
      }
      return taken !== null || lock !== null && await holder() === name;
    },
    async [Symbol.asyncDispose]() {
      await lock?.[Symbol.asyncDispose]();
      lock = null;
    },
  };
}
