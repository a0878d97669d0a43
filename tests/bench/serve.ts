/**
 * The server over HTTP, in the shape of MovieLens 32M, beside FastAPI with numpy and a hello world.
 *
 * Every server is a process of its own and so is the client. They share the machine: requests per second say as much
 * about who else was there, the server's own CPU time per request is the figure to trust.
 */
import type { BenchmarkOptions, Report } from "./benchmark.ts";
import { openPeer } from "./_peer.ts";
import { cachedLists } from "./_serve_cached.ts";
import { lists, type ListsReport } from "./_serve_lists.ts";
import { CONNECTIONS } from "./_serve_load.ts";
import { soak, type SoakOptions } from "./_serve_soak.ts";
import { type Part, PARTS } from "./_serve_parts.ts";
import { starting } from "./_serve_start.ts";
import { stopUnderLoad, swapUnderLoad } from "./_serve_swap.ts";
import { written } from "./_serve_written.ts";
import { benchHome, FULL, type Shape, shapeOf } from "./_shape.ts";
import { scanning } from "./scan.ts";

const MINUTES = 2;

export async function serving(
  { ratings, parts, minutes = MINUTES }: BenchmarkOptions,
): Promise<Report> {
  const shape = ratings === undefined ? FULL : shapeOf(ratings);
  const place = await benchHome(shape);
  const report: Report = { figures: [], notes: [describe(shape, place.bytes)] };
  const world = { place, shape, minutes, python: null as string | null, peer: {} as ListsReport["peer"] };
  for (const part of PARTS) {
    if (parts && !parts.includes(part) || part === "soak" && minutes === 0) continue;
    if (part === "lists") world.python = await pythonOr((note) => report.notes.push(note));
    const { figures, notes, peer } = await MEASURES[part](world);
    report.figures.push(...figures);
    report.notes.push(...notes);
    world.peer = peer ?? world.peer;
  }
  return report;
}

/** What the parts are measured on. */
interface World extends SoakOptions {
  python: string | null;
  /** What the peer did in the same run. */
  peer: ListsReport["peer"];
}

type Measured = Pick<Report, "figures" | "notes"> & Partial<Pick<ListsReport, "peer">>;

const MEASURES: Readonly<Record<Part, (world: World) => Promise<Measured>>> = {
  scan: scanning,
  start: starting,
  lists,
  cached: cachedLists,
  written,
  swap: swapUnderLoad,
  stop: stopUnderLoad,
  soak,
};

/** The peer's interpreter; null, and said, where there is none. */
async function pythonOr(say: (note: string) => void): Promise<string | null> {
  const found = await openPeer();
  if (found.python === null) {
    say(`no FastAPI beside it: ${found.why}. Next: python3 with venv and pip, or MATINEE_SERVE_PYTHON`);
  }
  return found.python;
}

function describe({ ratings, users, movies, dimension }: Shape, bytes: number): string {
  const text = (n: number) => n.toLocaleString("en-US");
  return `${text(ratings)} ratings of ${text(users)} people, ${
    text(movies)
  } × ${dimension} random vectors: ` +
    `${Math.round(bytes / 2 ** 20)} MiB; ${CONNECTIONS} keep-alive connections on loopback, a closed loop, ` +
    `on ${navigator.hardwareConcurrency} cores with a load of ${Deno.loadavg()[0].toFixed(1)} at the start`;
}
