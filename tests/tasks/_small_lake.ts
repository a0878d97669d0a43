/** A small archive (the made-up sample, with titles and tastes) that lives through days, stage by stage. */
import { join } from "node:path";
import type { Pool } from "../../sql/db.ts";
import clean from "../../tasks/clean.ts";
import features from "../../tasks/features.ts";
import { importArchive } from "../../tasks/import/archive.ts";
import { sampleSource } from "../../tasks/import/sample.ts";
import ingest from "../../tasks/ingest.ts";
import type { StageResult, Task, TaskContext } from "../../tasks/runner/task.ts";
import { testRun, type TestRunOptions } from "../support/context.ts";
import { testPool } from "../support/database.ts";

/** Enough to train, in a second. */
export const FAST = { config: { epochs: 1, hidden: 8, retrieval_dimension: 8, rating_dimension: 4 } };

const SETTINGS = { bootstrap: { ratings: 5_000_000, atMost: 0.8 }, batch: { size: 300, atMost: 1 } };

type StageName = "ingest" | "clean" | "features";
const STAGES = { ingest, clean, features };

export interface Day {
  readonly id: number;
  readonly lines: string[];
  context(name: string): TaskContext;
  /** Runs `task` as stage `name`; `parts` of its context are other than usual. */
  stage<Params>(
    name: string,
    task: Task<Params>,
    options?: { params?: unknown; parts?: Partial<TaskContext> },
  ): Promise<StageResult>;
  /** Runs the stages that bring ratings in. */
  take(...names: StageName[]): Promise<void>;
}

export interface SmallLake extends AsyncDisposable {
  readonly pool: Pool;
  /** One folder for all days, as in a real home. */
  readonly artifacts: string;
  day(options: TestRunOptions): Promise<Day>;
}

/** An archive of `nRatings` made-up ratings, of which no batch has taken any. */
export async function smallLake({ nRatings = 6_000 } = {}): Promise<SmallLake> {
  const pool = await testPool();
  const folders = new AsyncDisposableStack();
  folders.use(pool);
  const artifacts = await Deno.makeTempDir({ prefix: "matinee_artifacts_" });
  folders.defer(() => Deno.remove(artifacts, { recursive: true }));
  await importArchive(pool, sampleSource({ nRatings, seed: 1 }));
  return {
    pool,
    artifacts,
    async day({ settings, ...options }) {
      const run = folders.use(await testRun(pool, { ...options, settings: { ...SETTINGS, ...settings } }));
      const context = (name: string) => ({ ...run.context(name), artifacts });
      const stage: Day["stage"] = async (name, task, { params = {}, parts = {} } = {}) => {
        const world = { ...context(name), ...parts };
        await Deno.mkdir(world.scratch, { recursive: true });
        return await task.run(world, task.params.parse(params));
      };
      return {
        id: run.id,
        lines: run.lines,
        context,
        stage,
        async take(...names) {
          for (const name of names) await stage<unknown>(name, STAGES[name] as Task<unknown>);
        },
      };
    },
    [Symbol.asyncDispose]: () => folders.disposeAsync(),
  };
}

/** The bootstrap day of `lake`, with its ratings in the feature store. */
export async function bootstrapped(lake: SmallLake, options: Partial<TestRunOptions> = {}): Promise<Day> {
  const day = await lake.day({ kind: "bootstrap", ...options });
  await day.take("ingest", "clean", "features");
  return day;
}

/** Files under `kind` of the artifact folder, by name. */
export function filesOf({ artifacts }: SmallLake, kind: string): string[] {
  return [...Deno.readDirSync(join(artifacts, kind))].map(({ name }) => name).sort();
}
