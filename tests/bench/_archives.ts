/** Archives that live through days, stage by stage: one large, one thin, with the same users, movies and days. */
import type { Pool } from "../../sql/db.ts";
import clean from "../../tasks/clean.ts";
import features from "../../tasks/features.ts";
import { importArchive } from "../../tasks/import/archive.ts";
import { sampleSource } from "../../tasks/import/sample.ts";
import ingest from "../../tasks/ingest.ts";
import monitor from "../../tasks/monitor.ts";
import prequential from "../../tasks/prequential.ts";
import publish from "../../tasks/publish.ts";
import type { Task } from "../../tasks/runner/task.ts";
import { testRun } from "../support/context.ts";
import { benchPools } from "./_database.ts";
import { plantChampion } from "./_champion.ts";
import { metered, type Usage } from "./meter.ts";

const STAGES = { ingest, clean, prequential, features, publish, monitor };
export type StageName = keyof typeof STAGES;

export interface Archive {
  readonly name: string;
  readonly pool: Pool;
  readonly ratings: number;
  readonly artifacts: string;
  /** Runs one day; what each stage took. */
  day(label: string): Promise<Record<StageName, Usage>>;
  /** What the bootstrap took. */
  readonly bootstrap: Record<StageName, Usage>;
}

export interface ArchivesOptions {
  /** Of the large archive. */
  ratings: number;
  /** The thin one has one in so many of its ratings, and the first one of every user and movie. */
  oneIn: number;
  /** Ratings of a day. */
  size: number;
  /** Days that can be lived through. */
  days: number;
}

/** Bootstraps both; disposing removes them. */
export async function twoArchives(options: ArchivesOptions): Promise<{ list: Archive[] } & AsyncDisposable> {
  const { ratings, oneIn, size, days } = options;
  const last = ratings - size * days;
  await using stack = new AsyncDisposableStack();
  const pools = await benchPools({
    copies: 2,
    fill: async (pool) => void await importArchive(pool, sampleSource({ nRatings: ratings, seed: 1 })),
  });
  stack.use(pools);
  await thin(pools.list[1], { last_id: last, one_in: oneIn });
  const list: Archive[] = [];
  for (const [i, pool] of pools.list.entries()) {
    await pool.script("vacuum analyze raw_db.ratings");
    const artifacts = await Deno.makeTempDir({ prefix: "matinee_bench_" });
    stack.defer(() => Deno.remove(artifacts, { recursive: true }));
    list.push(await bootstrapped(pool, { name: i === 0 ? "large" : "thin", artifacts, last, size }));
  }
  const all = stack.move();
  return { list, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** Deleting 30 million rows takes ten times as long as keeping one. */
async function thin(pool: Pool, settings: { last_id: number; one_in: number }): Promise<void> {
  const kept: Uint8Array[] = [];
  for await (const bytes of pool.copyOut("../../tests/bench/queries/thin_archive", settings)) {
    kept.push(bytes);
  }
  await pool.script("truncate raw_db.ratings");
  await pool.copyIn("../../tests/bench/queries/copy_raw", kept);
}

interface Bootstrapped {
  name: string;
  artifacts: string;
  /** The last id of the bootstrap. */
  last: number;
  size: number;
}

async function bootstrapped(pool: Pool, { name, artifacts, last, size }: Bootstrapped): Promise<Archive> {
  const settings = { bootstrap: { ratings: last, atMost: 1 }, batch: { size, atMost: 1 } };
  const run = async (kind: "bootstrap" | "daily", day: string, names: readonly StageName[]) => {
    await using run = await testRun(pool, { kind, day, settings });
    const usages: Partial<Record<StageName, Usage>> = {};
    for (const stage of names) {
      const world = { ...run.context(stage), artifacts };
      await Deno.mkdir(world.scratch, { recursive: true });
      const task = STAGES[stage] as Task<unknown>;
      usages[stage] = await metered(() => task.run(world, task.params.parse({})), { pool });
      if (kind === "bootstrap" && stage === "prequential") {
        await plantChampion(pool, { artifacts, runId: run.id });
      }
    }
    return usages as Record<StageName, Usage>;
  };
  const bootstrap = await run("bootstrap", "2026-03-01", Object.keys(STAGES) as StageName[]);
  // As autovacuum would have by the next day.
  await pool.script("vacuum analyze");
  const [totals] = await pool.rows<{ n_ratings: number }>("features/totals");
  return {
    name,
    pool,
    artifacts,
    ratings: totals.n_ratings,
    bootstrap,
    day: (label) => run("daily", label, Object.keys(STAGES) as StageName[]),
  };
}
