/** `--model NAME[:PRESET] --set key=value …` as a model and its checked hyperparameters. */
import { z } from "zod";
import { type Answerer, fitAuto } from "../../models/auto/auto.ts";
import type { Question, QuestionOptions } from "../../models/auto/question.ts";
import type { Dataset } from "../../models/dataset.ts";
import { FAMILY } from "../../models/family.ts";
import type { FitOptions, Model } from "../../models/model.ts";
import { UsageError } from "../runner/errors.ts";
import { nearest } from "../../models/nearest.ts";

/** Stands for the best answer of the whole family. */
export const AUTO = "auto";

export interface ModelChoice {
  /** As it was asked for: "two_tower:content". */
  name: string;
  /** What was set, as given; the model's defaults fill the rest. */
  config: Record<string, unknown>;
  fit(dataset: Dataset, options: FitOptions & { question: Question }): Promise<Answerer>;
}

/** @throws {UsageError} on a model that is not there, or hyperparameters that it does not take. */
export function chooseModel(asked: string, settings: readonly string[]): ModelChoice {
  if (asked === AUTO) {
    if (settings.length > 0) {
      throw new UsageError(`Cannot set ${settings[0]} as --model auto finds its own hyperparameters`);
    }
    const fit = (dataset: Dataset, options: QuestionOptions) => fitAuto(dataset, options);
    return { name: asked, config: {}, fit };
  }
  const [name, preset] = asked.split(":", 2);
  const model = modelOf(name, [AUTO]);
  const config = { ...(preset === undefined ? {} : { preset }), ...parseSettings(settings) };
  checkConfig(asked, model, config);
  return { name: asked, config, fit: (dataset, options) => model.fit(dataset, config, options) };
}

/** The model of the family called `name`. @throws {UsageError} when there is none, naming what else could be meant. */
export function modelOf(name: string, others: readonly string[] = []): Model {
  const family: Readonly<Record<string, Model>> = FAMILY;
  if (Object.hasOwn(family, name)) return family[name];
  const names = [...Object.keys(family), ...others];
  const best = nearest(name, names);
  throw new UsageError(
    `Cannot take model ${JSON.stringify(name)} as there is none: wanted ${names.join(", ")}` +
      (best ? `. Did you mean "${best}"?` : ""),
  );
}

/** `["a=1", "b.c=true"]` as `{ a: 1, b: { c: true } }`: values are JSON, or else text. */
export function parseSettings(settings: readonly string[]): Record<string, unknown> {
  const config: Record<string, unknown> = {};
  for (const setting of settings) {
    const equals = setting.indexOf("=");
    if (equals < 1) {
      throw new UsageError(`Cannot read --set ${JSON.stringify(setting)}: wanted key=value`);
    }
    const path = setting.slice(0, equals).split(".");
    let place = config;
    for (const key of path.slice(0, -1)) place = inner(place, key);
    place[path[path.length - 1]] = valueOf(setting.slice(equals + 1));
  }
  return config;
}

function inner(place: Record<string, unknown>, key: string): Record<string, unknown> {
  const found = place[key];
  if (typeof found === "object" && found !== null && !Array.isArray(found)) {
    return found as Record<string, unknown>;
  }
  const made: Record<string, unknown> = {};
  place[key] = made;
  return made;
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** @throws {UsageError} that names every key that is wrong, and the one that was probably meant. */
export function checkConfig(asked: string, model: Model, config: Record<string, unknown>): void {
  const { error } = model.config.safeParse(config);
  if (error === undefined) return;
  const problems = error.issues.map((issue) => {
    if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(key, model)).join("; ");
    return issue.path.length > 0 ? `${issue.path.join(".")}: ${issue.message}` : issue.message;
  });
  throw new UsageError(`Cannot fit ${JSON.stringify(asked)} with these settings: ${problems.join("; ")}`);
}

function unknownKey(key: string, { config }: Model): string {
  const best = nearest(key, keysOf(z.toJSONSchema(config, { io: "input", unrepresentable: "any" })));
  return `there is no ${JSON.stringify(key)}${best ? `, did you mean "${best}"?` : ""}`;
}

/** Of an object, or of a union of them. */
function keysOf({ properties = {}, anyOf = [], oneOf = [] }: z.core.JSONSchema.BaseSchema): string[] {
  return [...Object.keys(properties), ...[...anyOf, ...oneOf].flatMap((form) => keysOf(form))];
}
