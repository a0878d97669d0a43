/** What the application is given, and what each request carries. */
import type { RequestIdVariables } from "@hono/hono/request-id";
import type { Live, Serving } from "../live/live.ts";
import type { ServerLog } from "../log.ts";
import type { ServerState } from "../routes/views.ts";

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
