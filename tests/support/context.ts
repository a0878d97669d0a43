/** A run for tests: real database, fixed clock and seed, folders of its own, log lines that are kept. */
import { servingSchema } from "../../models/snapshot/serving_settings.ts";
import { join } from "node:path";
import type { Db, Pool } from "../../sql/db.ts";
import { type Check, rowChecks } from "../../tasks/runner/checks/check.ts";
import { checksOf, type StageChecks } from "../../tasks/runner/checks/checks.ts";
import { openRun } from "../../tasks/runner/run/journal.ts";
import type { Batch, Log, Settings, StageResult, Task, TaskContext } from "../../tasks/runner/task.ts";

const SETTINGS: Settings = {
  seed: 1,
  batch: { size: 50_000, atMost: 0.01 },
  bootstrap: { ratings: 5_000_000, atMost: 0.8 },
  holdoutDays: 7,
  serving: servingSchema.parse({}),
};

export interface TestRunOptions {
  kind: Batch["kind"];
  /** YYYY-MM-DD; the run starts at 02:00 UTC of it. */
  day?: string;
  settings?: Partial<Settings>;
  signal?: AbortSignal;
  /** Checks of every stage. */
  checks?: readonly Check[];
  /** Called with each progress report: the place to break something in the middle of a stage. */
  onProgress?: (done: number, total: number) => void;
}

export interface TestRun extends AsyncDisposable {
  readonly id: number;
  /** Every line of the tasks' log, as "level message". */
  readonly lines: string[];
  /** What task `name` gets. */
  context(name: string): TaskContext;
  /** Runs `task` under `name`, with parameters as the manifest would give them. */
  stage<Params>(name: string, task: Task<Params>, params?: unknown): Promise<StageResult>;
}

/** Opens a run in the ledger; disposing removes its folders. */
export async function testRun(db: Pool, options: TestRunOptions): Promise<TestRun> {
  const { kind, day = "2026-03-01", settings, checks = [], onProgress } = options;
  const { signal = new AbortController().signal } = options;
  const seed = 1;
  const { run_id: id } = await openRun(db, { day, kind, seed, manifest: { text: "", hash: "" } });
  const folder = await Deno.makeTempDir({ prefix: "matinee_run_" });
  const lines: string[] = [];
  const startedAt = new Date(`${day}T02:00:00Z`);
  const log: Log = {
    warn: (message) => void lines.push(`warn ${message}`),
    detail: (message) => void lines.push(`detail ${message}`),
    progress(done, total, unit) {
      lines.push(`progress ${done}/${total} ${unit}`);
      onProgress?.(done, total);
    },
  };
  const checksOfStage = (as: string) =>
    checksOf({ as, checks }, { run: { run_id: id, started_at: startedAt }, db, log, signal });
  const contextOf = (name: string, stageChecks: StageChecks): TaskContext => ({
    day,
    run: { id, kind, startedAt },
    db,
    artifacts: folder,
    scratch: join(folder, name),
    log,
    settings: { ...SETTINGS, ...settings },
    seed,
    signal,
    elapsed: () => performance.now(),
    async pendingBatches(after) {
      const rows = await db.rows<{ batch_id: number; kind: Batch["kind"]; n_ratings: number }>(
        "ops/pending_batches",
        [name, after],
      );
      return rows.map(({ batch_id, kind, n_ratings }) => ({ id: batch_id, kind, nRatings: n_ratings }));
    },
    rowChecks: rowChecks(checks),
    finishBatch: async (tx: Db, batch: Batch) => {
      await stageChecks.ofBatch(tx, batch);
      await tx.execute("ops/finish_batch", [batch.id, name, id]);
    },
  });
  return {
    id,
    lines,
    context: (name) => contextOf(name, checksOfStage(name)),
    async stage(name, task, params = {}) {
      await Deno.mkdir(join(folder, name), { recursive: true });
      const stageChecks = checksOfStage(name);
      const context = contextOf(name, stageChecks);
      return await stageChecks.around(() => task.run(context, task.params.parse(params)));
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
