/** Which run is due, by the ledger alone: never twice, an unfinished one first. */
import type { Db } from "../../sql/db.ts";
import { type DayRun, latestRun, newestDay, type Run, type RunKind } from "./run/journal.ts";
import type { Manifest } from "./manifest/manifest.ts";

export interface DueRun {
  kind: RunKind;
  /** The label, YYYY-MM-DD. */
  day: string;
  /** What a partial run is for: it has one run at most. */
  slot?: string;
  /** The run to resume; absent: a new one. */
  unfinished?: Run;
}

/** A due run of a whole day, or the bootstrap. */
export interface DueDay extends DueRun {
  kind: DayRun["kind"];
  slot?: undefined;
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
): Promise<DueDay | null> {
  const latest = await latestRun(db);
  if (latest === undefined) return { kind: "bootstrap", day: today };
  const { day, kind } = latest;
  if (latest.status !== "succeeded") return { kind, day, unfinished: latest };
  const newest = await newestDay(db);
  if (newest === null) return { kind: "daily", day: today > day ? today : day };
  if (today > newest) return { kind: "daily", day: today };
  return next ? { kind: "daily", day: dayAfter(newest) } : null;
}

/** The label of `now`: the local date in the zone of the first schedule that runs whole days. */
export function todayOf({ schedules }: Pick<Manifest, "schedules">, now: Date): string {
  return dayOf(now, (schedules.find(({ only }) => only === null) ?? schedules[0]).timezone);
}

/** Making one takes a hundred times as long as using it. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** The date, YYYY-MM-DD, that `time` has in an IANA zone. */
export function dayOf(time: Date, timezone = "UTC"): string {
  if (timezone === "UTC") return time.toISOString().slice(0, 10);
  const format = formats.get(timezone) ?? new Intl.DateTimeFormat("en-CA", { timeZone: timezone });
  formats.set(timezone, format);
  return format.format(time);
}

export function dayAfter(day: string): string {
  return dayOf(new Date(Date.parse(day) + 86_400_000));
}
