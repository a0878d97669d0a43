/** What `deno task evaluate` is asked: its options, checked. */
import type { Protocol } from "../../models/auto/question.ts";
import { UsageError } from "../runner/errors.ts";
import { chooseModel } from "./model_choice.ts";
import { type CommandHelp, type Options, ratingFrom, wholeNumber } from "./options.ts";
import { fromCaller } from "./paths.ts";
import { parseSplit } from "./split_option.ts";

const PROTOCOLS = ["rating", "ranking", "candidates"] as const satisfies Protocol[];

export const evaluateHelp: CommandHelp = {
  name: "evaluate",
  usage: "deno task evaluate --train F.csv --test F.csv --model NAME[:PRESET] [options]",
  summary: "Fits a model on exactly the train file, answers for the test file, and prints the metrics.\n" +
    "Files are CSV with a header: userId,movieId,rating,timestamp, in any order, beside other columns.",
  options: {
    train: { value: "FILE", isPath: true, help: "what is learnt from, all of it" },
    test: { value: "FILE", isPath: true, help: "what is asked about; nothing of it is learnt from" },
    ratings: { value: "FILE", isPath: true, help: "in place of both: one file, which --split parts" },
    split: {
      value: "KIND",
      help: "time:SHARE (default time:0.2), last:COUNT or last:SHARE, random:FOLD/FOLDS, users:SHARE",
    },
    model: {
      value: "NAME[:PRESET]",
      isRequired: true,
      help: "a model of the family, or auto: chosen inside train",
    },
    set: { value: "KEY=VALUE", isList: true, help: "a hyperparameter; may stand more than once" },
    protocol: { value: "NAME", help: "rating (default), ranking, or candidates (default with --negatives)" },
    negatives: {
      value: "FILE or N",
      help:
        "what the movies of test are ranked among (candidates): userId,movieId, or so many drawn for each",
    },
    compare: {
      value: "NAME[:PRESET]",
      help: "a rival with its defaults on the same people: the difference, with a bootstrap interval",
    },
    movies: {
      value: "FILE",
      isPath: true,
      help: "the catalogue: movies.csv, movies.dat or u.item; else what the files name",
    },
    users: { value: "FILE", isPath: true, help: "demographics: users.dat or u.user" },
    predictions: { value: "FILE", isPath: true, help: "where the answers go, as CSV" },
    n: { value: "N", short: "n", help: "length of the lists, and the k of every metric (default 10)" },
    relevant: {
      value: "RATING",
      help: "what was to be found: ratings from here on, or all (default: 4 of 5; candidates: all)",
    },
    seed: { value: "N", help: "seeds all randomness (default 1)" },
    json: { help: "print one JSON object" },
  },
};

export type EvaluateRequest = ReturnType<typeof readEvaluateRequest>;

/** What the options ask for. @throws {UsageError} when that is not possible. */
export function readEvaluateRequest(options: Options) {
  const { values, lists } = options;
  const { negatives, movies, users, predictions } = values;
  const protocol = values.protocol ?? (negatives === undefined ? "rating" : "candidates");
  if (!isProtocol(protocol)) {
    throw new UsageError(
      `Cannot ask by protocol ${JSON.stringify(protocol)}: wanted ${PROTOCOLS.join(", ")}`,
    );
  }
  if ((protocol === "candidates") !== (negatives !== undefined)) {
    throw new UsageError(
      `Cannot evaluate by protocol ${protocol} ${
        negatives === undefined ? "without" : "with"
      } --negatives F.csv`,
    );
  }
  return {
    protocol,
    choice: chooseModel(values.model!, lists.set ?? []),
    rival: values.compare === undefined ? null : chooseModel(values.compare, []),
    files: {
      ...readSources(values),
      negatives: isCount(negatives) ? undefined : fromCaller(negatives),
      movies,
      users,
    },
    nNegatives: isCount(negatives) ? Number(negatives) : null,
    split: values.ratings === undefined ? null : parseSplit(values.split ?? "time"),
    predictions,
    n: wholeNumber(options, "n", { least: 1, fallback: 10 }),
    seed: wholeNumber(options, "seed", { least: 0, fallback: 1 }),
    relevant: ratingFrom(options, "relevant", { all: -Infinity }),
  };
}

/** A file that is called so has a folder in front of it: `./99`. */
function isCount(negatives: string | undefined): boolean {
  return negatives !== undefined && /^[1-9]\d{0,8}$/.test(negatives);
}

/** Either two files, or one that is split. */
function readSources({ train, test, ratings, split }: Options["values"]): { train: string; test?: string } {
  if (ratings !== undefined && train === undefined && test === undefined) return { train: ratings };
  if (ratings === undefined && split === undefined && train !== undefined && test !== undefined) {
    return { train, test };
  }
  throw new UsageError(
    `Cannot evaluate but with --train F.csv and --test F.csv, or with --ratings F.csv and --split KIND. ` +
      `Usage: ${evaluateHelp.usage}`,
  );
}

/** @throws {UsageError} when predictions would take the place of what they are made from. */
export async function refuseOverwriting({ files, predictions }: EvaluateRequest): Promise<void> {
  if (predictions === undefined) return;
  const target = await Deno.realPath(predictions).catch(() => null);
  for (const path of Object.values(files)) {
    if (target === null || path === undefined || await Deno.realPath(path).catch(() => "") !== target) {
      continue;
    }
    throw new UsageError(
      `Cannot write predictions to "${predictions}" as it is one of the files that are read`,
    );
  }
}

function isProtocol(name: string): name is Protocol {
  return PROTOCOLS.some((protocol) => protocol === name);
}
