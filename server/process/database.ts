/** PostgreSQL as routes use it: a pool made when it is first needed, made anew when it was lost. */
import { isConnectionLoss, type Pool } from "../../sql/db.ts";
import type { Database } from "../http/env.ts";
import { Problem } from "../http/problem.ts";

/** `connect` throws when there is no database to connect to. */
export function createDatabase(connect: () => Pool): Database & AsyncDisposable {
  let pool: Pool | null = null;
  const drop = async (lost: Pool) => {
    if (pool === lost) pool = null;
    await lost.end();
  };
  return {
    async use(body) {
      let used: Pool | null = null;
      try {
        used = pool ??= connect();
        return await body(used);
      } catch (error) {
        if (used !== null && !isConnectionLoss(error)) throw error;
        if (used !== null) await drop(used);
        throw new Problem("database-down", "Cannot do this as PostgreSQL does not answer.", { cause: error });
      }
    },
    async [Symbol.asyncDispose]() {
      await pool?.end();
    },
  };
}
