/**
 * Exact lists of ten for people at random, hardly any of them asked for before: ours and a peer's on the same snapshot.
 *
 * How many our server had made before is told beside: few in the shape of 32M, most in one of a few thousand people.
 */
import type { Figure } from "./benchmark.ts";
import { CONNECTIONS, type Loaded, loadedInTurn, within } from "./_serve_load.ts";
import { type RunningServer, startHello, startMatinee, startPeer } from "./_processes.ts";
import type { BenchHome, Shape } from "./_shape.ts";

const SECONDS = 6;
const WARM_UP = 2;
export const WORKERS = [1, 2] as const;
/** People whose lists are compared between the servers. */
const COMPARED = 50;

export interface ListsOptions {
  place: BenchHome;
  shape: Shape;
  /** Null: there is no peer here. */
  python: string | null;
}

export interface ListsReport {
  figures: Figure[];
  notes: string[];
  /** What the peer did by number of workers. */
  peer: Partial<Record<number, Loaded>>;
}

export async function lists({ place, shape, python }: ListsOptions): Promise<ListsReport> {
  const people = { ...within(shape), seconds: SECONDS, warmUp: WARM_UP };
  const report: ListsReport = { figures: [], notes: [], peer: {} };
  for (const workers of WORKERS) {
    await using hello = await startHello();
    await using ours = await startMatinee({ home: place.home, workers });
    await using peer = python === null
      ? null
      : await startPeer({ python, snapshot: place.snapshot, workers });
    const servers = peer === null ? [hello, ours] : [hello, ours, peer];
    const [least, mine, theirs] = await loadedInTurn(servers, people);
    report.figures.push(...compared(mine, { peer: theirs ?? null, hello: least, workers }));
    report.notes.push(
      `lists, ${named(workers)}: hello world in one process ${text(least)}; the client itself ${
        least.clientCpuMs.toFixed(4)
      } CPU ms`,
      `lists, ${named(workers)}: ours ${text(mine)}, ${remembered(mine)}`,
    );
    if (peer === null) continue;
    report.peer[workers] = theirs;
    report.notes.push(
      `lists, ${named(workers)}: FastAPI ${text(theirs)}`,
      sameLists(await firstLists(ours, shape), await firstLists(peer, shape)),
    );
  }
  return report;
}

export const named = (workers: number) => workers === 1 ? "1 worker" : `${workers} workers`;

export function text({ all, cpuMs }: Loaded): string {
  const rate = Math.round(all.perSecond).toLocaleString("en-US");
  return `${rate} requests/s, ${cpuMs.toFixed(3)} CPU ms, p50 ${all.p50.toFixed(2)} ms, p99 ${
    all.p99.toFixed(2)
  } ms`;
}

export const remembered = ({ remembered }: Loaded) =>
  remembered === null
    ? "the server tells no hit share"
    : `${(100 * remembered).toFixed(1)} % of the lists were remembered`;

interface Compared {
  peer: Loaded | null;
  hello: Loaded;
  workers: number;
}

function compared(ours: Loaded, { peer, hello, workers }: Compared): Figure[] {
  const beside = peer ?? hello;
  const name = peer ? `FastAPI + numpy, ${named(workers)}` : "hello world";
  const what = `lists, ${named(workers)}`;
  const bound = <B>(bounds: B) => peer ? { asked: bounds } : {};
  return [
    {
      name: what,
      value: ours.all.perSecond,
      unit: "requests/s",
      beside: { name, value: beside.all.perSecond },
      ...bound({ least: 3 }),
    },
    {
      name: what,
      value: ours.cpuMs,
      unit: "CPU ms / request",
      beside: { name, value: beside.cpuMs },
      ...bound({ most: 1 / 3 }),
    },
    {
      name: `${what}, p99 at ${CONNECTIONS} connections`,
      value: ours.all.p99,
      unit: "ms",
      beside: { name: peer ? `FastAPI's p50` : "hello world's p50", value: beside.all.p50 },
      ...bound({ most: 1 }),
    },
  ];
}

/** The movies of some people's lists. */
async function firstLists({ url }: RunningServer, { users }: Shape): Promise<number[][]> {
  const found: number[][] = [];
  for (let i = 0; i < COMPARED; i++) {
    const response = await fetch(`${url}/users/${1 + Math.floor(i * users / COMPARED)}/recommendations?n=10`);
    const { items } = await response.json();
    found.push(items.map(({ movie_id }: { movie_id: number }) => movie_id));
  }
  return found;
}

function sameLists(ours: number[][], theirs: number[][]): string {
  const same = ours.filter((list, i) => list.join() === theirs[i].join()).length;
  return `of ${ours.length} people's lists, ${same} are the same in both`;
}
