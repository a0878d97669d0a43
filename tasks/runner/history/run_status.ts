/** One run as `status` and the summary show it: its stages, every attempt, and the manifest that it worked by. */
import type { Db } from "../../../sql/db.ts";
import { checkLines, type CheckResult, readCheckResults } from "../checks/check_results.ts";
import { readHolder, type Run, type StageRun, stageRuns } from "../run/journal.ts";
import { count, duration } from "../cli/log.ts";
import { tableLines } from "../cli/table.ts";

export interface StageStatus {
  stage: string;
  task: string;
  status: string;
  attempt: number;
  ms: number | null;
  rows: number | null;
  rows_in: number | null;
  error: string | null;
  outputs: Record<string, unknown>;
}

export interface RunStatus {
  run_id: number;
  day: string;
  kind: string;
  status: string;
  started_at: Date;
  finished_at: Date | null;
  stages: StageStatus[];
}

/** A run with all that the ledger keeps of it. */
export interface RunDetail extends RunStatus {
  seed: number;
  host: string;
  pid: number;
  manifest_hash: string;
  manifest: string;
  /** Oldest first; `stages` has the newest of each stage only. */
  attempts: (StageStatus & { started_at: Date })[];
  /** What the manifest's checks found, in order. */
  checks: CheckResult[];
}

/** One run with the newest attempt of each stage. */
export async function readRun(db: Db, run: Run): Promise<RunStatus> {
  const { run_id, day, kind, started_at, finished_at } = run;
  const status = await settled(db, run.status);
  const stages = (await stageRuns(db, run)).map(stageStatus);
  for (const stage of stages) stage.status = await settled(db, stage.status);
  return { run_id, day, kind, status, started_at, finished_at, stages };
}

/** What a process that is gone has left as running was interrupted; the next run writes it down. */
async function settled<Status extends string>(db: Db, status: Status): Promise<Status | "interrupted"> {
  return status === "running" && await readHolder(db) === undefined ? "interrupted" : status;
}

export async function readRunDetail(db: Db, run: Run): Promise<RunDetail> {
  const attempts = await db.rows<StageRun>("status/attempts", [run.run_id]);
  const { seed, host, pid, manifest_hash, manifest } = run;
  for (const attempt of attempts) attempt.status = await settled(db, attempt.status);
  return {
    ...await readRun(db, run),
    ...{ seed, host, pid, manifest_hash, manifest },
    attempts: attempts.map((attempt) => ({ ...stageStatus(attempt), started_at: attempt.started_at })),
    checks: await readCheckResults(db, run),
  };
}

function stageStatus(attempt: StageRun): StageStatus {
  const { stage, task, status, rows_in, rows_out, error, outputs, started_at, finished_at } = attempt;
  const ms = finished_at === null ? null : finished_at.getTime() - started_at.getTime();
  return { stage, task, status, attempt: attempt.attempt, ms, rows: rows_out, rows_in, error, outputs };
}

/** The run as people read it; the manifest stands at the end, as it was. */
export function runDetailText(run: RunDetail): string {
  const took = run.finished_at === null
    ? ""
    : `, took ${seconds(run.finished_at.getTime() - run.started_at.getTime())}`;
  const failures = run.attempts.filter(({ error }) => error !== null);
  return [
    `Run ${run.run_id} of ${run.day} (${run.kind}): ${run.status}`,
    `Started   ${timeOf(run.started_at)} UTC on ${run.host}, process ${run.pid}${took}`,
    `Seed      ${run.seed}`,
    `Manifest  ${run.manifest_hash}, below`,
    "",
    ...attemptTable(run.attempts),
    ...checkLines(run.checks),
    ...failures.flatMap(({ stage, attempt, error }) => ["", `${stage}, attempt ${attempt}: ${error}`]),
    "",
    `Next: deno task logs ${run.run_id}`,
    "",
    ...run.manifest.trimEnd().split("\n").map((line) => `| ${line}`.trimEnd()),
  ].join("\n") + "\n";
}

function attemptTable(attempts: RunDetail["attempts"]): string[] {
  return tableLines(
    ["stage", "attempt", "status", "started", "seconds", "rows in", "rows out", "outputs"],
    attempts.map(({ stage, attempt, status, started_at, ms, rows_in, rows, outputs }) => [
      stage,
      attempt,
      status,
      timeOf(started_at).slice(11),
      ms === null ? "" : (ms / 1000).toFixed(1),
      rows_in === null ? "" : count(rows_in),
      rows === null ? "" : count(rows),
      Object.entries(outputs).filter(([, value]) => value !== null && typeof value !== "object").map((
        [key, value],
      ) => `${key}=${value}`).join(" "),
    ]),
  );
}

/** Runs, one a line. */
export function runLines(runs: readonly RunStatus[]): string[] {
  return tableLines(
    ["run", "day", "kind", "status", "took", "stages"],
    runs.map((run) => [
      run.run_id,
      run.day,
      run.kind,
      run.status,
      run.finished_at ? seconds(run.finished_at.getTime() - run.started_at.getTime()) : "",
      run.stages.map(({ stage, status }) => status === "succeeded" ? stage : `${stage} (${status})`).join(
        " ",
      ),
    ]),
  );
}

const seconds = (ms: number) => duration(ms / 1000);
const timeOf = (time: Date) => time.toISOString().slice(0, 19).replace("T", " ");
