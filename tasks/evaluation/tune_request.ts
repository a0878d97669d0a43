/** What `deno task tune` is asked: its options, checked, and the configs that follow from them. */
import type { Protocol } from "../../models/auto/question.ts";
import type { Model } from "../../models/model.ts";
import { createRng, hash32 } from "../../models/rng.ts";
import { drawConfig, openSpace, type SearchSpace } from "../../models/search_space.ts";
import { UsageError } from "../runner/errors.ts";
import { parseDuration } from "../runner/manifest/duration.ts";
import { checkConfig, modelOf, parseSettings } from "./model_choice.ts";
import { type CommandHelp, type Options, ratingFrom, wholeNumber } from "./options.ts";
import { parseSplit } from "./split_option.ts";

export const tuneHelp: CommandHelp = {
  name: "tune",
  usage: "deno task tune --train F.csv --model NAME[:PRESET] [options]",
  summary: "Searches hyperparameters inside the train file, and prints the best as --set words.\n" +
    "Seeded random search with successive halving: many on few people, the better third on three times as many.",
  options: {
    train: {
      value: "FILE",
      isPath: true,
      isRequired: true,
      help: "ratings, of which a part is asked about; CSV as for evaluate",
    },
    model: { value: "NAME[:PRESET]", isRequired: true, help: "a model of the family" },
    set: {
      value: "KEY=VALUE",
      isList: true,
      help: "a hyperparameter that stays as it is; may stand more than once",
    },
    protocol: { value: "NAME", help: "rating (RMSE, default) or ranking (nDCG@n)" },
    split: {
      value: "KIND",
      help: "how train is cut: time:SHARE (default time:0.2), last:…, random:…, users:…",
    },
    like: {
      value: "FILE",
      isPath: true,
      help: "cut train as this test file was cut; only its users and times are looked at",
    },
    movies: { value: "FILE", isPath: true, help: "the catalogue, as for evaluate" },
    users: { value: "FILE", isPath: true, help: "demographics, as for evaluate" },
    trials: { value: "N", help: "configs to try, the defaults first (default 20)" },
    budget: { value: "TIME", help: "begin no trial after this, as 10m or 1h30m (default: no end)" },
    resume: { value: "FILE", isPath: true, help: "journal: begun if it is not there, else gone on with" },
    n: { value: "N", short: "n", help: "length of the lists of ranking (default 10)" },
    relevant: {
      value: "RATING",
      help: "ranking: what was to be found, ratings from here on (default: 4 of 5)",
    },
    seed: { value: "N", help: "seeds draws, cuts and fits (default 1)" },
    json: { help: "print one JSON object" },
  },
};

export type TuneRequest = ReturnType<typeof readTuneRequest>;

/** What the options ask for. @throws {UsageError} when that is not possible. */
export function readTuneRequest(options: Options) {
  const { values, lists } = options;
  const [name, preset] = values.model!.split(":", 2);
  const model = modelOf(name);
  const fixed = { ...(preset === undefined ? {} : { preset }), ...parseSettings(lists.set ?? []) };
  checkConfig(values.model!, model, fixed);
  const protocol = values.protocol ?? "rating";
  if (protocol !== "rating" && protocol !== "ranking") {
    throw new UsageError(`Cannot tune by protocol ${JSON.stringify(protocol)}: wanted rating or ranking`);
  }
  if (values.like !== undefined && values.split !== undefined) {
    throw new UsageError("Cannot cut train by both --like and --split");
  }
  const budgetMs = values.budget === undefined ? Infinity : parseDuration(values.budget);
  if (budgetMs === undefined) {
    throw new UsageError(
      `Cannot read option "budget" as it should be a time, as 10m: found ${values.budget}`,
    );
  }
  return {
    name: values.model!,
    model,
    fixed,
    space: spaceOf(model, fixed),
    protocol: protocol satisfies Protocol as "rating" | "ranking",
    files: { train: values.train!, test: values.like, movies: values.movies, users: values.users },
    split: parseSplit(values.split ?? "time"),
    nTrials: wholeNumber(options, "trials", { least: 1, fallback: 20 }),
    budgetMs,
    resume: values.resume,
    relevant: ratingFrom(options, "relevant"),
    n: wholeNumber(options, "n", { least: 1, fallback: 10 }),
    seed: wholeNumber(options, "seed", { least: 0, fallback: 1 }),
  };
}

/** @throws {UsageError} when there is nothing to try. */
function spaceOf(model: Model, fixed: Record<string, unknown>): SearchSpace {
  const space = openSpace(model, fixed);
  if (Object.keys(space).length > 0) return space;
  throw new UsageError(
    "Cannot tune as there is nothing left to try: this model declares no other hyperparameter",
  );
}

/** Trial 0 is the defaults; every other one is drawn by its number alone, so a longer search begins with the same. */
export function configOf({ space, fixed, seed }: TuneRequest, trial: number): Record<string, unknown> {
  return trial === 0 ? fixed : { ...fixed, ...drawConfig(space, createRng(hash32(seed, trial))) };
}
