/** What the coordinator and its workers say to each other. Everything large in it is shared memory. */
import type { News } from "../follow/stage.ts";
import type { AccessSettings } from "../http/access.ts";
import type { WorkerMetrics } from "../http/metrics.ts";
import type { Fields } from "../log.ts";

/** What a worker is made with. */
export interface WorkerSettings {
  /** Its own among all that append to the log. */
  number: number;
  host: string;
  /** Whether other workers listen on the same port. */
  sharesPort: boolean;
  /** Log a line for each request. */
  verbose: boolean;
  /** Null: go on without a database. */
  databaseUrl: string | null;
  /** Folder of what the runs have said. */
  logs: string;
  access: AccessSettings;
  cors: readonly string[];
  /** Null: clients may ask as often as they like. */
  rate: { perMinute: number; table: SharedArrayBuffer } | null;
  newerLog: SharedArrayBuffer;
  flags: SharedArrayBuffer;
}

export type ToWorker =
  | { kind: "open"; settings: WorkerSettings; news: News | null }
  | { kind: "listen"; port: number }
  /** Gives the port up again: another worker could not have it. */
  | { kind: "leave" }
  | { kind: "serve"; news: News; turn: number }
  /** Wants its figures. */
  | { kind: "collect"; turn: number }
  /** Those of all workers, as it has asked for. */
  | { kind: "gathered"; turn: number; workers: WorkerMetrics[] }
  /** Finishes its requests, and closes what it has open. */
  | { kind: "stop" };

export type FromWorker =
  /** It hears what it is told from now on. */
  | { kind: "born" }
  | { kind: "opened" }
  | { kind: "listening" }
  | { kind: "left" }
  /** `isTaken`: somebody else listens there. */
  | { kind: "cannot listen"; isTaken: boolean; reason: string }
  | { kind: "serving"; turn: number }
  | { kind: "stopped" }
  | { kind: "collected"; turn: number; metrics: WorkerMetrics }
  /** Wants the figures of all workers. */
  | { kind: "gather"; turn: number }
  /** Half of the log is taken. */
  | { kind: "filling" }
  | { kind: "said"; level: "info" | "warn"; message: string; fields?: Fields };
