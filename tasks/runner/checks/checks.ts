/**
 * Holds a stage to its checks: of each batch in the transaction that finishes it, or, where the stage works by no
 * batches, of what it has written before its success is journaled.
 *
 * A failed check of severity `error` throws, and so rolls the batch back; its results are kept all the same.
 */
import type { Db, Pool } from "../../../sql/db.ts";
import type { Check } from "./check.ts";
import { exampleLines, type Judged, keepResults, resultLine } from "./check_results.ts";
import { CheckError } from "../errors.ts";
import type { Run } from "../run/journal.ts";
import type { Stage } from "../manifest/manifest.ts";
import { type Counted, judge } from "./_verdict.ts";
import type { Log, TaskContext } from "../task.ts";

export interface StageChecks {
  /** Checks what `tx` holds of the batch. @throws {CheckError} when one of severity `error` does not hold. */
  ofBatch(tx: Db, batch: { id: number }): Promise<void>;
  /** Runs the task, and checks what it wrote if it finished no batch; keeps what was found when that fails. */
  around<Result>(run: () => Promise<Result>): Promise<Result>;
}

/** The context of an attempt, with the checks of its stage. */
export interface AttemptContext extends TaskContext {
  checks: StageChecks;
}

export interface CheckOptions {
  run: Pick<Run, "run_id" | "started_at">;
  db: Pool;
  log: Log;
  signal: AbortSignal;
}

/** The checks of one attempt at `stage`. */
export function checksOf(stage: Pick<Stage, "as" | "checks">, options: CheckOptions): StageChecks {
  const { run, db, log } = options;
  const attempt = { stage, ...options };
  let hasFinishedBatch = false;
  let lost: { judged: Judged[]; batchId: number | null } | undefined;

  async function check(tx: Db, batchId: number | null): Promise<void> {
    const judged = await cancellable(tx, options, () => judgeAll(tx, attempt, batchId));
    for (const one of judged) {
      if (one.verdict.outcome === "warned") log.warn(`check of ${resultLine(one)}`);
      if (one.verdict.outcome === "quarantined") log.warn(`set aside by ${resultLine(one)}`);
    }
    const failed = judged.filter(({ verdict }) => verdict.outcome === "failed");
    if (failed.length > 0) {
      lost = { judged, batchId };
      throw checkError(failed, { stage: stage.as, batchId });
    }
    await keepResults(tx, judged, { runId: run.run_id, stage: stage.as, batchId });
  }

  return {
    async ofBatch(tx, { id }) {
      hasFinishedBatch = true;
      if (stage.checks.length > 0) await check(tx, id);
    },
    async around(body) {
      try {
        const result = await body();
        if (!hasFinishedBatch && stage.checks.length > 0) {
          const formed = await db.row<{ batch_id: number }>("ingest/batch_of_run", [run.run_id]);
          await db.transaction((tx) => check(tx, formed?.batch_id ?? null));
        }
        return result;
      } catch (error) {
        if (lost !== undefined) {
          const { judged, batchId } = lost;
          await keepResults(db, judged, { runId: run.run_id, stage: stage.as, batchId });
        }
        throw error;
      }
    },
  };
}

type Attempt = CheckOptions & { stage: Pick<Stage, "as" | "checks"> };

/** Every check of the stage, in order; those of one table are counted together. */
async function judgeAll(tx: Db, attempt: Attempt, batchId: number | null): Promise<Judged[]> {
  const placed = attempt.stage.checks.map((check, place) => ({ check, place }));
  const judged: Judged[] = [];
  for (const [table, checks] of Map.groupBy(placed, ({ check }) => check.table)) {
    const asked = JSON.stringify(checks.map(({ check }) => question(check)));
    const counts = await tx.rows<Counted>("checks/count_broken", [asked, table, batchId, attempt.run.run_id]);
    for (const [i, { check, place }] of checks.entries()) {
      const counted = await withRejects(tx, check, { counted: counts[i], batchId });
      const before = await rowsBefore(tx, check, { attempt, batchId });
      const moment = { startedAt: attempt.run.started_at.getTime(), before };
      judged.push({ check, place, verdict: judge(check, counted, moment) });
    }
  }
  return judged.sort((a, b) => a.place - b.place);
}

/** What the database is asked. What sets rows aside is not looked for among those that are left: only the rows count. */
function question(check: Check): Pick<Check, "kind" | "columns"> {
  return check.onFail === "quarantine" ? { kind: "row_count", columns: [] } : check;
}

/** The rows that a check has set aside stand among the rejects; their share is of all that nothing else was wrong with. */
async function withRejects(
  tx: Db,
  check: Check,
  { counted, batchId }: { counted: Counted; batchId: number | null },
): Promise<Counted> {
  if (check.onFail !== "quarantine") return counted;
  const aside = await tx.row<Pick<Counted, "n_broken" | "examples"> & { n_refused: number }>(
    "checks/count_set_aside",
    [batchId, check.text],
  );
  if (aside === undefined) {
    throw new Error(`Cannot count what "${check.text}" set aside: wanted one row, found none`);
  }
  const { n_refused, ...rest } = aside;
  return { ...counted, ...rest, n_rows: counted.n_rows + n_refused };
}

async function rowsBefore(
  tx: Db,
  check: Check,
  { attempt: { run, stage }, batchId }: { attempt: Attempt; batchId: number | null },
): Promise<{ median: number | null; n: number } | undefined> {
  if (check.kind !== "row_count" || check.maxChange === undefined) return undefined;
  return await tx.row("checks/median_rows", [run.run_id, batchId, stage.as, check.table]);
}

/** Ends `work`, a statement of `tx`, on the server when the stage's signal is raised: a timeout, or Ctrl-C. */
async function cancellable<Result>(
  tx: Db,
  { db, signal }: CheckOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  const { pid } = (await tx.row<{ pid: number }>("checks/backend"))!;
  let cancelled: Promise<unknown> = Promise.resolve();
  const cancel = () => void (cancelled = db.row("checks/cancel_backend", [pid]).catch(() => {}));
  signal.addEventListener("abort", cancel, { once: true });
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", cancel);
    // What comes next on this connection must not be what the late word cancels.
    await cancelled;
  }
}

function checkError(
  failed: readonly Judged[],
  { stage, batchId }: { stage: string; batchId: number | null },
): CheckError {
  const what = batchId === null ? `stage "${stage}"` : `batch ${batchId} in stage "${stage}"`;
  const lines = failed.flatMap((
    one,
    i,
  ) => [...(i === 0 ? [] : [`also ${resultLine(one)}`]), ...exampleLines(one.verdict)]);
  return new CheckError(
    [
      `Cannot finish ${what} as a check failed: ${resultLine(failed[0])}`,
      ...lines,
      "Next: mend the rows, or the check in the manifest; then deno task daily",
    ].join("\n"),
  );
}
