/** How each model of the manifest is trained next, and why: the plan and the run ask the same function. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { FAMILY, type ModelName } from "../models/family.ts";
import type { Model } from "../models/model.ts";
import type { PlanState } from "./runner/plan/plan_state.ts";

/** A model with its settings, as the manifest asks for it. */
export interface Spec {
  /** The model's name and a hash of its settings. */
  key: string;
  model: ModelName;
  config: unknown;
}

export interface TrainingParams {
  model: ModelName;
  config: unknown;
  candidates?: readonly { model: ModelName; config: unknown }[];
  mode: "auto" | "scratch" | "warm";
  /** Milliseconds. */
  retrain_every: number;
  retrain_when: NonNullable<PlanState["signs"]>;
}

export interface Way {
  spec: Spec;
  action: "scratch" | "warm" | "wait";
  reason: string;
  /** The champion is what came of this model with these settings. */
  isChampions: boolean;
}

export type History = Pick<PlanState, "day" | "champion" | "retrainedOn" | "trainedOn" | "signs" | "erased">;

const MS_PER_DAY = 86_400_000;

/** Every model to be trained, in the manifest's order. */
export function specsOf({ model, config, candidates }: TrainingParams): Spec[] {
  return (candidates ?? [{ model, config }]).map(({ model, config }) => {
    const settings = JSON.stringify(FAMILY[model].config.parse(config));
    const hash = createHash("sha256").update(settings).digest("hex").slice(0, 8);
    return { key: `${model} ${hash}`, model, config };
  });
}

/** The way of each model of `params`, whether or not there is anything new to learn. */
export function waysOf(params: TrainingParams, history: History): Way[] {
  const specs = specsOf(params);
  const { champion, erased = 0 } = history;
  const hasChampions = specs.some(({ model }) => model === champion?.model);
  return specs.map((spec) => {
    // One of its name follows the champion whatever its settings have become; of several, the one with its settings.
    const isAlone = specs.filter(({ model }) => model === spec.model).length === 1;
    const isNamed = champion?.model === spec.model && (isAlone || champion.spec === spec.key);
    const unlike = isNamed ? firstUnlike(spec, champion.config) : null;
    const isChampions = isNamed && unlike === null;
    const last = history.trainedOn?.[isAlone && unlike === null ? spec.model : spec.key] ?? null;
    // Whoever asked to be forgotten comes before any setting; where no model is the champion's, a challenger forgets.
    const found = champion !== null && erased > 0 && (isNamed || !hasChampions)
      ? scratch(
        `${champion.version} has learned from ${erased} who ${erased === 1 ? "was" : "were"} erased since`,
      )
      : unlike !== null
      ? wayOfReshaped(spec, { params, history, last, unlike })
      : isChampions
      ? wayOfChampion(spec, { params, history, last: last ?? history.retrainedOn })
      : wayOfChallenger(spec, { params, history, last });
    return { spec, isChampions, ...found };
  });
}

/** An update waits for new ratings; a training from scratch is due without them. */
export function unlessKnown(way: Way, { finished, champion, candidates }: PlanState): Way {
  const own = candidates.filter(({ model }) => model === way.spec.model);
  const known = Math.max(-1, ...[champion, ...own].map((version) => version?.throughBatch ?? -1));
  if (way.action !== "warm" || known < (finished.features ?? -1)) return way;
  return { ...way, action: "wait", reason: `nothing is new since batch ${known}` };
}

interface World {
  params: TrainingParams;
  history: History;
  /** Day of the last training from scratch. */
  last: string | null;
}

type Found = Pick<Way, "action" | "reason">;

/** The champion's model is updated every day where it can be, and made anew when that is due. */
function wayOfChampion({ model }: Spec, world: World): Found {
  const { params: { mode, retrain_when }, history: { champion, signs = {} }, last } = world;
  const { isWarmable }: Model = FAMILY[model];
  if (mode === "scratch") return scratch("mode says so");
  const warm: Found = {
    action: "warm",
    reason: `warm from ${champion?.version}: batches since ${champion?.throughBatch}`,
  };
  if (mode === "warm") {
    return isWarmable ? warm : wait(`a ${model} cannot be updated, and mode is warm: the champion stays`);
  }
  if (last === null) return scratch("the last time was in this run");
  if (isDue(world)) return scratch(`the last time was ${last}`);
  for (const [name, limit] of Object.entries(retrain_when)) {
    const found = Object.entries(signs).find(([sign]) => sign === name)?.[1];
    if (found !== undefined && found > limit) {
      return scratch(`${name} is ${found.toPrecision(3)}, above retrain_when's ${limit}`);
    }
  }
  return isWarmable ? warm : wait(`a ${model} is not updated, but made anew on ${dueDay(world)}`);
}

/** A model that is not the champion's has nothing to be updated from: it is made anew, but not every day. */
function wayOfChallenger({ model }: Spec, world: World): Found {
  const { params: { mode }, history: { champion }, last } = world;
  if (champion === null) return scratch("there is no champion");
  if (mode === "scratch" || last === null) return scratch(`the champion is a ${champion.model}`);
  if (isDue(world)) return scratch(`the last time was ${last}`);
  return wait(`a ${model} challenges the champion, a ${champion.model}, again on ${dueDay(world)}`);
}

/** Settings that shape the weights have changed: a challenger to its former self, until one of its form is champion. */
function wayOfReshaped({ model }: Spec, world: World & { unlike: string }): Found {
  const { unlike, params: { mode }, history: { champion } } = world;
  if (mode === "scratch") return scratch("mode says so");
  if (isDue(world)) return scratch(unlike);
  const reason = `a ${model} of other settings (${unlike}) challenges ${champion?.version} again on ${
    dueDay(world)
  }`;
  return wait(reason);
}

/** In words, the first key that shapes the weights in which `spec` differs from the champion's config; null: none. */
function firstUnlike({ model, config }: Spec, before: unknown): string | null {
  const { shapedBy, config: schema }: Model = FAMILY[model];
  if (before === undefined || shapedBy.length === 0) return null;
  // Defaults of keys that came since; where the champion's keys are not known any more, what it says of itself.
  const champions = asRecord(schema.safeParse(before).data ?? before);
  const asked = asRecord(schema.parse(config));
  const key = shapedBy.find((key) => JSON.stringify(asked[key]) !== JSON.stringify(champions[key]));
  return key === undefined ? null : `${key} is ${told(asked[key])}, the champion's ${told(champions[key])}`;
}

const asRecord = (value: unknown): Record<string, unknown> => z.record(z.string(), z.unknown()).parse(value);
const told = (value: unknown) => value === undefined ? "not set" : JSON.stringify(value);

const scratch = (why: string): Found => ({ action: "scratch", reason: `from scratch: ${why}` });
const wait = (reason: string): Found => ({ action: "wait", reason });

/** Days are labels: one that is retrained more often than daily is retrained every day. */
function isDue({ params, history: { day }, last }: World): boolean {
  if (last === null) return true;
  return Date.parse(day) - Date.parse(last) >= Math.max(params.retrain_every, MS_PER_DAY);
}

function dueDay({ params, last }: World): string {
  const days = Math.max(1, Math.ceil(params.retrain_every / MS_PER_DAY));
  return new Date(Date.parse(last ?? "") + days * MS_PER_DAY).toISOString().slice(0, 10);
}
