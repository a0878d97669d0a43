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
}

export interface Loaded extends LoadResult {
  /** Of the server's processes, a request; the client's is not in it. */
  cpuMs: number;
  /** Of PostgreSQL, a request; 0 without. */
  databaseCpuMs: number;
  /** Of the client, a request. */
  clientCpuMs: number;
}

/** Everybody asks for lists, or for `asks`. @throws when something failed. */
export async function loaded(server: RunningServer, options: LoadedOptions): Promise<Loaded> {
  const { asks = [LIST], users, movies, seconds, warmUp, database } = options;
  const traffic: Traffic = { asks, users, movies, seed: 1 };
  const once = { server: server.url, traffic, connections: CONNECTIONS };
  await startLoad({ ...once, seconds: warmUp }).result;
  const before = [server.cpuSeconds(), database ? treeCpuSeconds(database) : 0];
  const { result, cpuSeconds } = startLoad({ ...once, traffic: { ...traffic, seed: 1_001 }, seconds });
  const found = await result;
  const after = [server.cpuSeconds(), database ? treeCpuSeconds(database) : 0];
  refuseFailures(found);
  const each = (spent: number) => 1_000 * spent / found.all.n;
  return {
    ...found,
    cpuMs: each(after[0] - before[0]),
    databaseCpuMs: each(after[1] - before[1]),
    clientCpuMs: each(cpuSeconds()),
  };
}

const ROUNDS = 3;

/** `loaded()` of each server in turn, round by round, so that a busy minute hits all of them; medians of the rounds. */
export async function loadedInTurn(
  servers: readonly RunningServer[],
  { warmUp, seconds, ...options }: LoadedOptions,
): Promise<Loaded[]> {
  const rounds: Loaded[][] = servers.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, server] of servers.entries()) {
      const once = { ...options, warmUp: round === 0 ? warmUp : warmUp / 4, seconds: seconds / ROUNDS };
      rounds[i].push(await loaded(server, once));
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
    };
  });
}

export function refuseFailures({ all, failed, failures }: LoadResult): void {
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
