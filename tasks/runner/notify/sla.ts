/** When a day is late: by the clock of the schedule that runs whole days. */
import { dayAfter, dayOf } from "../due.ts";
import type { Manifest, Schedule } from "../manifest/manifest.ts";
import { dueBetween, nextDue } from "../schedule/cron.ts";

type Promised = Pick<Manifest, "schedules" | "sla">;

/** The instant by which what was due at `dueAt` must be ready: the next time that the clock shows `ready_by`. */
export function readyBy({ sla: { readyBy } }: Promised, { timezone }: Schedule, dueAt: Date): Date | null {
  if (readyBy === undefined) return null;
  const [hour, minute] = readyBy.split(":").map(Number);
  return nextDue({ cron: `${minute} ${hour} * * *`, timezone }, new Date(dueAt.getTime() - 1));
}

/** The instant by which `day` must be ready; null when nothing was promised, or no schedule was due on that day. */
export function deadlineOf(manifest: Promised, day: string): Date | null {
  const schedule = manifest.schedules.find(({ only }) => only === null);
  if (schedule === undefined) return null;
  // A local day begins at most 14 hours before, and ends at most 12 hours after, the day of UTC.
  const from = new Date(Date.parse(day) - 15 * 3_600_000);
  const to = new Date(Date.parse(dayAfter(day)) + 13 * 3_600_000);
  const dueAt = dueBetween(schedule, from, to).find((at) => dayOf(at, schedule.timezone) === day);
  return dueAt === undefined ? null : readyBy(manifest, schedule, dueAt);
}

/** A deadline that passed longer ago is no news: the day is made up, and its time is known to be over. */
export const STALE_MS = 86_400_000;
