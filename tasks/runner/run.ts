/**
 * Executes the stages of one run in order: decides, tries, retries, times out, stops, and journals every attempt.
 *
 * Invariants: a stage starts only when all before it succeeded, were done earlier in this run, or are skipped by the
 * plan; every attempt has a journal row before its task is called; an abort ends the run as `interrupted`, which the
 * next `daily` resumes at that stage.
 */
import { delay } from "./_delay.ts";
import {
  closeRun,
  closeStageRun,
  openStageRun,
  type Run,
  type RunOutcome,
  type StageRun,
} from "./journal.ts";
import type { RunLog } from "./log.ts";
import type { Stage } from "./manifest.ts";
import type { Task, TaskContext } from "./task.ts";

export interface RunOptions {
  run: Run;
  stages: readonly Stage[];
  tasks: Readonly<Record<string, Task<unknown>>>;
  /** What the plan says of a stage now, right before it would start. */
  decide: (stage: Stage) => Promise<{ action: "run" | "skip"; reason: string }>;
  /** The context of an attempt, but for what this module adds. */
  context: (stage: Stage, signal: AbortSignal) => TaskContext;
  log: RunLog;
  signal: AbortSignal;
  /** Whether the run has all that its manifest asks for; when a person ran a part of it, the next `daily` goes on. */
  isWhole?: () => Promise<boolean>;
  /** Called with each finished attempt. */
  onAttempt?: (attempt: StageRun) => void;
}

/** Works through the stages; returns how that ended. The ledger says the same, unless the run is not whole yet. */
export async function executeRun(options: RunOptions): Promise<RunOutcome> {
  const { run, stages, context } = options;
  const { db } = context(stages[0], options.signal);
  let status: RunOutcome = "succeeded";
  for (const stage of stages) {
    status = options.signal.aborted ? "interrupted" : await executeStage(options, stage);
    if (status !== "succeeded") break;
  }
  const isWhole = status !== "succeeded" || (await options.isWhole?.() ?? true);
  await closeRun(db, run, isWhole ? status : "interrupted");
  return status;
}

async function executeStage(options: RunOptions, stage: Stage): Promise<RunOutcome> {
  const { action, reason } = await options.decide(stage);
  if (action === "skip") {
    await skipStage(options, stage, reason);
    return "succeeded";
  }
  for (let attempt = 1;; attempt++) {
    const status = await attemptStage(options, stage);
    if (status !== "failed" || attempt >= stage.retry.attempts) return status;
    const backoff = stage.retry.backoff * 2 ** (attempt - 1);
    options.log.ofStage(stage.as).warn(`attempt ${attempt} failed; the next begins in ${backoff / 1000} s`);
    if (!(await delay(backoff, options.signal))) return "interrupted";
  }
}

async function skipStage(
  { run, log, context, signal, onAttempt }: RunOptions,
  stage: Stage,
  reason: string,
) {
  if (!isNews(reason)) return;
  const { db } = context(stage, signal);
  const attempt = await openStageRun(db, run, stage);
  const closed = await closeStageRun(db, attempt, {
    status: "skipped",
    result: { reason, skipped_by: stage.enabled ? "plan" : "manifest" },
  });
  onAttempt?.(closed);
  log.line("stage", { run: run.run_id, day: run.day, stage: stage.as, status: "skipped", reason });
}

/** What a person's selection leaves out, and what is done, stays as the ledger has it. */
function isNews(reason: string): boolean {
  return !reason.startsWith("done in this run") && !reason.startsWith("not asked for");
}

async function attemptStage(options: RunOptions, stage: Stage): Promise<RunOutcome> {
  const { run, log, onAttempt } = options;
  const timer = new AbortController();
  const signal = AbortSignal.any([options.signal, timer.signal]);
  const context = options.context(stage, signal);
  const attempt = await openStageRun(context.db, run, stage);
  const timeout = stage.timeout === undefined ? undefined : setTimeout(
    () => timer.abort(new DOMException(`Stage took longer than ${stage.timeout! / 1000} s`, "TimeoutError")),
    stage.timeout,
  );
  try {
    await Deno.mkdir(context.scratch, { recursive: true });
    const result = await options.tasks[stage.task].run(context, stage.params);
    report(await closeStageRun(context.db, attempt, { status: "succeeded", result }));
    return "succeeded";
  } catch (error) {
    const status = options.signal.aborted ? "interrupted" : "failed";
    report(await closeStageRun(context.db, attempt, { status, error: describeError(error) }));
    return status;
  } finally {
    clearTimeout(timeout);
    await Deno.remove(context.scratch, { recursive: true }).catch(() => {});
  }

  function report(closed: StageRun): void {
    const ms = closed.finished_at!.getTime() - closed.started_at.getTime();
    log.line("stage", {
      run: run.run_id,
      day: run.day,
      stage: stage.as,
      attempt: closed.attempt,
      status: closed.status,
      ms,
      rows_in: closed.rows_in,
      rows_out: closed.rows_out,
      ...closed.outputs,
      error: closed.error?.split("\n")[0],
    });
    onAttempt?.(closed);
  }
}

/** The message of an error and of its causes, a line each; a cause that a message above quotes has none. */
export function describeError(error: unknown): string {
  const lines: string[] = [];
  for (let cause = error; cause !== undefined && cause !== null; cause = (cause as Error).cause) {
    const message = cause instanceof Error ? cause.message || cause.name : String(cause);
    if (!lines.some((line) => line.includes(message))) lines.push(message);
    if (!(cause instanceof Error)) break;
  }
  return lines.join("\ncaused by: ");
}
