/** What the application is given, and what each request carries. */
import type { RequestIdVariables } from "@hono/hono/request-id";
import type { Live, Serving } from "../live/live.ts";
import type { Db } from "../../sql/db.ts";
import type { ServerLog } from "../log.ts";
import type { AccessSettings, Caller } from "./access.ts";
import type { ListOrigin, Metrics, WorkerMetrics } from "./metrics.ts";
import type { RateLimiter } from "./rate_limit.ts";
import type { Bulletin } from "../writes/bulletin.ts";
import type { Shadow } from "../recommend/shadow.ts";

/** What the process knows of itself. */
export interface ServerState {
  /** Whether the last look reached the database. */
  readonly isDatabaseUp: boolean;
  /** Whether it has been told to stop. */
  readonly isStopping: boolean;
}

/** PostgreSQL, for what no snapshot holds. */
export interface Database {
  /** Runs `body` on a connection. @throws {Problem} `database-down` while PostgreSQL does not answer. */
  use<T>(body: (db: Db) => Promise<T>): Promise<T>;
}

export interface AppDeps {
  live: Readonly<Live>;
  state: ServerState;
  log: ServerLog;
  /** Log a line for each request. */
  logRequests: boolean;
  /** Milliseconds, for the time that a request took. */
  now: () => number;
  access: AccessSettings;
  /** Null: clients may ask as often as they like. */
  limiter: RateLimiter | null;
  /** Origins whose pages may call this server; none by default. */
  cors: readonly string[];
  database: Database;
  bulletin: Bulletin;
  /** The time of day, for what is written down. */
  clock: () => Date;
  /** Folder of what the runs have said; absent: it is not here. */
  logs?: string;
  /** This worker's. */
  metrics: Metrics;
  /** What compares a candidate's lists with those that go out; absent: nothing does. */
  shadow?: Shadow;
  /** Figures of all workers, this one among them; absent: there is one. */
  gatherMetrics?: () => Promise<WorkerMetrics[]>;
}

/** What comes to the application beside a request. */
export interface Surroundings extends Partial<Deno.ServeHandlerInfo<Deno.NetAddr>> {
  /** Told what made the list that the answer holds. */
  listed?(origin: ListOrigin): void;
}

export interface Env {
  /** The connection as `Deno.serve` tells of it, and who stands in between; absent in `app.request()`. */
  Bindings: Surroundings | undefined;
  Variables: RequestIdVariables & { serving: Serving | null; caller: Caller };
}
