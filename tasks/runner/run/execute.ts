/** One due run from the ledger to its end: opens or resumes it, gives each stage its context, journals the outcome. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Db, Pool } from "../../../sql/db.ts";
import type { Row } from "../../../sql/tables.ts";
import { rowChecks } from "../checks/check.ts";
import { type AttemptContext, checksOf } from "../checks/checks.ts";
import type { DueRun } from "../due.ts";
import { ManifestErrors } from "../errors.ts";
import { guardLedger, type RunGuard, UNGUARDED } from "./guard.ts";
import type { Home } from "../home.ts";
import { graphOf } from "./graph.ts";
import { openRun, reopenRun, type Run, type RunOutcome, type StageRun, stageRuns } from "./journal.ts";
import type { RunLog } from "../cli/log.ts";
import type { Tracker } from "../mlflow/tracker.ts";
import type { Manifest, Stage } from "../manifest/manifest.ts";
import { formatManifestErrors } from "../manifest/manifest_error.ts";
import { decide, plan, type PlanOptions } from "../plan/plan.ts";
import { executeRun } from "./run.ts";
import { keepRunLog } from "../history/run_log.ts";
import { withParams } from "../plan/selection.ts";
import { readPlanState } from "../plan/state.ts";
import type { Batch, Tasks } from "../task.ts";

export interface Pipeline {
  manifest: Manifest;
  text: string;
  hash: string;
  tasks: Tasks;
  /** The manifest as it is for the run of a day; absent: it is the same on every day. */
  manifestOn?: (day: string) => Manifest;
}

export interface Workplace {
  /** Absent: nothing is done about a database that goes away. */
  guard?: RunGuard;
  /** Absent: runs are tracked nowhere else. */
  tracker?: Tracker;
  home: Home;
  db: Pool;
  log: RunLog;
  signal: AbortSignal;
}

export interface Executed {
  run: Run;
  status: RunOutcome;
}

/**
 * Works on `due` until it ends. Call it under the run lock.
 *
 * @throws {ManifestErrors} when the order of the stages makes no sense for their tables; nothing has run then.
 * @throws {UsageError} when `selection` names no stage, or parameters that do not fit.
 */
export async function execute(
  pipeline: Pipeline,
  due: DueRun,
  { db, home, log, signal, selection = {}, guard = UNGUARDED, tracker }: Workplace & {
    selection?: PlanOptions;
  },
): Promise<Executed> {
  const { text, hash, tasks } = pipeline;
  const { kind, day, slot, unfinished } = due;
  const ofDay = pipeline.manifestOn?.(day) ?? pipeline.manifest;
  const manifest = withParams(ofDay, tasks, selection);
  const { errors } = plan(manifest, tasks, await readPlanState(db, due, manifest), selection);
  if (errors !== undefined) throw new ManifestErrors(formatManifestErrors(errors, text));
  const kept = { text, hash, graph: graphOf(manifest) };
  const run = unfinished
    ? await reopenRun(db, unfinished, kept)
    : await openRun(db, { day, kind, slot, seed: manifest.seed, manifest: kept });
  using _kept = keepRunLog(log, home.logs, run.run_id);
  log.line("run", { run: run.run_id, day, kind, status: unfinished ? "resumed" : "started", manifest: hash });
  const executed = await executeRun({
    run,
    db,
    ledger: guardLedger(db, run, guard),
    stages: manifest.stages,
    concurrency: manifest.concurrency,
    tasks,
    log,
    signal: AbortSignal.any([signal, guard.lost]),
    isWhole: async () => isWhole(stagesOf(manifest, kind, selection), await stageRuns(db, run)),
    decide: async (stage) => {
      const state = await readPlanState(db, { day, kind, unfinished: run }, manifest);
      const decision = decide(stage, { manifest, tasks, state, selection });
      // Asked for again without having work: its success stays what the ledger says of it.
      if (decision.action === "run" || !Object.hasOwn(state.run?.done ?? {}, stage.as)) return decision;
      return { action: "skip", by: "run", reason: `done in this run, and now ${decision.reason}` };
    },
    seedOf: (stage) => seedOf(manifest.seed, run, stage.as),
    context: (stage, signal) => contextOf(stage, { run, manifest, db, home, log, signal }),
  });
  log.line("run", { run: run.run_id, day, kind, status: executed.status });
  if (!signal.aborted) {
    const { warn } = log.ofStage("mlflow");
    await tracker?.track({ db, pipeline: manifest.name, artifacts: home.artifacts, warn });
  }
  return executed;
}

/** The stages that make the run whole: a partial one is no more than what was asked for. */
function stagesOf({ stages }: Manifest, kind: Run["kind"], { stages: asked }: PlanOptions): Stage[] {
  return stages.filter(({ as }) => kind !== "partial" || asked === undefined || asked.includes(as));
}

function isWhole(stages: readonly Stage[], attempts: readonly StageRun[]): boolean {
  const settled = attempts.filter(({ status }) => status === "succeeded" || status === "skipped");
  return stages.every(({ as, enabled }) => !enabled || settled.some(({ stage }) => stage === as));
}

type BatchRow = Row<"ops_db.batches"> & Pick<Batch, "kind">;
type Surroundings = Omit<Workplace, "signal"> & { run: Run; manifest: Manifest; signal: AbortSignal };

function contextOf(stage: Stage, { run, manifest, db, home, log, signal }: Surroundings): AttemptContext {
  const { task } = stage;
  const stageLog = log.ofStage(stage.as);
  const checks = checksOf(stage, { run, db, log: stageLog, signal });
  return {
    checks,
    day: run.day,
    run: { id: run.run_id, kind: run.kind === "partial" ? "daily" : run.kind, startedAt: run.started_at },
    db,
    artifacts: home.artifacts,
    scratch: join(home.scratch, `${run.run_id}-${stage.as}`),
    log: stageLog,
    settings: manifest,
    seed: seedOf(manifest.seed, run, stage.as),
    signal,
    elapsed: () => performance.now(),
    async pendingBatches(after) {
      const rows = await db.rows<BatchRow>("ops/pending_batches", [task, after]);
      return rows.map(({ batch_id, kind, n_ratings }) => ({ id: batch_id, kind, nRatings: n_ratings }));
    },
    rowChecks: rowChecks(stage.checks),
    async finishBatch(tx: Db, batch: Batch) {
      await checks.ofBatch(tx, batch);
      await tx.execute("ops/finish_batch", [batch.id, task, run.run_id]);
    },
  };
}

/**
 * The first 31 bits of sha256(seed, day, kind or slot, stage): no attempt and no clock in it, so that a replay is the
 * same.
 */
export function seedOf(
  seed: number,
  { day, kind, slot }: Pick<Run, "day" | "kind"> & Partial<Pick<Run, "slot">>,
  stage: string,
): number {
  const digest = createHash("sha256").update(`${seed} ${day} ${slot ?? kind} ${stage}`).digest();
  return digest.readUInt32BE(0) >>> 1;
}
