/**
 * PostgreSQL as routes use it: a small pool, made when it is first needed and made anew when it was lost.
 *
 * While it does not answer, whoever asks gets a 503 to try again with; nothing waits for ever. PostgreSQL itself ends a
 * statement that takes too long; a network that has gone silent is given up a little later.
 */
import { isConnectionLoss, type Pool } from "../../sql/db.ts";
import type { Database } from "../http/env.ts";
import { Problem } from "../http/problem.ts";

/** Milliseconds that a statement may take: `connect` asks PostgreSQL to hold it to that. */
export const STATEMENT_PATIENCE = 10_000;
/** Milliseconds after which nothing is expected any more. */
const PATIENCE = STATEMENT_PATIENCE + 2_000;

/** What PostgreSQL says when it has cut a statement off: "query_canceled". */
const CUT_OFF = "57014";

/** `connect` throws when there is no database to connect to. */
export function createDatabase(
  connect: () => Pool,
  { patience = PATIENCE }: { patience?: number } = {},
): Database & AsyncDisposable {
  let pool: Pool | null = null;
  const ending = new Set<Promise<void>>();
  const drop = (lost: Pool) => {
    if (pool === lost) pool = null;
    // Nobody waits for what may hang.
    const end = lost.end().catch(() => {}).finally(() => ending.delete(end));
    ending.add(end);
  };
  const open = (): Pool => {
    try {
      return pool ??= connect();
    } catch (cause) {
      throw down("there is none", cause);
    }
  };
  return {
    async use(body) {
      const used = open();
      try {
        return await within(patience, body(used));
      } catch (error) {
        if (error instanceof Late || isConnectionLoss(error)) {
          drop(used);
          throw down("it does not answer", error);
        }
        if (isCutOff(error)) throw down("it took too long", error);
        throw error;
      }
    },
    async [Symbol.asyncDispose]() {
      if (pool) drop(pool);
      await Promise.all(ending);
    },
  };
}

const down = (why: string, cause: unknown) =>
  new Problem("database-down", `Cannot do this without PostgreSQL: ${why}. Lists are served all the same.`, {
    cause,
  });

class Late extends Error {
  override name = "Late";
}

const isCutOff = (error: unknown) => error instanceof Error && "code" in error && error.code === CUT_OFF;

/** `work`, or `Late` when it takes longer than `ms` milliseconds. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Late(`No answer within ${ms / 1000} s`)), ms);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
