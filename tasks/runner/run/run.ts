/**
 * Executes the stages of one run by their graph, up to `concurrency` at once, and journals how it ends.
 *
 * Invariants: a stage starts only when all that it needs succeeded, were done earlier in this run, or are skipped; of
 * those that can start, the manifest's first does. What needs a stage that did not succeed is not reached, what does
 * not need it goes on. An abort ends the run as `interrupted`, which the next `daily` resumes at those stages.
 */
import { type AttemptOptions, attemptStage } from "./_attempts.ts";
import { describeError } from "./failure.ts";
import { closeRun, type Run, type RunOutcome, skipStageRun } from "./journal.ts";
import type { Stage } from "../manifest/manifest.ts";
import type { Verdict } from "../plan/plan.ts";

export { describeError };

export interface RunOptions extends AttemptOptions {
  stages: readonly Stage[];
  /** Most stages at once. */
  concurrency: number;
  /** What the plan says of a stage now, right before it would start. */
  decide: (stage: Stage) => Promise<Verdict>;
  /** Whether the run has all that its manifest asks for; when a person ran a part of it, the next `daily` goes on. */
  isWhole?: () => Promise<boolean>;
}

/** Works through the stages; returns how that ended. The ledger says the same, unless the run is not whole yet. */
export async function executeRun(options: RunOptions): Promise<{ run: Run; status: RunOutcome }> {
  const { run, db, ledger } = options;
  const status = await workThrough(options);
  const isWhole = status !== "succeeded" || (await ledger(async () => await options.isWhole?.() ?? true));
  const closed = await ledger(() => closeRun(db, run, isWhole ? status : "interrupted"));
  return { run: closed, status };
}

async function workThrough(options: RunOptions): Promise<RunOutcome> {
  const { stages, concurrency } = options;
  // When the runner itself fails, the stages at work are told to stop, and waited for.
  const fault = new AbortController();
  const signal = AbortSignal.any([options.signal, fault.signal]);
  const ended = new Map<string, RunOutcome>();
  const working = new Map<string, Promise<void>>();
  for (;;) {
    for (const stage of stages) {
      if (signal.aborted || working.size >= concurrency) break;
      if (ended.has(stage.as) || working.has(stage.as) || !isReady(stage, ended)) continue;
      working.set(stage.as, work(stage));
    }
    if (working.size === 0) break;
    await Promise.race(working.values());
  }
  if (fault.signal.aborted) throw fault.signal.reason;
  return outcomeOf(stages, { ended, isStopped: options.signal.aborted });

  async function work(stage: Stage): Promise<void> {
    try {
      ended.set(stage.as, await executeStage({ ...options, signal }, stage));
    } catch (error) {
      ended.set(stage.as, "interrupted");
      fault.abort(error);
    } finally {
      working.delete(stage.as);
    }
  }
}

function isReady({ needs }: Stage, ended: ReadonlyMap<string, RunOutcome>): boolean {
  return needs.every((name) => ended.get(name) === "succeeded");
}

function outcomeOf(
  stages: readonly Stage[],
  { ended, isStopped }: { ended: ReadonlyMap<string, RunOutcome>; isStopped: boolean },
): RunOutcome {
  if (stages.every(({ as }) => ended.get(as) === "succeeded")) return "succeeded";
  return isStopped ? "interrupted" : "failed";
}

/** A skipped stage counts as succeeded to those that need it. */
async function executeStage(options: RunOptions, stage: Stage): Promise<RunOutcome> {
  const verdict = await options.ledger(() => options.decide(stage));
  if (verdict.action === "run") return await attemptStage(options, stage);
  await skipStage(options, stage, verdict);
  return "succeeded";
}

/** What a selection leaves out, and what this run has done or skipped before, stays as the ledger has it. */
async function skipStage(
  { run, log, db, ledger, onAttempt }: RunOptions,
  stage: Stage,
  { by, reason }: Extract<Verdict, { action: "skip" }>,
): Promise<void> {
  if (by === "run" || by === "selection") return;
  const skipped = await ledger(() => skipStageRun(db, run, { stage, reason, skipped_by: by }));
  if (skipped === undefined) return;
  onAttempt?.(skipped);
  log.line("stage", { run: run.run_id, day: run.day, stage: stage.as, status: "skipped", reason });
}
