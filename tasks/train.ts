/** Trains the candidates: each from scratch when there is no champion of its kind or it is due, else warm from it. */
import { join } from "node:path";
import type { z } from "zod";
import { encode } from "../models/container.ts";
import { NATIVE_FOLDER } from "../models/engines/_tfjs_native.ts";
import { FAMILY, LEARNS_FROM_INTERACTIONS } from "../models/family.ts";
import { FeatureState, firstDifference, firstImpossible } from "../models/feature_state.ts";
import type { FitOptions, Fitted } from "../models/model.ts";
import { type Profile, profileOf } from "../models/profile.ts";
import { storeArtifact, sweepArtifacts } from "./_artifacts.ts";
import { readTrainingData, type TrainingData } from "./_training_data.ts";
import { trainingParams } from "./_training_params.ts";
import { newestBatchOf, readChampion, type Version } from "./_versions.ts";
import { specsOf, unlessKnown, type Way, waysOf } from "./_ways.ts";
import type { Decision, PlanState, Version as PlannedVersion } from "./runner/plan/plan_state.ts";
import { readPlanState } from "./runner/plan/state.ts";
import { type StageResult, task, type TaskContext } from "./runner/task.ts";

type Params = z.output<typeof trainingParams>;

export default task({
  params: trainingParams,
  reads: [
    "data_lake_db.ratings",
    "data_lake_db.movies",
    "data_lake_db.genres",
    "raw_db.users",
    "processed_db.user_features",
    "processed_db.movie_features",
    "processed_db.rating_totals",
  ],
  readsPrevious: ["ops_db.model_versions", "ops_db.trainings", "ops_db.metric_history", "ops_db.erasures"],
  writes: ["ops_db.model_versions", "ops_db.trainings"],

  plan: planTraining,
  refuse: refuseTraining,

  async run(context, params): Promise<StageResult> {
    const { db, day, run } = context;
    const through = await newestBatchOf(db, "features");
    if (through === null) {
      throw new RangeError("Cannot train as no batch has features. Next: deno task daily --from ingest");
    }
    await sweep(context);

    const champion = await readChampion(context);
    const unfinished = { run_id: run.id, status: "running" as const, finished_at: null };
    const state = await readPlanState(db, { day, kind: run.kind, unfinished });
    const ways = waysOf(params, state);
    const planned = ways.map((way) => unlessKnown(way, state));
    // Without new ratings no plan comes here: whoever calls then wants the update all the same.
    const isPlanned = planned.some(({ action }) => action !== "wait");
    const active = (isPlanned ? planned : ways).filter(({ action }) => action !== "wait");
    for (const { spec, reason } of active) context.log.detail(`${spec.model}: ${reason}`);
    if (active.length === 0) {
      return { rowsIn: 0, rowsOut: 0, reason: ways.map(({ reason }) => reason).join("; ") };
    }
    const read = reader(context, { params, through, champion });
    const trained: Trained[] = [];
    for (const way of active) {
      trained.push(await trainOne(context, { way, params, champion, ...await read(way) }));
    }
    await register(context, { trained, through, champion });
    return resultOf(trained, champion);
  },
});

function refuseTraining({ isImplicit }: PlanState, { params }: { params: Params }) {
  const deaf = specsOf(params).find(({ model }) => !LEARNS_FROM_INTERACTIONS.includes(model));
  if (!isImplicit || deaf === undefined) return null;
  return {
    message:
      `Cannot train "${deaf.model}" on this archive as its rows are interactions: there are no ratings to learn`,
    wanted: `params: { model: ${LEARNS_FROM_INTERACTIONS.join(" or ")} }`,
  };
}

function planTraining(state: PlanState, { params }: { params: Params }): Decision {
  const through = state.finished.features ?? -1;
  if (through < 0) return { action: "skip", reason: "no batch has features yet" };
  const ways = waysOf(params, state).map((way) => unlessKnown(way, state));
  const active = ways.filter(({ action }) => action !== "wait");
  const reason = ways.length === 1
    ? ways[0].reason
    : ways.map(({ spec, reason }) => `${spec.model} ${reason}`).join("; ");
  if (active.length === 0) return { action: "skip", reason };
  const candidates = active.map(({ spec: { model, key, config } }): PlannedVersion => {
    const settings = FAMILY[model].config.parse(config);
    return { version: `the new ${model}`, model, spec: key, config: settings, throughBatch: through };
  });
  // What comes of the champion's own model may be the champion again: then it is no candidate.
  const others = candidates.filter((_, i) => !active[i].isChampions);
  const outcomes = others.length < candidates.length
    ? [{ candidates }, { candidates: others }]
    : [{ candidates }];
  return { action: "run", reason, outcomes };
}

interface Trained {
  way: Way;
  version: string;
  /** Path of the artifact. */
  stored: string;
  fitted: Pick<Fitted, "artifact" | "report" | "end">;
  profile: Profile;
}

