/** Which run is due, by the ledger alone: never twice, an unfinished one first. */
import type { Db } from "../../sql/db.ts";
import { latestRun, type Run, type RunKind } from "./journal.ts";

export interface DueRun {
  kind: RunKind;
  /** The label, YYYY-MM-DD. */
  day: string;
  /** The run to resume; absent: a new one. */
  unfinished?: Run;
}

/**
 * The run to work on, or null when `today` is done.
 *
 * @param today the label that the schedule gives to now
 * @param next  whether a day that is not due yet may be taken early ("tomorrow, now")
 */
export async function dueRun(
  db: Db,
  { today, next }: { today: string; next: boolean },
): Promise<DueRun | null> {
  const latest = await latestRun(db);
  if (latest === undefined) return { kind: "bootstrap", day: today };
  const { day, kind } = latest;
  if (latest.status !== "succeeded") return { kind, day, unfinished: latest };
  if (kind === "bootstrap") return { kind: "daily", day: today > day ? today : day };
  if (today > day) return { kind: "daily", day: today };
  return next ? { kind: "daily", day: dayAfter(day) } : null;
}

/** The label of `time`, in UTC. */
export function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}

export function dayAfter(day: string): string {
  return dayOf(new Date(Date.parse(day) + 86_400_000));
}
