/** What a server serves, made without a file or a database. */
import { encodeSnapshot, type SnapshotParts } from "../../models/snapshot/snapshot.ts";
import { Problem } from "../../server/http/problem.ts";
import { createMetrics } from "../../server/http/metrics.ts";
import { createApp } from "../../server/app.ts";
import { type Live, openShared, type Serving } from "../../server/live/live.ts";
import { shareSnapshot } from "../../server/live/load.ts";
import type { ServerLog } from "../../server/log.ts";
import type { AccessSettings } from "../../server/http/access.ts";
import type { AppDeps, ServerState } from "../../server/http/env.ts";
import { createNewerRatings, type NewerRatings } from "../../server/live/newer.ts";
import { createMovieRows, emptyBase } from "../../server/live/newer_base.ts";
import { createNewerLog } from "../../server/live/newer_log.ts";

/** Nobody but this machine, and no key. */
export const LOOPBACK: AccessSettings = { keys: [], isLoopback: true };

/** `pairs` of user and movie ids, in any order. */
export function newerRatings(
  afterBatch: number,
  pairs: Iterable<readonly [number, number]> = [],
): NewerRatings {
  const lists = createMovieRows();
  const distinct = new Map([...pairs].map((pair) => [pair.join(), pair]));
  for (const [user, movie] of [...distinct.values()].sort(([a, b], [c, d]) => a - c || b - d)) {
    lists.add(user, movie, 8);
  }
  return createNewerRatings({ ...emptyBase(afterBatch, 0), ratings: lists.finish() }, createNewerLog(1024));
}

export async function servingOf(
  parts: SnapshotParts,
  newer: Iterable<readonly [number, number]> = [],
): Promise<Serving> {
  return await servingOfBytes(encodeSnapshot(parts), newerRatings(parts.batchId, newer));
}

/** What is served of a snapshot's file. */
export async function servingOfBytes(bytes: Uint8Array, newer?: NewerRatings): Promise<Serving> {
  const loaded = await shareSnapshot(bytes);
  const opened = await openShared(loaded);
  // At noon of the day that the parts say.
  const publishedAt = Date.parse("2026-03-01T12:00:00Z");
  return { ...opened, publicationId: 1, publishedAt, newer: newer ?? newerRatings(loaded.snapshot.batchId) };
}

/** A log that keeps its lines: `level message key=value …`. */
export function memoryLog(): ServerLog & { lines: string[] } {
  const lines: string[] = [];
  const line = (level: string): ServerLog["info"] => (message, fields = {}) => {
    lines.push(
      [level, message, ...Object.entries(fields).map(([name, value]) => `${name}=${value}`)].join(" "),
    );
  };
  return { lines, info: line("info"), warn: line("warn") };
}

/** The application on `current`. */
export function appOn(
  current: Serving | null,
  given: Partial<ServerState> = {},
  deps: Partial<AppDeps> = {},
) {
  const live: Live = { current };
  const log = memoryLog();
  const state = { isDatabaseUp: true, isStopping: false, ...given };
  const app = createApp({
    live,
    state,
    log,
    logRequests: false,
    now: () => 0,
    access: LOOPBACK,
    limiter: null,
    cors: [],
    metrics: createMetrics({
      live,
      state,
      clock: () => new Date("2026-03-02T00:00:00Z"),
    }),
    ...without,
    ...deps,
  });
  return { app, live, log };
}

/** What a reading application needs none of. */
const without = {
  database: { use: () => Promise.reject(new Problem("database-down", "This application has no database.")) },
  bulletin: { append: () => {} },
  clock: () => new Date(0),
};
