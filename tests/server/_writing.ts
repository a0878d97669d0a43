/** The application on a database of a test, with what it told its workers. */
import type { Pool } from "../../sql/db.ts";
import { createApp } from "../../server/app.ts";
import type { AppDeps } from "../../server/http/env.ts";
import { createMetrics } from "../../server/http/metrics.ts";
import type { Live, Serving } from "../../server/live/live.ts";
import type { Notice } from "../../server/writes/bulletin.ts";
import { LOOPBACK, memoryLog } from "./_serving.ts";

export const NOW = new Date("2026-03-05T12:00:00.000Z");

export function writingApp(pool: Pool, current: Serving | null, deps: Partial<AppDeps> = {}) {
  const live: Live = { current };
  const log = memoryLog();
  const state = { isDatabaseUp: true, isStopping: false };
  const notices: Notice[] = [];
  const app = createApp({
    live,
    log,
    state,
    logRequests: false,
    now: () => 0,
    access: LOOPBACK,
    limiter: null,
    cors: [],
    database: { use: (body) => body(pool) },
    bulletin: { append: (added) => void notices.push(...added) },
    clock: () => NOW,
    metrics: createMetrics({ live, state, clock: () => NOW }),
    ...deps,
  });
  return { app, live, log, notices };
}

/** A request with a JSON body. */
export function sent(method: string, body: unknown, headers: Record<string, string> = {}): RequestInit {
  return { method, body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } };
}
