/** One stage, tried until it succeeds or may not be tried again; each attempt has its row before its task is called. */
import type { Db } from "../../../sql/db.ts";
import { delay } from "../_delay.ts";
import type { AttemptContext } from "../checks/checks.ts";
import { type Cause, causeOf, describeError, pauseOf } from "./failure.ts";
import { closeStageRun, openStageRun, type Run, type RunOutcome, type StageRun } from "./journal.ts";
import type { RunLog } from "../cli/log.ts";
import type { Stage } from "../manifest/manifest.ts";
import type { StageResult, Tasks } from "../task.ts";

export interface AttemptOptions {
  run: Run;
  tasks: Tasks;
  /** Where the journal is. */
  db: Db;
  /** Runs what reads or writes the ledger; when the database is lost, waits for it and tries once more. */
  ledger: <T>(work: () => Promise<T>) => Promise<T>;
  /** The context of an attempt, but for what this module adds. */
  context: (stage: Stage, signal: AbortSignal) => AttemptContext;
  log: RunLog;
  signal: AbortSignal;
  /** Seeds what is left to chance: the pauses of retries. */
  seedOf: (stage: Stage) => number;
  /** Called with each finished attempt. */
  onAttempt?: (attempt: StageRun) => void;
}

/** Tries `stage` as often as its `retry` allows; returns how the last attempt ended. */
export async function attemptStage(options: AttemptOptions, stage: Stage): Promise<RunOutcome> {
  const { retry } = stage;
  for (let attempt = 1;; attempt++) {
    const { status, cause } = await attemptOnce(options, stage);
    if (status !== "failed" || cause === undefined) return status;
    if (attempt >= retry.attempts || !retry.on.includes(cause)) return status;
    const pause = pauseOf(retry, { attempt, seed: options.seedOf(stage) });
    const words = `attempt ${attempt} failed (${cause}); the next begins in ${pause / 1000} s`;
    options.log.ofStage(stage.as).warn(words);
    if (!(await delay(pause, options.signal))) return "interrupted";
  }
}

interface Ending {
  status: RunOutcome;
  result?: StageResult;
  error?: string;
  /** Why it failed. */
  cause?: Cause;
}

async function attemptOnce(options: AttemptOptions, stage: Stage): Promise<Ending> {
  const { run, db, ledger } = options;
  const attempt = await ledger(() => openStageRun(db, run, stage));
  const ending = await callTask(options, stage);
  report(options, await ledger(() => closeStageRun(db, attempt, ending)), ending.cause);
  return ending;
}

/** Calls the stage's task under its time limit; never throws. */
async function callTask(options: AttemptOptions, stage: Stage): Promise<Ending> {
  const timer = new AbortController();
  const context = options.context(stage, AbortSignal.any([options.signal, timer.signal]));
  const timeout = stage.timeout === undefined ? undefined : setTimeout(
    () => timer.abort(new DOMException(`Stage took longer than ${stage.timeout! / 1000} s`, "TimeoutError")),
    stage.timeout,
  );
  try {
    await Deno.mkdir(context.scratch, { recursive: true });
    const result = await context.checks.around(() => options.tasks[stage.task].run(context, stage.params));
    return { status: "succeeded", result };
  } catch (error) {
    const text = describeError(error);
    if (options.signal.aborted) return { status: "interrupted", error: text };
    return { status: "failed", error: text, cause: causeOf(error, timer.signal.reason) };
  } finally {
    clearTimeout(timeout);
    await Deno.remove(context.scratch, { recursive: true }).catch(() => {});
  }
}

function report({ run, log, onAttempt }: AttemptOptions, closed: StageRun, cause?: Cause): void {
  log.line("stage", {
    run: run.run_id,
    day: run.day,
    stage: closed.stage,
    attempt: closed.attempt,
    status: closed.status,
    ms: closed.finished_at!.getTime() - closed.started_at.getTime(),
    rows_in: closed.rows_in,
    rows_out: closed.rows_out,
    ...closed.outputs,
    cause,
    error: closed.error?.split("\n")[0],
  });
  onAttempt?.(closed);
}
