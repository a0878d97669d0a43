/** `deno task evaluate`: fits on exactly one file, answers what another asks, and says how good that was. */
import type { Protocol } from "../../models/auto/question.ts";
import { momentAfter } from "../../models/evaluation/frozen.ts";
import type { Scorer } from "../../models/model.ts";
import { observe } from "../../models/ratings.ts";
import { UsageError } from "../runner/errors.ts";
import { answer, type AnswerOptions, questionOf } from "./answers.ts";
import { drawNegatives } from "./negatives.ts";
import { compute } from "./compute.ts";
import { fromCaller } from "./paths.ts";
import { measured } from "./measured.ts";
import { chooseModel, type ModelChoice } from "./model_choice.ts";
import { type CommandHelp, type Options, wholeNumber } from "./options.ts";
import { openPredictions } from "./predictions_file.ts";
import { type Result, resultJson, resultText } from "./report.ts";
import { likedFrom } from "./scale.ts";
import { parseSplit, splitWorld } from "./split_option.ts";
import { type Asked, type EvaluationWorld, readWorld } from "./world.ts";

export interface World {
  out(text: string): void;
  say(line: string): void;
  signal: AbortSignal;
}

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

/** Runs the command; what is wrong with options and files shows before anything is fitted. */
export async function evaluate(options: Options, { out, say, signal }: World): Promise<void> {
  const asked = readRequest(options);
  await refuseOverwriting(asked);
  await using predictions = asked.predictions === undefined ? null : await openPredictions(asked.predictions);
  say(`reading ${Object.values(asked.files).filter((path) => path !== undefined).join(", ")}`);
  const world = withTest(await readWorld(asked.files, signal), asked);
  const answering = { ...asked, world, likedFrom: asked.relevant ?? defaultLikedFrom(asked.protocol, world) };
  say(`fitting ${asked.choice.name} on ${world.train.length} ratings`);
  const fitted = await measured(() => fit(asked.choice, answering, { seed: asked.seed, say, signal }));
  const { scorer, report } = fitted.value;
  refuseSilence(scorer, asked);
  say("answering");
  const moment = await momentAfter(world.dataset, signal);
  for (let row = 0; row < world.known.length; row++) observe(moment, world.known, row);
  const answers = await measured(() => answer(scorer, { ...answering, moment, signal }));
  if (!answers.value.figures.some(({ error }) => error !== undefined)) {
    say("nothing is to be found in test: no person has a target");
  }
  const nRows = await predictions?.write(answers.value.header, answers.value.rows());
  const result: Result = {
    protocol: asked.protocol,
    model: asked.choice.name,
    config: asked.choice.config,
    seed: asked.seed,
    data: describeData(asked, world),
    relevant_from: Number.isFinite(answering.likedFrom) ? answering.likedFrom : null,
    candidates: describeCandidates(asked.protocol, world),
    fit: { ...fitted.spent, report },
    answer: answers.spent,
    predictions: nRows === undefined ? null : { file: asked.predictions!, rows: nRows },
    figures: answers.value.figures,
  };
  out(options.switches.has("json") ? `${resultJson(result)}\n` : resultText(result));
}

function readRequest(options: Options) {
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
    relevant: readRelevant(values.relevant),
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
async function refuseOverwriting({ files, predictions }: ReturnType<typeof readRequest>): Promise<void> {
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

function readRelevant(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text === "all") return -Infinity;
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw new UsageError(
    `Cannot read option "relevant" as it should be a rating, or all: found ${JSON.stringify(text)}`,
  );
}

function defaultLikedFrom(protocol: Protocol, { scale }: EvaluationWorld): number {
  return protocol === "candidates" ? -Infinity : likedFrom(scale);
}

type TestWorld = EvaluationWorld & { test: Asked };

function withTest(
  files: EvaluationWorld,
  { split, seed, nNegatives }: ReturnType<typeof readRequest>,
): TestWorld {
  const world = split === null ? files : splitWorld(files, split, seed);
  const { test } = world;
  if (test === null) throw new UsageError("Cannot evaluate without --test F.csv");
  if (nNegatives === null) return { ...world, test };
  return { ...world, test, negatives: drawNegatives({ ...world, test }, { count: nNegatives, seed }) };
}

function fit(
  choice: ModelChoice,
  answering: Omit<AnswerOptions, "moment" | "signal">,
  { seed, say, signal }: { seed: number } & Omit<World, "out">,
) {
  const question = questionOf(answering);
  const { dataset } = answering.world;
  return choice.fit(dataset, {
    seed,
    signal,
    question,
    log: say,
    progress: progressOf(say),
    compute: compute(),
  });
}

/** At most a line every ten percent. */
function progressOf(say: (line: string) => void): (done: number, total: number) => void {
  let tenths = 0;
  return (done, total) => {
    const now = Math.floor(10 * done / total);
    if (now > tenths) say(`  ${10 * now} %`);
    tenths = Math.max(tenths, now);
  };
}

function refuseSilence(
  { predict, retriever }: Scorer,
  { protocol, choice }: ReturnType<typeof readRequest>,
): void {
  if (predict || (protocol !== "rating" && retriever)) return;
  throw new UsageError(
    `Cannot answer by protocol ${protocol} with "${choice.name}" as it only ranks. Next: --protocol ranking`,
  );
}

function describeData({ files: { train, test }, split }: ReturnType<typeof readRequest>, world: TestWorld) {
  const people = (users: Int32Array) => new Set(users).size;
  const known = new Set(world.train.users);
  const cold = world.test.users.reduce((n, user) => n + (known.has(user) ? 0 : 1), 0);
  return {
    train: `${train}: ${world.train.length} ratings of ${known.size} people`,
    test: `${test ?? `split by ${split?.kind}`}: ${world.test.users.length} rows of ${
      people(world.test.users)
    } people, ${cold} of newcomers`,
    movies: `${world.dataset.catalogue.movies.size} in the catalogue`,
  };
}

function describeCandidates(protocol: Protocol, { negatives, test, dataset }: TestWorld): string | null {
  if (protocol === "rating") return null;
  if (negatives === null) return `full: all unseen of ${dataset.catalogue.movies.size} movies`;
  const each = (negatives.users.length / test.users.length).toFixed(1);
  return `sampled: each among its person's given candidates, ${each} negatives a row of test`;
}
