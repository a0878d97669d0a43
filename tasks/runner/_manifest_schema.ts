/** The manifest's keys: types, defaults, and a sentence for each. A stage's `params` belong to its task's own schema. */
import { Cron } from "croner";
import { z } from "zod";
import { duration } from "./duration.ts";

const NAME = /^[a-z][a-z0-9_]*$/;
const name = () => z.string().regex(NAME, "a name of small letters, digits and _, a letter first").max(60);
const share = () => z.number().gt(0).max(1);

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

const schedule = z.object({
  cron: cron.default("0 2 * * *").describe(
    "When a day is due: minute, hour, day of month, month, day of week.",
  ),
  timezone: z.literal("UTC").default("UTC").describe("Time zone of cron and of the days' labels."),
  catch_up: z.literal("last").default("last")
    .describe("What happens to days that were missed: the last one is made up."),
});

const batch = z.object({
  size: z.number().int().min(1).default(50_000).describe("Ratings that a day takes from the import lane."),
  at_most: share().default(0.01).describe("Ceiling of size as a share of the archive, for small archives."),
});

const bootstrap = z.object({
  ratings: z.number().int().min(1).default(5_000_000).describe("Ratings that the first run takes at once."),
  at_most: share().default(0.8).describe(
    "Ceiling of ratings as a share of the archive; the rest arrives day by day.",
  ),
});

const retry = z.object({
  attempts: z.number().int().min(1).max(100).default(1).describe(
    "How often the stage is tried, the first time included.",
  ),
  backoff: duration.prefault("10s").describe("Pause before the second attempt; it doubles each time."),
});

const stage = z.object({
  task: z.string().describe("Name of the task: its file under tasks/, without .ts."),
  as: name().optional().describe(
    "Name of the stage, when its task stands here more than once; default: the task's.",
  ),
  enabled: z.boolean().default(true).describe("false skips the stage; the stages below run all the same."),
  params: z.record(z.string(), z.unknown()).default({}).describe("The task's own parameters."),
  timeout: duration.optional().describe("Longest time that an attempt may take; default: no limit."),
  retry: retry.prefault({}).describe("What happens when an attempt fails."),
});

export const manifestSchema = z.object({
  name: name().default("daily").describe("Name of the pipeline."),
  seed: z.number().int().min(0).max(2 ** 31 - 1).default(1).describe(
    "Fixes all randomness, hold-outs as well.",
  ),
  source: z.string().min(1).default("auto")
    .describe("Where ratings come from: auto, a folder or archive in MovieLens form, or a data set's name."),
  schedule: schedule.prefault({}).describe("When `deno task schedule` runs a day."),
  batch: batch.prefault({}).describe("How much of the archive a day takes."),
  bootstrap: bootstrap.prefault({}).describe("How much of the archive the very first run takes."),
  holdout_days: z.number().int().min(1).max(365).default(7)
    .describe("Newest batches of which a hashed tenth is kept from training, to measure with."),
  stages: z.array(stage).min(1).describe("The day's work, run from top to bottom."),
});
