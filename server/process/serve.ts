/**
 * One server from start to stop. This thread follows the database and loads snapshots into shared memory; workers of
 * its own answer the requests, all on one port, and end without dropping one.
 */
import { join } from "node:path";
import { connect } from "../../sql/db.ts";
import { follow } from "../follow/follow.ts";
import { isLoopbackHost } from "../http/access.ts";
import type { KeyRecord } from "../http/keys.ts";
import { createRateTable } from "../http/rate_limit.ts";
import type { Live } from "../live/live.ts";
import { createNewerLog } from "../live/newer_log.ts";
import type { ServerLog } from "../log.ts";
import { createCrew } from "./crew.ts";
import { createFlags } from "./flags.ts";
import type { ServeOptions } from "./options.ts";
import { onFreePort } from "./port.ts";

export interface ServeSurroundings {
  home: string;
  /** Null: go on without a database. */
  databaseUrl: string | null;
  /** Who may do what (default: no keys). */
  keys?: readonly KeyRecord[];
  log: ServerLog;
  /** Milliseconds between two looks at the database (default 3 s). */
  pollEvery?: number;
  /** Where connections are spread over all who listen on a port (default: this system). */
  os?: typeof Deno.build.os;
  /** The workers' module, for tests. */
  workerModule?: URL;
}

export interface Server {
  readonly url: string;
  /** Readiness says 503 for `drain` milliseconds, then the port closes; resolves when the last request is answered. */
  stop(drain: number): Promise<void>;
}

/** Listens; everything of the last publication is live by then. @throws when a worker can't start, or no port is free. */
export async function serve(options: ServeOptions, surroundings: ServeSurroundings): Promise<Server> {
  const { home, databaseUrl, log, pollEvery = 3_000 } = surroundings;
  const live: Live = { current: null };
  const newerLog = createNewerLog();
  const flags = createFlags();
  const access = { keys: surroundings.keys ?? [], isLoopback: isLoopbackHost(options.host) };
  const crew = createCrew({
    size: crewSize(options.workers, surroundings),
    newerLog,
    log,
    filling: () => follower.ring(),
    module: surroundings.workerModule,
    settings: {
      host: options.host,
      verbose: options.verbose,
      databaseUrl,
      logs: join(home, "logs"),
      access,
      cors: options.cors,
      rate: options.rateLimit === 0 ? null : { perMinute: options.rateLimit, table: createRateTable() },
      newerLog: newerLog.buffer,
      flags: flags.buffer,
    },
  });
  // Workers load their modules while this thread loads the snapshot; whichever is first, each gets it.
  const opening = crew.open();
  // Heard when it is awaited below.
  opening.catch(() => {});
  const follower = await follow({
    live,
    newerLog,
    log,
    pollEvery,
    artifacts: join(home, "artifacts"),
    connect() {
      if (databaseUrl !== null) return connect(databaseUrl, { max: 2, name: "matinee serve" });
      throw new Error('DATABASE_URL is not set ("deno task serve" starts the embedded database and sets it)');
    },
    spread: crew.spread,
    looked: (isUp) => flags.isDatabaseUp = isUp,
  });
  const stop = async (drain: number) => {
    flags.isStopping = true;
    await new Promise((resolve) => setTimeout(resolve, drain));
    await crew.stop();
    await follower[Symbol.asyncDispose]();
  };
  try {
    await opening;
    const port = await onFreePort(options, log, crew.listen);
    const url = `http://${urlHost(options.host)}:${port}/`;
    log.info(`listening on ${url}`);
    if (!access.isLoopback) sayWhoMayRead(access.keys, log);
    if (live.current === null) log.warn("there is nothing to recommend yet; next: deno task daily");
    return { url, stop };
  } catch (error) {
    await stop(0);
    throw error;
  }
}

/** Off loopback nobody reads without a key: that should not be found out by trying. */
function sayWhoMayRead(keys: readonly KeyRecord[], log: ServerLog): void {
  const readers = keys.filter(({ scopes }) => scopes.includes("read")).map(({ name }) => name);
  if (readers.length > 0) log.info("on a network, requests need a key", { read: readers.join(",") });
  else {
    log.warn(
      "on a network, requests need a key, and no key may read; next: " +
        'KEY=$(openssl rand -hex 24); echo $KEY; MATINEE_API_KEYS="me:read,write,operate:$KEY" deno task serve',
    );
  }
}

/** Only Linux gives each connection to one of those who listen on a port, evenly: elsewhere one worker has them all. */
function crewSize(wanted: number, { log, os = Deno.build.os }: ServeSurroundings): number {
  if (os === "linux" || wanted === 1) return wanted;
  log.info(`one worker serves, as ${os} does not spread the connections of a port over several`);
  return 1;
}

/** What a person types into a browser to reach `host`. */
function urlHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
