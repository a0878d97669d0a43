/** What `deno task status` knows: counts that prove that no row is lost, the digest, the champion, the runs. */
import { createHash } from "node:crypto";
import type { Db } from "../../../sql/db.ts";
import type { Row } from "../../../sql/tables.ts";
import { chartLines } from "./chart.ts";
import type { Run } from "../run/journal.ts";
import { count } from "../cli/log.ts";
import { readRun, runLines, type RunStatus } from "./run_status.ts";

export interface Status {
  /** `sample` when the ratings are made up; else the edition imported, or null. */
  label: string | null;
  raw: { ratings: number; pending: number; inbox: number };
  /** `late`: of the ratings, those older than what earlier batches took. */
  lake: { ratings: number; rejects: number; late: number };
  rejects: Record<string, number>;
  /** raw = lake + rejects + pending, each counted by itself; null where the figures are the ledger's. */
  balanced: boolean | null;
  digest: string | null;
  champion: { version: string; model: string; metrics: Record<string, unknown> } | null;
  /** How far the last training from scratch is ahead of the champion; below 0 behind it. Null: never measured. */
  gap: { day: string; rmse: number | null; ndcg: number | null } | null;
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

export interface StatusOptions {
  /** Newest runs that are listed. */
  limit?: number;
  /** Count and hash every row, which takes seconds per million. By default while the archive is small. */
  verify?: boolean;
}

/** Rows up to which a status counts and hashes them all without being asked. */
const SMALL = 2_000_000;

/** The state of the archive, the registry and the newest runs, newest first. */
export async function readStatus(db: Db, { limit = 30, verify }: StatusOptions = {}): Promise<Status> {
  const ledger = (await db.row<Counts>("status/ledger_counts"))!;
  const isVerified = verify ?? ledger.raw <= SMALL;
  const counts = isVerified ? (await db.row<Counts>("status/counts"))! : ledger;
  const sources = await db.rows<Row<"raw_db.sources">>("status/sources");
  const champion = await db.row<Row<"ops_db.model_versions">>("registry/champion");
  const late = await db.row<{ n: number }>("status/late_ratings");
  const reasons = await db.rows<{ reason: string; n: number }>("status/rejects_by_reason");
  const runs = await db.rows<Run>("ops/recent_runs", [limit]);
  return {
    label: labelOf(sources),
    raw: { ratings: counts.raw, pending: counts.pending, inbox: counts.inbox },
    lake: { ratings: counts.lake, rejects: counts.rejects, late: late?.n ?? 0 },
    rejects: Object.fromEntries(reasons.map(({ reason, n }) => [reason, n])),
    balanced: isVerified ? counts.raw === counts.lake + counts.rejects + counts.pending : null,
    digest: isVerified ? await readDigest(db) : null,
    champion: champion
      ? { version: champion.version, model: champion.model, metrics: champion.metrics }
      : null,
    gap: await db.row("status/gap") ?? null,
    prequential: await db.rows("status/prequential_history"),
    runs: await Promise.all(runs.map((run) => readRun(db, run))),
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
export function statusText(
  status: Status,
  { url, home, lines: more = [] }: { url: string; home: string; lines?: readonly string[] },
): string {
  const { raw, lake, champion, runs, prequential } = status;
  const lines = [
    `Archive    ${status.label ?? "empty"}: ${balanceText(status)}`,
    ...(raw.inbox > 0 ? [`Inbox      ${count(raw.inbox)} live ratings wait for the next day`] : []),
    ...(lake.late > 0
      ? [`Late       ${count(lake.late)} ratings, older than what earlier batches took`]
      : []),
    `Champion   ${champion ? `${champion.model} ${champion.version}` : "none yet (next: deno task daily)"}`,
    ...gapLines(status),
    `Database   ${url}`,
    `State      ${home}`,
    ...more,
    ...(status.digest ? [`Digest     ${status.digest}`] : []),
    ...qualityLines(prequential),
  ];
  if (runs.length > 0) {
    lines.push("", ...runLines(runs), "", `Next: deno task status ${runs[0].run_id}   that run, whole`);
  }
  return lines.join("\n") + "\n";
}

/** The live model beside the last training of its kind from scratch. */
function gapLines({ gap }: Status): string[] {
  if (gap === null) return [];
  const figures = [["RMSE", gap.rmse && -gap.rmse] as const, ["nDCG@10", gap.ndcg] as const];
  const found = figures.flatMap(([name, higher]) =>
    higher === null ? [] : [`${name} ${Math.abs(higher).toFixed(4)} ${higher < 0 ? "below" : "above"}`]
  );
  return [`Gap        last retraining: ${found.join(", ")} the champion's, on ${gap.day}`];
}

function balanceText({ raw, lake, balanced }: Status): string {
  const sum = `${count(raw.ratings)} raw = ${count(lake.ratings)} lake + ${count(lake.rejects)} rejects + ` +
    `${count(raw.pending)} pending`;
  if (balanced === null) return `${sum}, by the ledger (--verify counts and hashes every row)`;
  return `${sum} ${balanced ? "✓" : "✗ ROWS ARE MISSING"}`;
}

/** What people saw, day by day: the champion's error on ratings that it had not learned from yet. */
function qualityLines(days: Status["prequential"]): string[] {
  if (days.length === 0) return [];
  const newest = days[days.length - 1];
  const title = `RMSE/day   ${newest.rmse.toFixed(4)} on ${newest.day}, bias baseline ${
    newest.bias_rmse?.toFixed(4) ?? "–"
  }`;
  if (days.length === 1) return [title];
  const points = days.map(({ day, rmse, bias_rmse }) => ({ label: day, value: rmse, baseline: bias_rmse }));
  return ["", `${title}   (● champion, · bias)`, ...chartLines(points)];
}
