/**
 * When a schedule is due: cron patterns on the clock of an IANA zone.
 *
 * At a change of the clock a fixed time is due once a day all the same: one that the clock leaps over at the leap, one
 * that it shows twice the first time. A time that recurs by the hour keeps to real hours.
 */
import { Cron } from "croner";
import type { Schedule } from "../manifest/manifest.ts";

type Pattern = Pick<Schedule, "cron" | "timezone">;

/** `no-wildcard`: lists and ranges of times are fixed times too, as in Vixie cron. */
const RULES = { mode: "5-part", fixedTimeRule: "no-wildcard", paused: true } as const;

/** A parsed pattern with its last answer: `next` is the first instant after all of [after, next). */
interface Asked {
  cron: Cron;
  after: number;
  next: Date | null;
}

/** It is asked each minute, and the answer is mostly the last one; parsing and searching cost much more. */
const known = new Map<string, Asked>();

function askedOf({ cron, timezone }: Pattern): Asked {
  const key = `${cron} ${timezone}`;
  const asked = known.get(key) ??
    { cron: new Cron(cron, { ...RULES, timezone }), after: 0, next: new Date(0) };
  known.set(key, asked);
  return asked;
}

/** Every instant at which it was due after `after`, up to and with `until`; oldest first. */
export function dueBetween(schedule: Pattern, after: Date, until: Date): Date[] {
  const due: Date[] = [];
  for (let at = nextDue(schedule, after); at !== null && at <= until; at = nextDue(schedule, at)) {
    due.push(at);
  }
  return due;
}

/** The first instant after `after` at which it is due; null when there is none. */
export function nextDue(schedule: Pattern, after: Date): Date | null {
  const asked = askedOf(schedule);
  if (after.getTime() < asked.after || asked.next !== null && after >= asked.next) {
    Object.assign(asked, { after: after.getTime(), next: asked.cron.nextRun(after) });
  }
  return asked.next;
}

/** The last instant, up to and with `at`, at which it was due; null when there was none. */
export function lastDue(schedule: Pattern, at: Date): Date | null {
  return askedOf(schedule).cron.previousRuns(1, new Date(at.getTime() + 1))[0] ?? null;
}
