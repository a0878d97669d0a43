/**
 * A server of its own process, so that its CPU time is its own: `deno run -A _serving_process.ts hello|MOVIES`.
 *
 * Prints its port. GET /bench/spent says what the process has used; everything else is the application's.
 */
import { Hono } from "@hono/hono";
import process from "node:process";
import { createRng } from "../../models/rng.ts";
import { encodeSnapshot, openSnapshot } from "../../models/snapshot/snapshot.ts";
import { createApp } from "../../server/app.ts";
import { createMetrics } from "../../server/http/metrics.ts";
import { LOOPBACK } from "../../server/http/access.ts";
import { noNewerRatings } from "../../server/live/newer.ts";
import { snapshotParts, userIdOf } from "../support/snapshot.ts";

export const USERS = 1_000;
const SEEN_EACH = 150;
export const DIMENSION = 32;

export interface ServingSpent {
  cpu_s: number;
  peak_rss_mib: number;
}

/** Matinee on a generated snapshot, without a database. */
function recommender(movies: number): (request: Request) => Response | Promise<Response> {
  const rng = createRng(1);
  const seenPairs = Array.from({ length: USERS }, (_, user) => {
    const seen = new Set(Array.from({ length: SEEN_EACH }, () => rng.below(movies)));
    return [...seen].sort((a, b) => a - b).map((movie) => [userIdOf(user), movie] as const);
  }).flat();
  const bytes = encodeSnapshot(snapshotParts({ movies, seenPairs, dimension: DIMENSION }));
  const newer = noNewerRatings(3);
  const current = { snapshot: openSnapshot(bytes), sha256: "0".repeat(64), publicationId: 1, newer };
  const live = { current };
  const state = { isDatabaseUp: true, isStopping: false };
  const app = createApp({
    live,
    state,
    log: { info() {}, warn() {} },
    logRequests: false,
    now: () => performance.now(),
    access: LOOPBACK,
    limiter: null,
    cors: [],
    database: { use: () => Promise.reject(new Error("Cannot write as the bench has no database")) },
    bulletin: { append() {} },
    clock: () => new Date(),
    metrics: createMetrics({ live, state, clock: () => new Date() }),
  });
  return (request) => app.fetch(request);
}

function hello(): (request: Request) => Response | Promise<Response> {
  const app = new Hono().get("/users/:id/recommendations", (c) => c.text("Hello, world"));
  return (request) => app.fetch(request);
}

function spentSoFar(): ServingSpent {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return { cpu_s: (userCPUTime + systemCPUTime) / 1e6, peak_rss_mib: maxRSS / 1024 };
}

if (import.meta.main) {
  const [what] = Deno.args;
  const answer = what === "hello" ? hello() : recommender(Number(what));
  Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: ({ port }) => Deno.stdout.writeSync(new TextEncoder().encode(`${port}\n`)),
  }, (request) => request.url.endsWith("/bench/spent") ? Response.json(spentSoFar()) : answer(request));
}
