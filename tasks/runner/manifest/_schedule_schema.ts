/** The manifest's keys about time: when days are due, by when they must be done, and who is told. */
import { Cron } from "croner";
import { z } from "zod";
import { duration } from "./duration.ts";

/** Any past instant will do: whether a pattern is ever due does not depend on it. */
const SOME_TIME = new Date(Date.UTC(2024, 0, 1));

const cron = z.string().superRefine((pattern, context) => {
  const fault = cronFault(pattern);
  if (fault === undefined) return;
  context.addIssue({
    code: "custom",
    message: `minute, hour, day, month and weekday, such as "0 2 * * *" (${fault})`,
  });
});

const timezone = z.string().superRefine((zone, context) => {
  if (isTimeZone(zone)) return;
  context.addIssue({ code: "custom", message: 'an IANA time zone such as "Europe/Berlin" or "UTC"' });
});

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** Why `pattern` cannot be a schedule; undefined when it can. */
function cronFault(pattern: string): string | undefined {
  // croner reads "?" as the moment of loading: no two processes would agree.
  if (pattern.includes("?")) return '"?" has no fixed meaning';
  try {
    const next = new Cron(pattern, { mode: "5-part", timezone: "UTC", paused: true }).nextRun(SOME_TIME);
    return next === null ? "this is never due" : undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^Cron\w*: /, "") : String(error);
  }
}

/** Events that `notify` may name. */
export const EVENTS = ["failed", "late", "recovered", "drift"] as const;

const schedule = z.object({
  name: z.string().regex(/^[a-z][a-z0-9_]*$/, "a name of small letters, digits and _, a letter first").max(60)
    .optional().describe("Name of the schedule; default: daily, then its place in the list."),
  cron: cron.default("0 2 * * *").describe(
    "When a day is due: minute, hour, day of month, month, day of week.",
  ),
  timezone: timezone.default("UTC").describe("IANA time zone of cron and of the days' labels."),
  catch_up: z.enum(["last", "all", "none"]).default("last")
    .describe("Which of the days that were missed are made up."),
  overlap: z.enum(["skip", "queue"]).default("queue").describe(
    "What a due day does while a run is at work: skip it, or queue, where one at most waits.",
  ),
  only: z.array(z.string()).min(1).optional().describe(
    "Runs these stages alone, each time it is due; default: the whole day, once a day.",
  ),
});

export const schedules = z.union([schedule, z.array(schedule).min(1)]);

export const sla = z.object({
  ready_by: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as "06:30"').optional()
    .describe("Time of day, in the schedule's zone, by which the day must have succeeded."),
  max_duration: duration.optional().describe("Longest time that a run may work at a stretch."),
});

export const notification = z.object({
  on: z.union([z.enum(EVENTS), z.array(z.enum(EVENTS)).min(1)]).describe("The event, or a list of them."),
  webhook: z.url({ protocol: /^https?$/ }).optional().describe("URL that gets the event as a JSON POST."),
  command: z.array(z.string()).min(1).optional().describe(
    "Program and arguments; it gets the event as JSON on standard input.",
  ),
}).refine(({ webhook, command }) => (webhook === undefined) !== (command === undefined), {
  message: "either webhook or command",
});
