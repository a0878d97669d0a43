/** What clients notice of another snapshot, and of a server that is told to stop, while they ask as fast as they can. */
import { encodeSnapshot } from "../../models/snapshot/snapshot.ts";
import { storeArtifact } from "../../tasks/_artifacts.ts";
import { join } from "node:path";
import type { Figure } from "./benchmark.ts";
import type { LoadOptions, LoadResult } from "./load/client.ts";
import { type RunningServer, startMatinee } from "./_processes.ts";
import { servingDatabase } from "./_serve_database.ts";
import { CONNECTIONS, LIST, startLoad, within } from "./_serve_load.ts";
import { type BenchHome, partsOf, type Shape } from "./_shape.ts";

const WORKERS = 2;
/** Seconds before the swap that are compared with as many around it. */
const WINDOW = 10;
/** Seconds after which a snapshot should be live: what follows is no longer the time around the swap. */
const PATIENCE = 8;
/** Seconds of load before a SIGTERM. */
const BEFORE_STOP = 3;

export interface SwapOptions {
  place: BenchHome;
  shape: Shape;
}

export interface SwapReport {
  figures: Figure[];
  notes: string[];
}

export async function swapUnderLoad({ place, shape }: SwapOptions): Promise<SwapReport> {
  const other = await storeArtifact(
    join(place.home, "artifacts"),
    "snapshots",
    encodeSnapshot(partsOf(shape, 2)),
  );
  await using database = await servingDatabase(shape);
  await database.publish(place);
  await using running = await startMatinee({ home: place.home, workers: WORKERS, databaseUrl: database.url });
  await load(running, { shape, seconds: 2 }).result;
  const { result } = load(running, { shape, seconds: 2 * WINDOW + 1, slot: WINDOW });
  await seconds(WINDOW + 1);
  const begun = performance.now();
  await database.publish(other);
  const since = () => (performance.now() - begun) / 1_000;
  while (await versionOf(running) !== "bench-2") {
    if (since() > PATIENCE) {
      throw new Error(`Cannot measure as a snapshot should be live after ${PATIENCE} s`);
    }
    await seconds(0.02);
  }
  const took = since();
  const found = await result;
  await Deno.remove(join(place.home, "artifacts", other.path));
  const [before, around] = found.slots;
  return {
    figures: [
      ...unanswered("swap under load", found),
      {
        name: "swap under load, p99 of the 10 s around it",
        value: around.p99,
        unit: "ms",
        beside: { name: "of the 10 s before", value: before.p99 },
        asked: { most: 1.2 },
      },
    ],
    notes: [`swap: live ${took.toFixed(1)} s after it was published, ${found.all.n} requests meanwhile`],
  };
}

export async function stopUnderLoad({ place, shape }: SwapOptions): Promise<SwapReport> {
  const running = await startMatinee({ home: place.home, workers: WORKERS });
  await load(running, { shape, seconds: 1 }).result;
  const { result } = load(running, { shape, seconds: 60, mayEnd: true });
  await seconds(BEFORE_STOP);
  const begun = performance.now();
  const code = await running.stop();
  const took = (performance.now() - begun) / 1_000;
  const found = await result;
  return {
    figures: unanswered("SIGTERM under load", found),
    notes: [
      `SIGTERM: ended with code ${code} after ${took.toFixed(1)} s, ${found.all.n} requests until then`,
    ],
  };
}

/** None is asked for. */
export function unanswered(name: string, { all, failed, failures }: LoadResult): Figure[] {
  const why = failed === 0
    ? ""
    : ` (${Object.entries(failures).map(([what, n]) => `${n} ${what}`).join(", ")})`;
  return [{ name: `${name}, failed requests of ${all.n + failed}${why}`, value: failed, unit: "requests" }];
}

type More = Partial<LoadOptions> & { shape: Shape; seconds: number };

function load({ url }: RunningServer, { shape, ...options }: More) {
  const traffic = { asks: [LIST], ...within(shape), seed: 1 };
  return startLoad({ server: url, traffic, connections: CONNECTIONS, ...options });
}

async function versionOf({ url }: RunningServer): Promise<string> {
  const response = await fetch(`${url}/users/1/recommendations?n=1`);
  return (await response.json()).model_version;
}

const seconds = (n: number) => new Promise((resolve) => setTimeout(resolve, 1_000 * n));
