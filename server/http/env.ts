/** What the application is given, and what each request carries. */
import type { RequestIdVariables } from "@hono/hono/request-id";
import type { Live, Serving } from "../live/live.ts";
import type { ServerLog } from "../log.ts";

/** What the process knows of itself. */
export interface ServerState {
  /** Whether the last look reached the database. */
  readonly isDatabaseUp: boolean;
  /** Whether it has been told to stop. */
  readonly isStopping: boolean;
}

export interface AppDeps {
  live: Readonly<Live>;
  state: ServerState;
  log: ServerLog;
  /** Log a line for each request. */
  logRequests: boolean;
  /** Milliseconds, for the time that a request took. */
  now: () => number;
}

export type Env = { Variables: RequestIdVariables & { serving: Serving | null } };
