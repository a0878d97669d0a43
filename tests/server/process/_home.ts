/** A server in this process on a home of its own, and clients that ask it over HTTP. */
import { join } from "node:path";
import type { Pool } from "../../../sql/db.ts";
import type { ServeOptions } from "../../../server/process/options.ts";
import { serve, type ServeSurroundings } from "../../../server/process/serve.ts";
import { snapshotParts } from "../../support/snapshot.ts";
import { createArchive, pointTo, publish, type Published } from "../_archive.ts";
import { memoryLog } from "../_serving.ts";

export const OPTIONS: ServeOptions = {
  port: 0,
  host: "127.0.0.1",
  workers: 2,
  drain: 0,
  rateLimit: 0,
  cors: [],
  jsonLog: false,
  verbose: false,
};

/** Workers that can be killed by a request for /die. */
export const MORTAL = new URL("./_mortal_worker.ts", import.meta.url);

export async function withHome(body: (home: string) => Promise<void>): Promise<void> {
  const home = await Deno.makeTempDir({ prefix: "matinee home " });
  try {
    await body(home);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/** A server in this process that stops when disposed of, with its log. */
export async function started(
  options: Partial<ServeOptions>,
  surroundings: Partial<ServeSurroundings> & { home: string },
) {
  const log = memoryLog();
  const server = await serve({ ...OPTIONS, ...options }, {
    databaseUrl: null,
    log,
    pollEvery: 600_000,
    workerModule: MORTAL,
    ...surroundings,
  });
  return {
    ...server,
    log,
    async [Symbol.asyncDispose]() {
      await server.stop(0);
    },
  };
}

/** A home whose `current.json` points to the first snapshot, and a way to point it to another. */
export async function withSnapshots(
  db: Pool,
  seeds: number[],
  body: (home: string, point: (seed: number) => Promise<void>) => Promise<void>,
): Promise<void> {
  await createArchive(db, snapshotParts());
  await withHome(async (home) => {
    const artifacts = join(home, "artifacts");
    const published: Published[] = [];
    for (const seed of seeds) {
      published.push(await publish(db, artifacts, snapshotParts({ seed }), { status: "publishing" }));
    }
    const point = (seed: number) => pointTo(artifacts, published[seeds.indexOf(seed)]);
    await point(seeds[0]);
    await body(home, point);
  });
}

export interface Load {
  answers: Map<string, number>;
  failures: string[];
}

/** Asks for lists on 8 connections, each kept, until `isOver`; counts answers by model version. */
export async function load(url: string, isOver: () => boolean): Promise<Load> {
  const result: Load = { answers: new Map(), failures: [] };
  using client = Deno.createHttpClient({});
  const connection = async () => {
    while (!isOver()) {
      try {
        const response = await fetch(url, { client });
        const list = await response.json();
        if (response.status !== 200 || list.items.length !== 10) throw new Error(`status ${response.status}`);
        result.answers.set(list.model_version, (result.answers.get(list.model_version) ?? 0) + 1);
      } catch (error) {
        result.failures.push(String(error));
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, connection));
  return result;
}

/** Status of an answer, on a connection of its own: whichever worker gets it. */
export async function statusOf(url: string, init?: RequestInit): Promise<number> {
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const response = await fetch(url, { ...init, client });
  await response.body?.cancel();
  return response.status;
}

/** JSON of an answer, on a connection of its own. */
export async function jsonOf(url: string, init?: RequestInit) {
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  return await (await fetch(url, { ...init, client })).json();
}
