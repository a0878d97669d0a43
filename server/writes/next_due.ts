/** When a schedule is due next, by the rules of tasks/runner/schedule/cron.ts; a test holds the two to each other. */
import { Cron } from "croner";

/** The first instant after `now`, as ISO; null: never again. */
export function nextDue({ cron, timezone }: { cron: string; timezone: string }, now: Date): string | null {
  const schedule = new Cron(cron, { mode: "5-part", fixedTimeRule: "no-wildcard", paused: true, timezone });
  return schedule.nextRun(now)?.toISOString() ?? null;
}
