/** Where a fake day is run in tests: stages out of thin air, a log that keeps its lines, the ledger as plain rows. */
import { servingSchema } from "../../../models/snapshot/serving_settings.ts";
import type { Pool } from "../../../sql/db.ts";
import type { DueRun } from "../../../tasks/runner/due.ts";
import { execute, type Executed, type Pipeline, type Workplace } from "../../../tasks/runner/run/execute.ts";
import { createLog, type RunLog } from "../../../tasks/runner/cli/log.ts";
import type { Manifest, Stage } from "../../../tasks/runner/manifest/manifest.ts";
import type { PlanOptions } from "../../../tasks/runner/plan/plan.ts";
import type { Task } from "../../../tasks/runner/task.ts";
import { ask } from "../import/_ask.ts";

/** Stage `as`, of the task of the same name; backoffs of a millisecond. */
export function fakeStage(
  as: string,
  { retry, ...parts }: Partial<Omit<Stage, "retry">> & { retry?: Partial<Stage["retry"]> } = {},
): Stage {
  const at = { line: 1, column: 1, length: 1 };
  const whole = { attempts: 1, backoff: 1, max: 3_600_000, jitter: 0, on: ["error", "timeout"] as const };
  const rest = { enabled: true, params: {}, needs: [], checks: [], at };
  return { as, task: as, ...rest, retry: { ...whole, ...retry }, ...parts };
}

/** Each needs the one above, as in a manifest without `needs`. */
export function inARow(stages: readonly Stage[]): Stage[] {
  return stages.map((stage, i) => ({ ...stage, needs: i === 0 ? [] : [stages[i - 1].as] }));
}

export function fakeManifest(stages: Stage[]): Manifest {
  return {
    file: "pipeline.yaml",
    next: "deno task plan",
    name: "daily",
    seed: 1,
    source: "auto",
    concurrency: 2,
    schedules: [{
      name: "daily",
      cron: "0 2 * * *",
      timezone: "UTC",
      catchUp: "last",
      overlap: "queue",
      only: null,
    }],
    sla: {},
    notify: [],
    batch: { size: 100, atMost: 1 },
    bootstrap: { ratings: 100, atMost: 1 },
    holdoutDays: 7,
    serving: servingSchema.parse({}),
    stages,
  };
}

export function memoryLog(): RunLog & { lines: string[] } {
  const lines: string[] = [];
  const write = (text: string) => void lines.push(text.trimEnd());
  const now = () => new Date(0);
  return { ...createLog({ format: "logfmt", verbose: false, terminal: false, write, now }), lines };
}

type FakeTasks = Readonly<Record<string, Task<unknown>>>;

export interface FakeRun extends Partial<Pick<Workplace, "log" | "signal" | "guard">> {
  stages: Stage[];
  tasks: FakeTasks;
  selection?: PlanOptions;
  /** Whether stages wait for what they say that they need; else each for the one above. */
  needs?: boolean;
  concurrency?: number;
  manifestOn?: Pipeline["manifestOn"];
}

/** Works on `due` with fake tasks, in a folder that is gone afterwards. */
export async function executeFake(
  db: Pool,
  due: DueRun,
  { stages, tasks, selection, needs = false, concurrency = 2, manifestOn, ...world }: FakeRun,
): Promise<Executed> {
  const path = await Deno.makeTempDir({ prefix: "matinee_runner_" });
  const home = { path, artifacts: `${path}/artifacts`, scratch: `${path}/scratch`, logs: path };
  const { log = memoryLog(), signal = new AbortController().signal, guard } = world;
  const manifest = { ...fakeManifest(needs ? stages : inARow(stages)), concurrency };
  const pipeline = { manifest, text: "stages: []", hash: "0", tasks, manifestOn };
  try {
    return await execute(pipeline, due, { db, home, guard, log, signal, selection });
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

/** Every attempt in the order in which they began: "stage attempt status". */
export async function journal(db: Pool): Promise<string[]> {
  const rows = await ask(
    db.url,
    "select stage, attempt, status from ops_db.stage_runs order by stage_run_id",
  );
  return rows.map((row) => row.join(" "));
}

/** Runs in order: "day kind status". */
export async function runs(db: Pool): Promise<string[]> {
  const rows = await ask(db.url, "select day::text, kind, status from ops_db.runs order by run_id");
  return rows.map((row) => row.join(" "));
}
