/** From what was counted to what a check says: whether it holds, in figures and in words. No database, no clock. */
import type { Row } from "../../../sql/tables.ts";
import type { Check } from "./check.ts";
import { formatDuration } from "../manifest/duration.ts";
import { count } from "../cli/log.ts";

/** What the database counted for one check. */
export interface Counted {
  n_rows: number;
  n_broken: number;
  /** freshness: seconds since 1970; null without a value. */
  newest: number | null;
  examples: readonly Record<string, unknown>[];
}

/** Where and when it was counted. */
export interface Moment {
  /** The run's start, milliseconds since 1970. */
  startedAt: number;
  /** row_count with max_change: the median of the batches before, and how many those are; at most seven. */
  before?: { median: number | null; n: number };
}

export type Outcome = "passed" | "warned" | "failed" | "quarantined";

export type Verdict =
  & Pick<Row<"ops_db.check_results">, "n_rows" | "n_broken" | "share" | "threshold" | "found">
  & { outcome: Outcome; examples: Counted["examples"] };

/** What `check` says of `counted`. */
export function judge(check: Check, counted: Counted, moment: Moment): Verdict {
  const { holds, ...figures } = measure(check, counted, moment);
  const isSetAside = check.onFail === "quarantine" && counted.n_broken > 0;
  const outcome = holds
    ? isSetAside ? "quarantined" : "passed"
    : check.severity === "warn"
    ? "warned"
    : "failed";
  return { n_rows: counted.n_rows, examples: counted.examples, ...figures, outcome };
}

type Measured = Pick<Verdict, "n_broken" | "share" | "threshold" | "found"> & { holds: boolean };

function measure(check: Check, counted: Counted, moment: Moment): Measured {
  if (check.kind === "row_count") return measureCount(check, counted, moment);
  if (check.kind === "freshness") return measureAge(check, counted, moment);
  const { n_rows, n_broken } = counted;
  // A quotient is the double nearest to it, as is the share in the manifest: 99 of 100 is 0.99 exactly.
  const share = n_rows === 0 ? 1 : (n_rows - n_broken) / n_rows;
  const broken = `${count(n_broken)} of ${count(n_rows)} rows ${n_broken === 1 ? "breaks" : "break"} it`;
  const wanted = check.mostly === 1 ? "none may" : `at most ${percent(1 - check.mostly)} may`;
  const isLimited = check.mostly > 0;
  return {
    n_broken,
    share,
    threshold: isLimited ? check.mostly : null,
    holds: share >= check.mostly,
    found: isLimited ? `${broken}, ${wanted}` : broken,
  };
}

function measureCount(
  { min, max, maxChange }: Extract<Check, { kind: "row_count" }>,
  { n_rows }: Counted,
  { before }: Moment,
): Measured {
  const median = before?.median ?? null;
  // Nothing to compare with is no change; from no rows to some is one without end.
  const change = median === null || n_rows === median ? 0 : Math.abs(n_rows - median) / median;
  const said = [`${count(n_rows)} rows`];
  if (min !== undefined && n_rows < min) said.push(`wanted at least ${count(min)}`);
  if (max !== undefined && n_rows > max) said.push(`wanted at most ${count(max)}`);
  if (maxChange !== undefined && change > maxChange) {
    const off = Number.isFinite(change) ? `${percent(change)} off` : "after";
    said.push(
      `${off} the median ${count(median!)} of ${before!.n} before, wanted at most ${percent(maxChange)}`,
    );
  }
  return {
    n_broken: 0,
    share: change,
    threshold: maxChange ?? null,
    holds: said.length === 1,
    found: said.join(", "),
  };
}

function measureAge(
  { within }: Extract<Check, { kind: "freshness" }>,
  { newest }: Counted,
  { startedAt }: Moment,
): Measured {
  const rest = { n_broken: 0, share: 1, threshold: null };
  if (newest === null) return { ...rest, holds: true, found: "no value" };
  const age = startedAt - newest * 1000;
  const holds = age <= within;
  if (!Number.isFinite(age)) return { ...rest, holds, found: `the newest is ${holds ? "" : "-"}infinity` };
  const old = age >= 0 ? `${formatDuration(age)} before` : `${formatDuration(-age)} after`;
  const wanted = holds ? "" : `, wanted at most ${formatDuration(within)}`;
  const at = Math.abs(newest) < 8.64e12 ? new Date(newest * 1000).toISOString().slice(0, 19) : "out of time";
  return { ...rest, holds, found: `the newest is ${at}, ${old} the run's start${wanted}` };
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
