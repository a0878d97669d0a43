/** `deno task evaluate`: fits on exactly one file, answers what another asks, and says how good that was. */
import type { Protocol } from "../../models/auto/question.ts";
import { momentAfter } from "../../models/evaluation/frozen.ts";
import type { Scorer } from "../../models/model.ts";
import { observe } from "../../models/ratings.ts";
import { UsageError } from "../runner/errors.ts";
import { answer, type AnswerOptions, questionOf, targetsOf } from "./answers.ts";
import { drawNegatives } from "./negatives.ts";
import { compareAnswers } from "./compare.ts";
import { compute } from "./compute.ts";
import { measured } from "./measured.ts";
import { AUTO, type ModelChoice } from "./model_choice.ts";
import { type EvaluateRequest, readEvaluateRequest, refuseOverwriting } from "./evaluate_request.ts";
import type { Options } from "./options.ts";
import { openPredictions } from "./predictions_file.ts";
import { type Result, resultJson, resultText } from "./report.ts";
import { likedFrom } from "./scale.ts";
import { splitWorld } from "./split_option.ts";
import { type Asked, type EvaluationWorld, readWorld } from "./world.ts";

export interface World {
  out(text: string): void;
  say(line: string): void;
  signal: AbortSignal;
}

/** Runs the command; what is wrong with options and files shows before anything is fitted. */
export async function evaluate(options: Options, { out, say, signal }: World): Promise<void> {
  const asked = readEvaluateRequest(options);
  await refuseOverwriting(asked);
  await using predictions = asked.predictions === undefined ? null : await openPredictions(asked.predictions);
  say(`reading ${Object.values(asked.files).filter((path) => path !== undefined).join(", ")}`);
  const world = withTest(await readWorld(asked.files, signal), asked);
  const answering = { ...asked, world, likedFrom: asked.relevant ?? defaultLikedFrom(asked.protocol, world) };
  const fitted = await answerWith(asked.choice, { asked, answering, say, signal });
  const { answers } = fitted;
  if (!answers.value.figures.some(({ error }) => error !== undefined)) {
    say("nothing is to be found in test: no person has a target");
  }
  const rival = asked.rival && await answerWith(asked.rival, { asked, answering, say, signal });
  const nRows = await predictions?.write(answers.value.header, answers.value.rows());
  const result: Result = {
    protocol: asked.protocol,
    model: asked.choice.name,
    config: asked.choice.config,
    seed: asked.seed,
    data: describeData(asked, world),
    relevant_from: Number.isFinite(answering.likedFrom) ? answering.likedFrom : null,
    candidates: describeCandidates(asked.protocol, world),
    fit: fitted.fit,
    answer: answers.spent,
    predictions: nRows === undefined ? null : { file: asked.predictions!, rows: nRows },
    figures: answers.value.figures,
    comparison: rival === null ? undefined : compareAnswers(answers.value, {
      rival: { name: asked.rival!.name, answers: rival.answers.value },
      test: world.test,
      targets: targetsOf({ ...answering, moment: fitted.moment, signal }),
      n: asked.n,
      seed: asked.seed,
      isSampled: asked.protocol === "candidates",
    }),
  };
  out(options.switches.has("json") ? `${resultJson(result)}\n` : resultText(result));
}

interface Answering {
  asked: EvaluateRequest;
  answering: Omit<AnswerOptions, "moment" | "signal">;
  say(line: string): void;
  signal: AbortSignal;
}

/** Fits `choice` on train, and has it answer as of train's end. */
async function answerWith(choice: ModelChoice, { asked, answering, say, signal }: Answering) {
  const { world } = answering;
  say(`fitting ${choice.name} on ${world.train.length} ratings`);
  if (choice.name === AUTO && world.known.length > 0) {
    say("auto chooses what is best for people of whom nothing is known: of these, older ratings are");
  }
  const { value: { scorer, report }, spent } = await measured(() =>
    fit(choice, answering, { seed: asked.seed, say, signal })
  );
  refuseSilence(scorer, { protocol: asked.protocol, choice });
  say("answering");
  const moment = await momentAfter(world.dataset, signal);
  for (let row = 0; row < world.known.length; row++) observe(moment, world.known, row);
  const answers = await measured(() => answer(scorer, { ...answering, moment, signal }));
  return { fit: { ...spent, report }, answers, moment };
}

function defaultLikedFrom(protocol: Protocol, { scale }: EvaluationWorld): number {
  return protocol === "candidates" ? -Infinity : likedFrom(scale);
}

type TestWorld = EvaluationWorld & { test: Asked };

function withTest(
  files: EvaluationWorld,
  { split, seed, nNegatives }: EvaluateRequest,
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
  { protocol, choice }: { protocol: Protocol; choice: ModelChoice },
): void {
  if (predict || (protocol !== "rating" && retriever)) return;
  throw new UsageError(
    `Cannot answer by protocol ${protocol} with "${choice.name}" as it only ranks. Next: --protocol ranking`,
  );
}

function describeData({ files: { train, test }, split }: EvaluateRequest, world: TestWorld) {
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
