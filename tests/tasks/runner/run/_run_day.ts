/** A run of fake stages on a real ledger, for tests of what executes it. */
import { servingSchema } from "../../../../models/snapshot/serving_settings.ts";
import type { Pool } from "../../../../sql/db.ts";
import type { AttemptContext } from "../../../../tasks/runner/checks/checks.ts";
import { openRun } from "../../../../tasks/runner/run/journal.ts";
import type { Stage } from "../../../../tasks/runner/manifest/manifest.ts";
import type { SkippedBy } from "../../../../tasks/runner/plan/plan.ts";
import { executeRun, type RunOptions } from "../../../../tasks/runner/run/run.ts";
import type { TaskContext } from "../../../../tasks/runner/task.ts";
import { fakeTask } from "../_fake_day.ts";
import { inARow, memoryLog } from "../_workplace.ts";

export type Behaviour = (context: TaskContext, attempt: number) => Promise<object> | object;

interface Day {
  stages: Stage[];
  /** What a task does; absent: nothing, and succeeds. */
  does?: Record<string, Behaviour>;
  /** Why stages are skipped. */
  skips?: Record<string, { reason: string; by?: SkippedBy }>;
  /** Whether stages wait for what they say that they need; else each for the one above. */
  needs?: boolean;
  concurrency?: number;
  stop?: AbortController;
}

/** Executes a run of `stages`; `calls` are the tasks that were really called, in order. */
export async function runDay(
  pool: Pool,
  { stages, does = {}, skips = {}, needs, concurrency = 2, stop = new AbortController() }: Day,
) {
  const manifest = { text: "", hash: "" };
  const run = await openRun(pool, { day: "2026-03-01", kind: "daily", seed: 1, manifest });
  const scratch = await Deno.makeTempDir({ prefix: "matinee_scratch_" });
  const calls: string[] = [];
  const log = memoryLog();
  const tasks = Object.fromEntries(stages.map(({ task }) => [
    task,
    fakeTask({
      async run(context) {
        calls.push(task);
        const attempt = calls.filter((name) => name === task).length;
        return { ...await does[task]?.(context, attempt) };
      },
    }),
  ]));
  const attempts: string[] = [];
  const options: RunOptions = {
    run,
    db: pool,
    ledger: (work) => work(),
    stages: needs ? stages : inARow(stages),
    concurrency,
    tasks,
    log,
    signal: stop.signal,
    seedOf: () => 1,
    decide: ({ as, enabled }) => {
      const by = enabled ? "plan" as const : "manifest" as const;
      return Promise.resolve(
        as in skips ? { action: "skip", by, ...skips[as] } : { action: "run", reason: "asked for" },
      );
    },
    context: (stage, signal) => contextOf(pool, { stage, signal, scratch: `${scratch}/${stage.as}` }),
    onAttempt: ({ stage, status }) => attempts.push(`${stage} ${status}`),
  };
  const { status } = await executeRun(options);
  const left = [...Deno.readDirSync(scratch)].map(({ name }) => name);
  await Deno.remove(scratch, { recursive: true });
  return { status, calls, lines: log.lines, warnings: log.warnings, attempts, left };
}

function contextOf(
  db: Pool,
  { stage, signal, scratch }: { stage: Stage; signal: AbortSignal; scratch: string },
): AttemptContext {
  return {
    day: "2026-03-01",
    run: { id: 1, kind: "daily", startedAt: new Date(0) },
    db,
    artifacts: scratch,
    scratch,
    log: memoryLog().ofStage(stage.as),
    settings: {
      seed: 1,
      batch: { size: 1, atMost: 1 },
      bootstrap: { ratings: 1, atMost: 1 },
      holdoutDays: 1,
      serving: servingSchema.parse({}),
    },
    seed: 1,
    signal,
    elapsed: () => performance.now(),
    pendingBatches: () => Promise.resolve([]),
    rowChecks: [],
    finishBatch: () => Promise.resolve(),
    checks: { ofBatch: () => Promise.resolve(), around: (body) => body() },
  };
}

export const fails = (message: string) => () => Promise.reject(new Error(message));

/** Never succeeds by itself; fails with the signal's reason. */
export const hangs: Behaviour = ({ signal }) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
