/** The manifest's keys: types, defaults, and a sentence for each. A stage's `params` belong to its task's own schema. */
import { z } from "zod";
import { check } from "../checks/_check_schema.ts";
import { notification, schedules, sla } from "./_schedule_schema.ts";
import { serving } from "./_serving_schema.ts";
import { source } from "./_source_schema.ts";
import { duration } from "./duration.ts";

const NAME = /^[a-z][a-z0-9_]*$/;
/** Kinds of failure that `retry.on` may name. */
export const RETRY_CAUSES = ["error", "timeout", "database", "check"] as const;

const name = () => z.string().regex(NAME, "a name of small letters, digits and _, a letter first").max(60);
const share = () => z.number().gt(0).max(1);

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
  max: duration.prefault("10m").describe("Longest pause, however often it doubled."),
  jitter: z.number().min(0).max(1).default(0).describe(
    "Share of each pause that is left to chance, so that many runs do not try again at once.",
  ),
  on: z.array(z.enum(RETRY_CAUSES)).min(1).default(["error", "timeout", "database"])
    .describe(
      "Which failures are tried again: of the task, of time, of the database's connection, of a check.",
    ),
});

const variables = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "a name of letters, digits and _, no digit first"),
  z.union([z.string(), z.number(), z.boolean()]),
);

const stage = z.object({
  task: z.string().describe("Name of the task: its file under tasks/, without .ts."),
  as: name().optional().describe(
    "Name of the stage, when its task stands here more than once; default: the task's.",
  ),
  enabled: z.boolean().default(true).describe("false skips the stage; the stages below run all the same."),
  needs: z.array(name()).optional().describe(
    "Stages that must be done or skipped before this one starts; default: the stage above. [] waits for none.",
  ),
  when: z.string().min(1).optional().describe(
    "Condition on the day, metrics and outputs of stages above, without which the stage is skipped.",
  ),
  params: z.record(z.string(), z.unknown()).default({}).describe("The task's own parameters."),
  env: variables.default({}).describe(
    "Values of ${env.NAME} in this stage where the process's environment has none.",
  ),
  checks: z.array(check).default([]).describe("What must hold of the tables that the stage writes."),
  timeout: duration.optional().describe("Longest time that an attempt may take; default: no limit."),
  retry: retry.prefault({}).describe("What happens when an attempt fails."),
});

export const manifestSchema = z.object({
  name: name().default("daily").describe("Name of the pipeline."),
  seed: z.number().int().min(0).max(2 ** 31 - 1).default(1).describe(
    "Fixes all randomness, hold-outs as well.",
  ),
  source: source.default("auto").describe(
    "Where ratings come from: auto, a folder or archive in MovieLens form, a data set's name, or a mapping of columns.",
  ),
  env: variables.default({}).describe(
    "Values of ${env.NAME} in this file where the process's environment has none.",
  ),
  concurrency: z.number().int().min(1).max(64).default(2).describe(
    "Most stages that run at once, where needs lets them.",
  ),
  schedule: schedules.prefault({}).describe("When `deno task schedule` runs a day: one schedule, or a list."),
  sla: sla.optional().describe("By when a day must be done; what is later is reported as late."),
  notify: z.array(notification).default([]).describe(
    "Whom to tell what: a webhook or a command for each event.",
  ),
  batch: batch.prefault({}).describe("How much of the archive a day takes."),
  bootstrap: bootstrap.prefault({}).describe("How much of the archive the very first run takes."),
  holdout_days: z.number().int().min(1).max(365).default(7)
    .describe("Newest batches of which a hashed tenth is kept from training, to measure with."),
  serving: serving.prefault({}).describe(
    "What the server makes of the models: variants, a shadow, what it hides. Publish hands it over.",
  ),
  stages: z.array(stage).min(1).describe("The day's work, run from top to bottom."),
});