/** Reads what a way learns from; all that start from scratch share their data and its profile. */
function reader(
  context: TaskContext,
  { params, through, champion }: { params: Params; through: number; champion: Version | null },
) {
  let whole: { data: TrainingData; profile: Profile } | null = null;
  return async ({ action, spec: { model } }: Way): Promise<{ data: TrainingData; profile: Profile }> => {
    if (action === "warm" && champion !== null) {
      const data = await readTrainingData(context, { ...params, model }, { through, warmFrom: champion });
      return { data, profile: champion.row.config.profile as Profile };
    }
    if (whole !== null) return whole;
    const data = await readTrainingData(context, { ...params, model }, { through, warmFrom: null });
    const state = new FeatureState(data.dataset.catalogue);
    const profile = await profileOf(data.dataset.ratings(), { state, seed: context.seed, share: 0.1 });
    return whole = { data, profile };
  };
}

async function trainOne(
  context: TaskContext,
  { way, params, champion, data, profile }: {
    way: Way;
    params: Params;
    champion: Version | null;
    data: TrainingData;
    profile: Profile;
  },
): Promise<Trained> {
  const { model, config } = way.spec;
  const options = fitOptions(context, params, way.action === "warm" ? champion : null);
  const { artifact, report, end } = await FAMILY[model].fit(data.dataset, config, options);
  const difference = firstImpossible(data.dataset.start?.().state ?? end) ??
    firstDifference(end, data.stored);
  if (difference !== null) {
    throw new Error(
      `Cannot trust the features as training's sums differ from processed_db's: ${difference}. ` +
        "Next: report this; the champion stays",
    );
  }
  const { path: stored } = await storeArtifact(context.artifacts, "models", encode(artifact));
  const version = stored.slice("models/".length, -".bin".length);
  return { way, version, stored, fitted: { artifact, report, end }, profile };
}

function fitOptions(
  { artifacts, seed, signal, log }: TaskContext,
  { simd, workers = navigator.hardwareConcurrency }: Params,
  warmFrom: Version | null,
): FitOptions {
  return {
    compute: {
      cache: join(artifacts, "kernels"),
      simd,
      workers,
      native: join(artifacts, "..", NATIVE_FOLDER),
    },
    seed,
    signal,
    log: (message) => log.detail(message),
    progress: (done, total) => log.progress(done, total, "examples"),
    warmFrom: warmFrom?.artifact,
  };
}

async function register(
  { db, run, seed, settings }: TaskContext,
  { trained, through, champion }: { trained: readonly Trained[]; through: number; champion: Version | null },
): Promise<void> {
  await db.transaction(async (tx) => {
    for (const { way: { spec, action }, version, stored, fitted, profile } of trained) {
      const config = {
        ...fitted.artifact.header,
        spec: spec.key,
        seed: settings.seed,
        holdout_days: settings.holdoutDays,
        profile,
      };
      await tx.execute("registry/insert_version", [
        version,
        spec.model,
        action,
        champion?.row.version ?? null,
        run.id,
        through,
        fitted.end.nRatings,
        JSON.stringify(config),
        JSON.stringify({ fit: fitted.report }),
        stored,
        seed,
      ]);
      await tx.execute("registry/insert_training", [run.id, spec.key, spec.model, action, version]);
    }
    const versions = trained.map(({ version }) => version);
    await tx.execute("registry/retire_candidates", [JSON.stringify(versions)]);
  });
}

/** Of one model, all that its fit reported; of several, what they have in common. */
function resultOf(trained: readonly Trained[], champion: Version | null): StageResult {
  const known = trained.filter(({ version }) => version === champion?.row.version);
  const reasons = known.map(({ way }) => `${way.spec.model}: no better than the champion`);
  const rowsIn = Math.max(...trained.map(({ fitted }) => fitted.end.nRatings));
  const rowsOut = trained.reduce((sum, { fitted }) => sum + Number(fitted.report.examples), 0);
  const mode = trained.some(({ way }) => way.action === "scratch") ? "scratch" : "warm";
  if (trained.length > 1) {
    const versions = trained.map(({ way, version }) => `${way.spec.model} ${version}`).join(", ");
    return { rowsIn, rowsOut, mode, versions, reason: reasons.join("; ") || undefined };
  }
  const [{ version, fitted }] = trained;
  const reason = known.length > 0 ? "no better than the champion" : undefined;
  return { rowsIn, rowsOut, version, mode, reason, ...fitted.report };
}

/** An artifact that no row names is what a killed attempt left behind. */
async function sweep({ db, artifacts, log }: TaskContext): Promise<void> {
  const named = new Set(
    (await db.rows<{ artifact: string }>("registry/artifacts")).map(({ artifact }) => artifact),
  );
  const swept = await sweepArtifacts(artifacts, "models", (path) => named.has(path));
  if (swept > 0) log.detail(`${swept} unfinished artifacts removed`);
}
