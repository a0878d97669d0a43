/** What the manifest may say of training: one model, or several candidates, and when they are made anew. */
import { z } from "zod";
import { FAMILY, type ModelName } from "../models/family.ts";
import { specsOf, type TrainingParams } from "./_ways.ts";
import { nearest } from "../models/nearest.ts";
import { oneOf } from "./runner/_words.ts";
import { formNames, formsBy } from "./runner/manifest/_schema_text.ts";
import { duration } from "./runner/manifest/duration.ts";

const names = Object.keys(FAMILY) as [ModelName, ...ModelName[]];
const DEFAULT: ModelName = "two_tower";

const one = {
  model: z.enum(names).default(DEFAULT).describe("Which model of the family is trained."),
  config: z.record(z.string(), z.unknown()).default({}).describe("The model's own hyperparameters."),
};

/** Which keys `config` has follows from `model`. */
const configForms = formsBy("model", {
  of: "config",
  fallback: DEFAULT,
  forms: Object.fromEntries(Object.entries(FAMILY).map(([name, { config }]) => [name, config])),
});

const sign = z.number().positive().optional();

export const trainingParams = z.strictObject({
  ...one,
  candidates: z.array(z.strictObject(one).check(checkConfig).meta(configForms)).min(1).max(8).optional()
    .describe(
      "Several models, each with its config, in the place of model: all are trained and judged, and at most one goes live. Those that are not the champion's are made anew every retrain_every.",
    ),
  mode: z.enum(["auto", "scratch", "warm"]).default("auto")
    .describe(
      "auto: from scratch when there is no champion, retrain_every has passed or retrain_when asks for it, else warm; a model that cannot be updated waits in between.",
    ),
  retrain_every: duration.prefault("7d").describe("How old a training from scratch may get."),
  retrain_when: z.strictObject({
    gap_rmse: sign.describe(
      "Stars by which the RMSE of the last training from scratch surely is below the champion's.",
    ),
    gap_ndcg: sign.describe("By how much its nDCG@10 surely is above the champion's."),
    psi: sign.describe("The greatest population stability index that monitor judged."),
  }).prefault({}).describe(
    "Above any of these, as the runs before measured it, the next training is from scratch.",
  ),
  replay: z.number().min(0).max(1).default(0.2)
    .describe("Share of replay_window that a warm update learns from beside the new ratings."),
  replay_window: z.number().int().min(0).default(1_000_000)
    .describe("The newest of the older ratings, which a warm update reads. It reads none before them."),
  simd: z.enum(["relaxed", "portable"]).default("relaxed")
    .describe("relaxed: faster, the same bits on one kind of CPU. portable: the same bits on every machine."),
  workers: z.number().int().min(1).optional()
    .describe("Threads of the kernels, by default one for each core; results do not depend on it."),
}).check(checkConfig).check(checkCandidates).meta(configForms);

/** Complains of hyperparameters by their names. */
function checkConfig(
  { value: { model, config }, issues }: z.core.ParsePayload<
    { model: ModelName; config: Record<string, unknown> }
  >,
): void {
  const checked = FAMILY[model].config.safeParse(config);
  for (const issue of checked.error?.issues ?? []) {
    const place = { path: ["config", ...issue.path], input: config };
    if (issue.code === "unrecognized_keys") issues.push({ ...place, code: issue.code, keys: issue.keys });
    else if (issue.code === "invalid_union") {
      const names = formNames(FAMILY[model].config);
      const found = String(config[String(issue.path[0])]);
      const params = { nearest: nearest(found, names) };
      issues.push({ ...place, code: "custom", message: oneOf(names.map((name) => `"${name}"`)), params });
    } else issues.push({ ...place, code: "custom", message: issue.message });
  }
}

function checkCandidates(
  { value, issues }: z.core.ParsePayload<TrainingParams & { config: Record<string, unknown> }>,
): void {
  if (value.candidates === undefined || issues.length > 0) return;
  const complain = (path: PropertyKey[], message: string) =>
    void issues.push({ code: "custom", path, message, input: value });
  if (value.model !== DEFAULT || Object.keys(value.config).length > 0) {
    complain(["candidates"], "they stand in the place of model and config: wanted one or the other");
  }
  const keys = specsOf(value).map(({ key }) => key);
  keys.forEach((key, i) => {
    if (keys.indexOf(key) < i) {
      complain(["candidates", i], "the same model with the same config stands above");
    }
  });
}
