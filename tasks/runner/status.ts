/** What `deno task status` knows: counts that prove that no row is lost, the digest, the champion, the runs. */
import { createHash } from "node:crypto";
import type { Db } from "../../sql/db.ts";
import type { Row } from "../../sql/tables.ts";
import { type Run, stageRuns } from "./journal.ts";
import { sparkline, tableLines } from "./table.ts";
import { count, duration } from "./log.ts";

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

export interface Status {
  /** `sample` when the ratings are made up; else the edition imported, or null. */
  label: string | null;
  raw: { ratings: number; pending: number; inbox: number };
  lake: { ratings: number; rejects: number };
  rejects: Record<string, number>;
  /** raw = lake + rejects + pending, each counted by itself. */
  balanced: boolean;
  digest: string;
  champion: { version: string; model: string; metrics: Record<string, unknown> } | null;
  prequential: { day: string; rmse: number; bias_rmse: number | null; n: number }[];
  runs: RunStatus[];
}

interface Counts {
  raw: number;
  pending: number;
  inbox: number;
  lake: number;
  rejects: number;
}

/** The state of the archive, the registry and the last `limit` runs, newest first. */
export async function readStatus(db: Db, { limit = 30 }: { limit?: number } = {}): Promise<Status> {
  const counts = (await db.row<Counts>("status/counts"))!;
  const sources = await db.rows<Row<"raw_db.sources">>("status/sources");
  const champion = await db.row<Row<"ops_db.model_versions">>("registry/champion");
  const reasons = await db.rows<{ reason: string; n: number }>("status/rejects_by_reason");
  const runs = await db.rows<Run>("ops/recent_runs", [limit]);
  return {
    label: labelOf(sources),
    raw: { ratings: counts.raw, pending: counts.pending, inbox: counts.inbox },
    lake: { ratings: counts.lake, rejects: counts.rejects },
    rejects: Object.fromEntries(reasons.map(({ reason, n }) => [reason, n])),
    balanced: counts.raw === counts.lake + counts.rejects + counts.pending,
    digest: await readDigest(db),
    champion: champion
      ? { version: champion.version, model: champion.model, metrics: champion.metrics }
      : null,
    prequential: await db.rows("status/prequential_history"),
    runs: await Promise.all(runs.map((run) => readRun(db, run))),
  };
}

/** One run with the newest attempt of each stage. */
export async function readRun(db: Db, run: Run): Promise<RunStatus> {
  const stages = await stageRuns(db, run);
  return {
    run_id: run.run_id,
    day: run.day,
    kind: run.kind,
    status: run.status,
    started_at: run.started_at,
    finished_at: run.finished_at,
    stages: stages.map((attempt) => ({
      stage: attempt.stage,
      task: attempt.task,
      status: attempt.status,
      attempt: attempt.attempt,
      ms: attempt.finished_at === null ? null : attempt.finished_at.getTime() - attempt.started_at.getTime(),
      rows: attempt.rows_out,
      rows_in: attempt.rows_in,
      error: attempt.error,
      outputs: attempt.outputs,
    })),
  };
}

/** sha256 over the counts and row hashes of every table of the three databases; equal data, equal digest. */
export async function readDigest(db: Db): Promise<string> {
  const tables = await db.rows<{ table_name: string; n: number; hash: string | null }>("status/digest");
  const lines = tables.map(({ table_name, n, hash }) => `${table_name} ${n} ${hash ?? "-"}\n`);
  return createHash("sha256").update(lines.join("")).digest("hex");
}

function labelOf(sources: Row<"raw_db.sources">[]): string | null {
  if (sources.some(({ is_sample }) => is_sample)) return "sample";
  return sources.at(-1)?.edition ?? null;
}

/** The status as people read it. */
export function statusText(status: Status, { url, home }: { url: string; home: string }): string {
  const { raw, lake, champion, runs, prequential } = status;
  const sum = `${count(raw.ratings)} raw = ${count(lake.ratings)} lake + ${count(lake.rejects)} rejects + ` +
    `${count(raw.pending)} pending`;
  const lines = [
    `Archive    ${status.label ?? "empty"}: ${sum} ${status.balanced ? "✓" : "✗ ROWS ARE MISSING"}`,
    ...(raw.inbox > 0 ? [`Inbox      ${count(raw.inbox)} live ratings wait for the next day`] : []),
    `Champion   ${champion ? `${champion.model} ${champion.version}` : "none yet (next: deno task daily)"}`,
    `Database   ${url}`,
    `State      ${home}`,
    `Digest     ${status.digest}`,
  ];
  if (prequential.length > 0) {
    const newest = prequential.at(-1)!;
    lines.push(
      `RMSE/day   ${sparkline(prequential.map(({ rmse }) => rmse))} ${
        newest.rmse.toFixed(4)
      } on ${newest.day}, ` +
        `bias baseline ${newest.bias_rmse?.toFixed(4) ?? "–"}`,
    );
  }
  if (runs.length > 0) lines.push("", ...runLines(runs));
  return lines.join("\n") + "\n";
}

function runLines(runs: RunStatus[]): string[] {
  return tableLines(
    ["day", "run", "kind", "status", "took", "stages"],
    runs.map((run) => [
      run.day,
      run.run_id,
      run.kind,
      run.status,
      run.finished_at ? duration((run.finished_at.getTime() - run.started_at.getTime()) / 1000) : "",
      run.stages.map(({ stage, status }) => status === "succeeded" ? stage : `${stage} (${status})`).join(
        " ",
      ),
    ]),
  );
}
