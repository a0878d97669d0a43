/** Watches over an embedded server on behalf of a command that may start no program: one that dies is started again. */
import { connect } from "../db.ts";
import type { DatabaseHandle } from "../launcher.ts";

/** Milliseconds between two attempts at a start. */
const AGAIN = 5_000;
const NAME = "matinee keep";

export interface RevivalOptions {
  say: (line: string) => void;
  /** Ends the watch. */
  signal: AbortSignal;
}

/** Resolves when the watch has ended; a start that has begun is seen through. */
export async function keepAlive(
  database: Pick<DatabaseHandle, "url" | "revive">,
  { say, signal }: RevivalOptions,
): Promise<void> {
  const ended = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => ended.resolve(), { once: true });
  let complaint = "";
  while (!signal.aborted) {
    try {
      await lossOf(database.url, ended.promise);
      if (signal.aborted) return;
      const url = await database.revive();
      say("PostgreSQL went away: it is here again.");
      complaint = "";
      if (url === database.url) continue;
      say("warning: its address is another one, as its port was taken. Next: start the command again.");
      return;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (reason !== complaint) say(`warning: PostgreSQL went away, and does not start again. ${reason}`);
      complaint = reason;
      await pause(ended.promise);
    }
  }
}

/** Holds a session open; resolves when that is lost, or at `end`. */
async function lossOf(url: string, end: Promise<void>): Promise<void> {
  const pool = connect(url, { max: 1, name: NAME });
  try {
    await using lock = await pool.tryLock(`${NAME} ${crypto.randomUUID()}`);
    await Promise.race([lock?.whenLost, end]);
  } catch {
    // Nobody answers: it is gone already.
  } finally {
    await pool.end();
  }
}

async function pause(end: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<void>((resolve) => timer = setTimeout(resolve, AGAIN));
  await Promise.race([over, end]);
  clearTimeout(timer);
}
