/** A load on a running server: what it answered, how fast, and for how much CPU time of its own. */
import { fileURLToPath } from "node:url";
import { treeCpuSeconds } from "./meter.ts";
import type { LoadOptions, LoadResult } from "./load/client.ts";
import type { Ask, Traffic } from "./load/traffic.ts";
import type { RunningServer } from "./_processes.ts";
import type { Shape } from "./_shape.ts";

export const CONNECTIONS = 16;

/** Ten movies for a person at random. */
export const LIST: Ask = { name: "list", share: 1, path: "/users/{user}/recommendations?n=10" };

export interface LoadedOptions {
  asks?: readonly Ask[];
  /** People asked about: those with the ids 1 to this. */
  users: number;
  movies: number;
  seconds: number;
  /** Not counted. */
  warmUp: number;
  /** A process whose CPU time is told as well: PostgreSQL's. */
  database?: number;
  /** Which people are drawn: another round asks about others (default 0). */
  round?: number;
}

type Asked = Pick<RunningServer, "url" | "cpuSeconds">;

export interface Loaded extends LoadResult {
  /** Of the server's processes, a request; the client's is not in it. */
  cpuMs: number;
  /** Of PostgreSQL, a request; 0 without. */
  databaseCpuMs: number;
  /** Of the client, a request. */
  clientCpuMs: number;
  /** Share of the lists that the server had made before; null: it tells none. */
  remembered: number | null;
}

/** Seeds of a load: one for each connection. */
const SEEDS = 1_000;

/** Everybody asks for lists, or for `asks`. @throws when something failed. */
export async function loaded(server: Asked, options: LoadedOptions): Promise<Loaded> {
  const { asks = [LIST], users, movies, seconds, warmUp, database, round = 0 } = options;
  const traffic: Traffic = { asks, users, movies, seed: 1 + 2 * SEEDS * round };
  const once = { server: server.url, traffic, connections: CONNECTIONS };
  await startLoad({ ...once, seconds: warmUp }).result;
  const counted = await cacheCounts(server);
  const before = [server.cpuSeconds(), database ? treeCpuSeconds(database) : 0];
  const { result, cpuSeconds } = startLoad({
    ...once,
    traffic: { ...traffic, seed: traffic.seed + SEEDS },
    seconds,
  });
  const found = await result;
  const after = [server.cpuSeconds(), database ? treeCpuSeconds(database) : 0];
  refuseFailures(found);
  const each = (spent: number) => 1_000 * spent / found.all.n;
  return {
    ...found,
    cpuMs: each(after[0] - before[0]),
    databaseCpuMs: each(after[1] - before[1]),
    clientCpuMs: each(cpuSeconds()),
    remembered: shareOf(counted, await cacheCounts(server)),
  };
}

interface CacheCounts {
  hits: number;
  misses: number;
}

/** What the server counts of its remembered lists; null: it counts none. */
async function cacheCounts({ url }: Asked): Promise<CacheCounts | null> {
  const response = await fetch(`${url}/metrics`);
  const lines = (await response.text()).split("\n").filter((line) => /^matinee_\w*cache/.test(line));
  if (response.status !== 200 || lines.length === 0) return null;
  const sum = (what: RegExp) =>
    lines.filter((line) => what.test(line)).reduce(
      (total, line) => total + Number(line.split(" ").at(-1)),
      0,
    );
  return { hits: sum(/hit/), misses: sum(/miss/) };
}

function shareOf(before: CacheCounts | null, after: CacheCounts | null): number | null {
  if (before === null || after === null) return null;
  const [hits, misses] = [after.hits - before.hits, after.misses - before.misses];
  return hits + misses === 0 ? null : hits / (hits + misses);
}

const ROUNDS = 3;

/**
 * `loaded()` of each server in turn, round by round, so that a busy minute hits all of them; medians of the rounds.
 *
 * Each round asks about people of its own: a server that remembers lists has not made theirs yet.
 */
export async function loadedInTurn(
  servers: readonly Asked[],
  { warmUp, seconds, ...options }: LoadedOptions,
): Promise<Loaded[]> {
  const rounds: Loaded[][] = servers.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, server] of servers.entries()) {
      const once = { warmUp: round === 0 ? warmUp : warmUp / 4, seconds: seconds / ROUNDS, round };
      rounds[i].push(await loaded(server, { ...options, ...once }));
    }
  }
  return rounds.map((found) => {
    const middle = (of: (one: Loaded) => number) => found.map(of).sort((a, b) => a - b)[ROUNDS >> 1];
    return {
      ...found[0],
      all: {
        n: found.reduce((sum, { all }) => sum + all.n, 0),
        perSecond: middle(({ all }) => all.perSecond),
        p50: middle(({ all }) => all.p50),
        p99: middle(({ all }) => all.p99),
        most: Math.max(...found.map(({ all }) => all.most)),
      },
      cpuMs: middle(({ cpuMs }) => cpuMs),
      databaseCpuMs: middle(({ databaseCpuMs }) => databaseCpuMs),
      clientCpuMs: middle(({ clientCpuMs }) => clientCpuMs),
      remembered: found[0].remembered === null ? null : middle(({ remembered }) => remembered ?? 0),
    };
  });
}

function refuseFailures({ all, failed, failures }: LoadResult): void {
  if (failed === 0 && all.n > 0) return;
  throw new Error(
    `Cannot measure as every request should be answered: found ${failed} of ${
      all.n + failed
    } that were not, ` +
      JSON.stringify(failures),
  );
}

/** Starts a load in a process of its own. */
export function startLoad(options: LoadOptions): { result: Promise<LoadResult>; cpuSeconds(): number } {
  const program = fileURLToPath(new URL("./load/_process.ts", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", program, JSON.stringify(options)],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let cpuSeconds = 0;
  const watch = setInterval(() => cpuSeconds = Math.max(cpuSeconds, treeCpuSeconds(child.pid)), 50);
  const result = child.output().then(({ success, stdout }): LoadResult => {
    if (!success) throw new Error("Cannot measure as the client failed");
    return JSON.parse(new TextDecoder().decode(stdout));
  }).finally(() => clearInterval(watch));
  return { result, cpuSeconds: () => cpuSeconds };
}

/** Who and what can be asked about in a snapshot of `shape`. */
export const within = ({ users, movies }: Shape) => ({ users, movies });
