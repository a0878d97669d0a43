/** The server's line to PostgreSQL: taken up when the database is there, dropped when it fails, said once each way. */
import type { Pool } from "../sql/db.ts";
import type { ServerLog } from "./log.ts";

export interface LinkOptions {
  /** The database that runs now; null: none does. */
  connect: () => Promise<Pool | null>;
  log: ServerLog;
  /** Channels to listen on. */
  channels: readonly string[];
  /** Called for each NOTIFY. */
  heard: (channel: string) => void;
  /** Called when a line is up, before its first use: it may be another database than before. */
  opened: () => void;
}

export interface Link {
  readonly isUp: boolean;
  /** Runs `body` on the database; false when there is none, or it failed. */
  use(body: (pool: Pool) => Promise<void>): Promise<boolean>;
  close(): Promise<void>;
}

export function createLink(options: LinkOptions): Link {
  const { log } = options;
  let pool: Pool | null = null;
  let complaint: string | null = null;

  const fail = async (reason: string) => {
    await pool?.end();
    pool = null;
    if (reason === complaint) return;
    complaint = reason;
    log.warn("the database does not answer; movies seen from now on are not known until it does", { reason });
  };
  return {
    get isUp() {
      return pool !== null;
    },
    async use(body) {
      try {
        if (pool === null) {
          pool = await open(options);
          if (pool === null) return await fail("not running").then(() => false);
          if (complaint !== null) log.info("the database answers again");
          complaint = null;
        }
        await body(pool);
        return true;
      } catch (error) {
        await fail(error instanceof Error ? error.message || error.name : String(error));
        return false;
      }
    },
    close: async () => await pool?.end(),
  };
}

async function open({ connect, channels, heard, opened }: LinkOptions): Promise<Pool | null> {
  const pool = await connect();
  if (pool === null) return null;
  try {
    for (const channel of channels) await pool.listen(channel, () => heard(channel));
    opened();
    return pool;
  } catch (error) {
    await pool.end();
    throw error;
  }
}
