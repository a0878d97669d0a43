/** The server's line to PostgreSQL: taken up when the database is there, dropped when it fails, said once each way. */
import type { Pool } from "../../sql/db.ts";
import type { ServerLog } from "../log.ts";

export interface LinkOptions {
  /** @throws when there is no database to connect to. */
  connect: () => Pool;
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

/** Milliseconds after which a silent network counts as a database that is down. */
const PATIENCE = { open: 5_000, use: 120_000 };

export function createLink(options: LinkOptions): Link {
  const { log } = options;
  let pool: Pool | null = null;
  let isUp = false;
  let complaint: string | null = null;

  const fail = async (error: unknown) => {
    await pool?.end();
    pool = null;
    isUp = false;
    const reason = error instanceof Error ? error.message || error.name : String(error);
    if (reason !== complaint) {
      log.warn("the database does not answer; newer ratings are unknown until it does", { reason });
    }
    complaint = reason;
  };
  return {
    get isUp() {
      return isUp;
    },
    async use(body) {
      try {
        pool ??= await open(options);
        await within(PATIENCE.use, body(pool));
        if (complaint !== null) log.info("the database answers again");
        complaint = null;
        isUp = true;
        return true;
      } catch (error) {
        await fail(error);
        return false;
      }
    },
    close: async () => await pool?.end(),
  };
}

async function open({ connect, channels, heard, opened }: LinkOptions): Promise<Pool> {
  const pool = connect();
  try {
    await within(
      PATIENCE.open,
      Promise.all(channels.map((channel) => pool.listen(channel, () => heard(channel)))),
    );
    opened();
    return pool;
  } catch (error) {
    await pool.end();
    throw error;
  }
}

/** `work`, or an error when it takes longer than `ms` milliseconds. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
