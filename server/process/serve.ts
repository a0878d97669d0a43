/** One server from start to stop: follows the database, listens, and ends without dropping a request. */
import { join } from "node:path";
import { connect } from "../../sql/db.ts";
import { createApp } from "../app.ts";
import { isLoopbackHost } from "../http/access.ts";
import { follow } from "../follow/follow.ts";
import type { Live } from "../live/live.ts";
import type { ServerLog } from "../log.ts";
import { createBulletin } from "../live/bulletin.ts";
import { createNewerLog } from "../live/newer_log.ts";
import { createDatabase, STATEMENT_PATIENCE } from "./database.ts";
import type { ServeOptions } from "./options.ts";

export interface ServeSurroundings {
  home: string;
  /** Null: go on without a database. */
  databaseUrl: string | null;
  log: ServerLog;
  /** Milliseconds between two looks at the database (default 3 s). */
  pollEvery?: number;
}

export interface Server {
  readonly url: string;
  /** Readiness says 503 for `drain` milliseconds, then the port closes; resolves when the last request is answered. */
  stop(drain: number): Promise<void>;
}

/** How many ports above a taken one are tried. */
const PORTS_TRIED = 100;

/** Listens; everything of the last publication is live by then. @throws {Deno.errors.AddrInUse} as a last resort. */
export async function serve(options: ServeOptions, surroundings: ServeSurroundings): Promise<Server> {
  const { home, databaseUrl, log, pollEvery = 3_000 } = surroundings;
  const live: Live = { current: null };
  const newerLog = createNewerLog();
  const open = (max: number, patience?: number) => {
    if (databaseUrl !== null) return connect(databaseUrl, { max, name: "matinee serve", patience });
    throw new Error('DATABASE_URL is not set ("deno task serve" starts the embedded database and sets it)');
  };
  const database = createDatabase(() => open(3, STATEMENT_PATIENCE));
  const follower = await follow({
    live,
    newerLog,
    log,
    pollEvery,
    artifacts: join(home, "artifacts"),
    connect: () => open(2),
  });
  let isStopping = false;
  const state = {
    get isDatabaseUp() {
      return follower.isDatabaseUp;
    },
    get isStopping() {
      return isStopping;
    },
  };
  const app = createApp({
    live,
    state,
    log,
    logRequests: options.verbose,
    now: () => performance.now(),
    access: { keys: [], isLoopback: isLoopbackHost(options.host) },
    limiter: null,
    cors: [],
    database,
    bulletin: createBulletin(newerLog),
    clock: () => new Date(),
  });
  const server = listen(options, (request, info) => app.fetch(request, info), log);
  const url = `http://${urlHost(options.host)}:${server.addr.port}/`;
  log.info(`listening on ${url}`);
  if (live.current === null) log.warn("there is nothing to recommend yet; next: deno task daily");
  return {
    url,
    async stop(drain) {
      isStopping = true;
      await new Promise((resolve) => setTimeout(resolve, drain));
      await server.shutdown();
      await follower[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

function listen(
  { host, port }: ServeOptions,
  handler: Deno.ServeHandler<Deno.NetAddr>,
  log: ServerLog,
): Deno.HttpServer<Deno.NetAddr> {
  for (let tried = port;; tried++) {
    try {
      const server = Deno.serve({ hostname: host, port: tried, onListen: () => {}, handler });
      if (tried !== port) log.warn(`port ${port} is taken; using ${tried}`);
      return server;
    } catch (error) {
      const isLast = tried === port + PORTS_TRIED || tried === 65_535;
      if (!(error instanceof Deno.errors.AddrInUse) || isLast) throw error;
    }
  }
}

/** What a person types into a browser to reach `host`. */
function urlHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
