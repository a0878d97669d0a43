/** What the scheduler says: when each schedule is due next, and what became of the time when none ran. */
import { dayOf } from "../due.ts";
import type { Schedule } from "../manifest/manifest.ts";
import { nextDue } from "./cron.ts";
import type { Slot } from "./slots.ts";

/** "2026-03-02 02:00" on the clock of `timezone`. */
export function localTime(at: Date, timezone: string): string {
  const time = at.toLocaleTimeString("en-GB", { timeZone: timezone, hour: "2-digit", minute: "2-digit" });
  return `${dayOf(at, timezone)} ${time}`;
}

/** A line for each schedule: what it runs, and when it is due next. */
export function dueLines(schedules: readonly Schedule[], now: Date): string[] {
  return schedules.map((schedule) => {
    const { name, cron, timezone, only } = schedule;
    const next = nextDue(schedule, now);
    const when = next === null ? "never due again" : `next due ${localTime(next, timezone)} ${timezone}`;
    return `Schedule ${name} ("${cron}", ${only === null ? "the whole day" : only.join(", ")}): ${when}.`;
  });
}

/** A line for each schedule of which something was missed, made up or skipped. */
export function settledLines(entered: ReadonlyMap<Schedule, readonly Slot[]>): string[] {
  return [...entered].flatMap(([{ name, timezone }, slots]) => {
    const times = (found: readonly Slot[]) => {
      const said = found.map(({ due_at }) => localTime(due_at, timezone));
      return said.length < 4
        ? said.join(", ")
        : `${said[0]} to ${said[said.length - 1]} (${said.length} times)`;
    };
    const missed = slots.filter(({ status }) => status === "missed");
    const madeUp = slots.filter(({ is_made_up }) => is_made_up);
    const skipped = slots.filter(({ status }) => status === "skipped");
    return [
      ...(missed.length > 0 ? [`Schedule ${name} missed ${times(missed)}: ${missed[0].reason}.`] : []),
      ...(madeUp.length > 0 ? [`Schedule ${name} makes up ${times(madeUp)}, when no scheduler ran.`] : []),
      ...(skipped.length > 0 ? [`Schedule ${name} skips ${times(skipped)}: ${skipped[0].reason}.`] : []),
    ];
  });
}
