/** Trains a candidate: from scratch when there is no champion or it is due, else warm from the champion. */
import { join } from "node:path";
import { z } from "zod";
import { encode } from "../models/container.ts";
import { FAMILY, LEARNS_FROM_INTERACTIONS, type ModelName } from "../models/family.ts";
import { FeatureState, firstDifference, firstImpossible } from "../models/feature_state.ts";
import type { FitOptions, Fitted } from "../models/model.ts";
import { type Profile, profileOf } from "../models/profile.ts";
import { storeArtifact, sweepArtifacts } from "./_artifacts.ts";
import { readTrainingData } from "./_training_data.ts";
import { newestBatchOf, readChampion, type Version } from "./_versions.ts";
import { nearest } from "./runner/_nearest.ts";
import { oneOf } from "./runner/_words.ts";
import { formNames, formsBy } from "./runner/manifest/_schema_text.ts";
import { duration } from "./runner/manifest/duration.ts";
import type { Decision, PlanState } from "./runner/plan/plan_state.ts";
import { type StageResult, task, type TaskContext } from "./runner/task.ts";

const names = Object.keys(FAMILY) as [ModelName, ...ModelName[]];

const params = z.strictObject({
  model: z.enum(names).default("two_tower").describe("Which model of the family is trained."),
  mode: z.enum(["auto", "scratch", "warm"]).default("auto")
    .describe("auto: from scratch when there is no champion or retrain_every has passed, else warm."),
  retrain_every: duration.prefault("7d").describe("How old a training from scratch may get."),
  replay: z.number().min(0).max(1).default(0.2)
    .describe("Share of replay_window that a warm update learns from beside the new ratings."),
  replay_window: z.number().int().min(0).default(1_000_000)
    .describe("The newest of the older ratings, which a warm update reads. It reads none before them."),
  simd: z.enum(["relaxed", "portable"]).default("relaxed")
    .describe("relaxed: faster, the same bits on one kind of CPU. portable: the same bits on every machine."),
  workers: z.number().int().min(1).optional()
    .describe("Threads of the kernels, by default one for each core; results do not depend on it."),
  config: z.record(z.string(), z.unknown()).default({}).describe("The model's own hyperparameters."),
}).check(({ value: { model, config }, issues }) => {
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
}).meta(formsBy("model", {
  of: "config",
  fallback: "two_tower",
  forms: Object.fromEntries(Object.entries(FAMILY).map(([name, { config }]) => [name, config])),
}));

type Params = z.output<typeof params>;

const MS_PER_DAY = 86_400_000;

export default task({
  params,
  reads: [
    "data_lake_db.ratings",
    "data_lake_db.movies",
    "data_lake_db.genres",
    "raw_db.users",
    "processed_db.user_features",
    "processed_db.movie_features",
    "processed_db.rating_totals",
  ],
  readsPrevious: ["ops_db.model_versions"],
  writes: ["ops_db.model_versions"],

  plan: planTraining,
  refuse: refuseTraining,

  async run(context, params): Promise<StageResult> {
    const { db, artifacts } = context;
    const through = await newestBatchOf(db, "features");
    if (through === null) {
      throw new RangeError("Cannot train as no batch has features. Next: deno task daily --from ingest");
    }
    await sweep(context);

    const champion = await readChampion(context);
    const why = whyScratch(champion?.row ?? null, params, await retrainedOn(context));
    const warmFrom = why === null ? champion : null;
    const data = await readTrainingData(context, params, { through, warmFrom });
    context.log.detail(why === null ? `warm from ${champion?.row.version}` : `from scratch: ${why}`);
    const fitted = await FAMILY[params.model].fit(
      data.dataset,
      params.config,
      fitOptions(context, params, warmFrom),
    );

    const difference = firstImpossible(data.dataset.start?.().state ?? fitted.end) ??
      firstDifference(fitted.end, data.stored);
    if (difference !== null) {
      throw new Error(
        `Cannot trust the features as training's sums differ from processed_db's: ${difference}. ` +
          "Next: report this; the champion stays",
      );
    }
    const mode = warmFrom ? "warm" : "scratch";
    const profile = warmFrom
      ? warmFrom.row.config.profile as Profile
      : await profileOf(data.dataset.ratings(), {
        state: new FeatureState(data.dataset.catalogue),
        seed: context.seed,
        share: 0.1,
      });
    const stored = await storeArtifact(artifacts, "models", encode(fitted.artifact));
    const version = await register(context, {
      stored: stored.path,
      fitted,
      profile,
      params,
      mode,
      through,
      parent: champion,
    });
    return {
      rowsIn: fitted.end.nRatings,
      rowsOut: Number(fitted.report.examples),
      version,
      mode,
      reason: version === champion?.row.version ? "no better than the champion" : undefined,
      ...fitted.report,
    };
  },
});

