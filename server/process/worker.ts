/**
 * One worker: the application over the shared snapshot, on the port that all workers share.
 *
 * It keeps nothing that another could miss. The coordinator sends it what to serve; it says when it does.
 */
import { breathe } from "../../models/breathe.ts";
import { connect } from "../../sql/db.ts";
import { createApp } from "../app.ts";
import type { News } from "../follow/stage.ts";
import type { AppDeps } from "../http/env.ts";
import { createMetrics, type Metrics, type WorkerMetrics } from "../http/metrics.ts";
import { createRateLimiter } from "../http/rate_limit.ts";
import { createBulletin } from "../live/bulletin.ts";
import { type Live, openShared, servingOf } from "../live/live.ts";
import { letGo } from "../live/let_go.ts";
import { createNewerRatings } from "../live/newer.ts";
import { type NewerLog, openNewerLog } from "../live/newer_log.ts";
import type { ServerLog } from "../log.ts";
import { createDatabase, STATEMENT_PATIENCE } from "./database.ts";
import { createFlags } from "./flags.ts";
import { createHotPath } from "./hot_path.ts";
import type { ListCache } from "./list_cache.ts";
import type { FromWorker, ToWorker, WorkerSettings } from "./messages.ts";
import { warmUp } from "./warm_up.ts";
import { createShadow } from "../recommend/shadow.ts";

const NEVER = new AbortController().signal;
/** Connections to PostgreSQL: writes are short, and lists need none. */
const CONNECTIONS = 3;

// A worker's own scope, as Deno's types of the main thread do not have it.
const scope = globalThis as unknown as {
  postMessage(message: FromWorker): void;
  onmessage: (event: MessageEvent<ToWorker>) => void;
};
const say = (message: FromWorker) => scope.postMessage(message);

interface Open {
  settings: WorkerSettings;
  live: Live;
  newerLog: NewerLog;
  handler: Deno.ServeHandler<Deno.NetAddr>;
  cache: ListCache;
  metrics: Metrics;
  closeDatabase(): PromiseLike<void>;
  /** Resolves when all news have been taken. */
  lastNews: Promise<void>;
}

/** Those who wait for the figures of all workers, by turn. */
const gathering = new Map<number, (workers: WorkerMetrics[]) => void>();
let turns = 0;

let open: Open | null = null;
let server: Deno.HttpServer<Deno.NetAddr> | null = null;

scope.onmessage = async ({ data }) => {
  if (data.kind === "open") {
    open = openWorker(data.settings);
    if (data.news) await takeNews(open, data.news);
    return say({ kind: "opened" });
  }
  if (!open) throw new Error(`Cannot ${data.kind} before the worker is open`);
  switch (data.kind) {
    case "listen":
      return listen(open, data.port);
    case "leave":
      await server?.shutdown();
      return say({ kind: "left" });
    case "serve":
      await takeNews(open, data.news);
      return say({ kind: "serving", turn: data.turn });
    case "collect":
      return say({ kind: "collected", turn: data.turn, metrics: await open.metrics.collect() });
    case "gathered":
      gathering.get(data.turn)?.(data.workers);
      return void gathering.delete(data.turn);
    case "stop":
      await server?.shutdown();
      await open.closeDatabase();
      return say({ kind: "stopped" });
  }
};

say({ kind: "born" });

function openWorker(settings: WorkerSettings): Open {
  const { databaseUrl, number } = settings;
  const live: Live = { current: null };
  const newerLog = openNewerLog(settings.newerLog, number);
  const database = createDatabase(() => {
    if (databaseUrl === null) throw new Error("DATABASE_URL is not set");
    return connect(databaseUrl, { max: CONNECTIONS, name: "matinee serve", patience: STATEMENT_PATIENCE });
  });
  const state = createFlags(settings.flags);
  const log = coordinatorLog();
  const shadow = createShadow({
    // Once the answer is on its way.
    later: (work) => void setTimeout(work, 0),
    failed: sayOnce(log),
  });
  const metrics = createMetrics({ live, state, clock: () => new Date(), shadow: () => shadow.sums });
  const deps: AppDeps = {
    live,
    state,
    log,
    shadow,
    logRequests: settings.verbose,
    now: () => performance.now(),
    clock: () => new Date(),
    logs: settings.logs,
    access: settings.access,
    limiter: settings.rate && createRateLimiter({ ...settings.rate, now: () => Date.now() }),
    cors: settings.cors,
    metrics,
    gatherMetrics() {
      const turn = ++turns;
      const { promise, resolve } = Promise.withResolvers<WorkerMetrics[]>();
      gathering.set(turn, resolve);
      say({ kind: "gather", turn });
      return promise;
    },
    database,
    bulletin: createBulletin(newerLog, () => say({ kind: "filling" })),
  };
  const app = createApp(deps);
  const { handler, cache } = createHotPath(deps, (request, info) => app.fetch(request, info));
  return {
    settings,
    live,
    newerLog,
    handler,
    cache,
    metrics,
    closeDatabase: () => database[Symbol.asyncDispose](),
    lastNews: Promise.resolve(),
  };
}

/** A version in the shadow that fails once fails at every request. */
function sayOnce(log: ServerLog): (version: string, error: unknown) => void {
  const said = new Set<string>();
  return (version, error) => {
    if (said.has(version)) return;
    said.add(version);
    log.warn("a version in the shadow makes no lists", { version, reason: String(error) });
  };
}

/** News come in order, and are taken in order, however long a model takes to load. */
function takeNews(worker: Open, news: News): Promise<void> {
  return worker.lastNews = worker.lastNews.then(() => take(worker, news));
}

/** One assignment: requests that have begun keep what they began with, and its memory goes with the last of them. */
async function take({ live, newerLog, cache }: Open, { shared, base }: News): Promise<void> {
  const before = live.current;
  const newer = createNewerRatings(base, newerLog);
  if (before?.sha256 === shared.sha256) {
    newer.takeIn();
    live.current = servingOf(before, newer);
    return;
  }
  const serving = servingOf(await openShared({ shared }), newer);
  newer.takeIn();
  await warmUp(serving, shared);
  cache.clear();
  live.current = serving;
  if (before === null) return;
  // Those who came meanwhile do not wait for this as well.
  await breathe(NEVER);
  letGo(shared.bytes.length);
}

function listen({ settings, handler }: Open, port: number): void {
  const { host, sharesPort } = settings;
  try {
    server = Deno.serve({ hostname: host, port, reusePort: sharesPort, onListen: () => {}, handler });
    say({ kind: "listening" });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    say({ kind: "cannot listen", isTaken: error instanceof Deno.errors.AddrInUse, reason });
  }
}

/** One log for all workers: no two lines run into each other. */
function coordinatorLog(): ServerLog {
  const line = (level: "info" | "warn"): ServerLog["info"] => (message, fields) =>
    say({ kind: "said", level, message, fields });
  return { info: line("info"), warn: line("warn") };
}