function refuseTraining({ isImplicit }: PlanState, { params: { model } }: { params: Params }) {
  if (!isImplicit || LEARNS_FROM_INTERACTIONS.includes(model)) return null;
  return {
    message:
      `Cannot train "${model}" on this archive as its rows are interactions: there are no ratings to learn`,
    wanted: `params: { model: ${LEARNS_FROM_INTERACTIONS.join(" or ")} }`,
  };
}

function planTraining(state: PlanState, { params }: { params: Params }): Decision {
  const { finished, champion, candidate } = state;
  const through = finished.features ?? -1;
  if (through < 0) return { action: "skip", reason: "no batch has features yet" };
  const known = Math.max(champion?.throughBatch ?? -1, candidate?.throughBatch ?? -1);
  const why = whyScratch(champion, params, state);
  if (why === null && known >= through) {
    return { action: "skip", reason: `nothing is new since batch ${known}` };
  }
  const outcome = { candidate: { version: "the candidate", model: params.model, throughBatch: through } };
  if (why !== null) {
    const outcomes = [{ ...outcome, retrainedOn: state.day }];
    return { action: "run", reason: `from scratch: ${why}`, outcomes };
  }
  // A warm update that finds nothing better than the champion's weights is the champion again.
  const reason = `warm from ${champion?.version}: batches since ${champion?.throughBatch}`;
  return { action: "run", reason, outcomes: [outcome, {}] };
}

/** Why a training starts from scratch; null: it is a warm update. The plan and the run ask the same function. */
function whyScratch(
  champion: { model: string } | null,
  { model, mode, retrain_every }: Params,
  { day, retrainedOn }: LastRetraining,
): string | null {
  if (champion === null) return "there is no champion";
  if (champion.model !== model) return `the champion is a ${champion.model}`;
  if (mode === "scratch") return "mode says so";
  if (mode === "warm") return null;
  if (retrainedOn === null) return "the last time was in this run";
  const age = Date.parse(day) - Date.parse(retrainedOn);
  return age >= Math.max(retrain_every, MS_PER_DAY) ? `the last time was ${retrainedOn}` : null;
}

interface LastRetraining {
  day: string;
  retrainedOn: string | null;
}

async function retrainedOn({ db, day, run }: TaskContext): Promise<LastRetraining> {
  const found = await db.row<{ day: string | null }>("registry/retrained_on", [run.id]);
  return { day, retrainedOn: found?.day ?? null };
}

function fitOptions(
  { artifacts, seed, signal, log }: TaskContext,
  { simd, workers = navigator.hardwareConcurrency }: Params,
  warmFrom: Version | null,
): FitOptions {
  return {
    compute: { cache: join(artifacts, "kernels"), simd, workers },
    seed,
    signal,
    log: (message) => log.detail(message),
    progress: (done, total) => log.progress(done, total, "examples"),
    warmFrom: warmFrom?.artifact,
  };
}

async function register(
  { db, run, seed, settings }: TaskContext,
  { stored, fitted, profile, params, mode, through, parent }: {
    stored: string;
    fitted: Fitted;
    profile: Profile;
    params: Params;
    mode: string;
    through: number;
    parent: Version | null;
  },
): Promise<string> {
  const version = stored.slice("models/".length, -".bin".length);
  const config = {
    ...fitted.artifact.header,
    seed: settings.seed,
    holdout_days: settings.holdoutDays,
    profile,
  };
  await db.transaction(async (tx) => {
    await tx.execute("registry/insert_version", [
      version,
      params.model,
      mode,
      parent?.row.version ?? null,
      run.id,
      through,
      fitted.end.nRatings,
      JSON.stringify(config),
      JSON.stringify({ fit: fitted.report }),
      stored,
      seed,
    ]);
    await tx.execute("registry/retire_candidates", [version]);
  });
  return version;
}

/** An artifact that no row names is what a killed attempt left behind. */
async function sweep({ db, artifacts, log }: TaskContext): Promise<void> {
  const named = new Set(
    (await db.rows<{ artifact: string }>("registry/artifacts")).map(({ artifact }) => artifact),
  );
  const swept = await sweepArtifacts(artifacts, "models", (path) => named.has(path));
  if (swept > 0) log.detail(`${swept} unfinished artifacts removed`);
}
