/**
 * The best ranking that the family can give together: several retrievers' scores, weighed by a small ranker.
 *
 * Train is cut as the question was (see `validation.ts`). Inside it the retrievers are fitted, their hyperparameters
 * chosen, and the ranker learns from what people of the validation went on to choose; then the retrievers are fitted
 * again on all of train, and the ranker weighs those. What is asked about is never learnt from: only who asks, and
 * how the question was cut, is known here.
 */
import type { Dataset } from "../dataset.ts";
import { breathe } from "../breathe.ts";
import type { Fitted, Scorer } from "../model.ts";
import { createRng } from "../rng.ts";
import { fitBest } from "./best.ts";
import { createWitness, type Signal, WIDTH } from "./ranking/evidence.ts";
import { type Asked, createJudge, drawNegatives, peopleAsked } from "./ranking/judge.ts";
import { learn, type Learnt } from "./ranking/learnt.ts";
import { type Choice, fitListwise } from "./ranking/listwise.ts";
import { chooseAls, describe } from "./ranking/als.ts";
import { chooseEase, MOST_MOVIES, refitEase } from "./ranking/ease.ts";
import { fitSignals } from "./ranking/signals.ts";
import type { QuestionOptions } from "./question.ts";
import { cutLike } from "./validation.ts";

/** People of the validation: for choosing hyperparameters, and for the ranker. */
const MOST_JUDGED = 600;
const MOST_CHOOSING = 3_000;
/** Candidates of all of them together: 160 bytes each. */
const MOST_CANDIDATES = 400_000;
/** People below whom their choices would teach a ranker noise. */
const FEWEST_CHOOSING = 20;
/** Best movies of each signal that compete in the ranker's lists. */
const BEST_OF_SIGNAL = 20;
const NEGATIVES = 99;

export interface RankingOptions extends QuestionOptions {
  /** Movies with ratings up to which EASE takes part. */
  mostEaseMovies?: number;
}

/** Fits for rankings and candidates. @throws {RangeError} when train cannot be cut. */
export async function fitRanking(
  dataset: Dataset,
  { mostEaseMovies = MOST_MOVIES, ...options }: RankingOptions,
): Promise<Pick<Fitted, "scorer" | "report">> {
  const { question, seed, signal, log } = options;
  const validation = await cutLike(dataset, options);
  log(`validation: ${validation.reason}`);
  const people = peopleAsked(validation, { most: MOST_CHOOSING, seed });
  const bestAlone = (found: number) => {
    log(`${found} people chose in validation: too few for a ranker, so one model answers`);
    return fitBest(dataset, options);
  };
  if (people.length < FEWEST_CHOOSING) return await bestAlone(people.length);
  const inner = await learn(validation.train, signal);
  const rng = createRng(seed);
  const count = question.protocol === "candidates" ? Math.round(question.negatives ?? NEGATIVES) : null;
  const drawn = count === null ? null : new Map(people.map((person) => [
    person.user,
    new Set([...person.targets, ...drawNegatives(person, { learnt: inner, count, rng })]),
  ]));
  const judge = createJudge({
    learnt: inner,
    people: people.slice(0, MOST_JUDGED),
    signal,
    candidates: drawn ?? undefined,
    n: question.n,
  });
  const hasEase = await countRated(dataset, signal) <= mostEaseMovies;
  const hasLikes = inner.weighted("liked").columns.length > 0;
  if (!hasLikes) log("nobody liked anything (4 stars and more): no signal is fitted on likes");
  const ease = hasEase ? await chooseEase(inner, { ...options, judge, hasLikes }) : null;
  const als = await chooseAls(inner, { ...options, judge });
  const innerSignals = await fitSignals(inner, { ease, als, hasLikes }, options);
  const choices = await choicesOf(innerSignals, { learnt: inner, people, drawn, signal });
  const width = WIDTH * innerSignals.length;
  if (choices.length < FEWEST_CHOOSING) return await bestAlone(choices.length);
  const { weights, ridge } = fitListwise(choices, width);
  const gain = await judge(createRanking(innerSignals, { weights, learnt: inner }).retriever!(inner.moment));
  log(`ranking: ${gain.toFixed(4)} in validation`);

  const learnt = await learn(dataset, signal);
  const refitted = ease && await refitEase(learnt, ease, options);
  const signals = await fitSignals(learnt, { ease: refitted, als, hasLikes }, options);
  return {
    scorer: createRanking(signals, { weights, learnt }),
    report: {
      validation: validation.reason,
      validation_ndcg: gain,
      people: choices.length,
      ease_lambda: ease
        ? `${ease.all.ridge} (all), ${ease.liked?.ridge ?? "none"} (liked)`
        : "none: too many movies",
      als: describe(als),
      ridge,
      weights: signals.map(({ name }, s) =>
        `${name}: ${weights[2 * s].toFixed(2)} ${weights[2 * s + 1].toFixed(2)}`
      )
        .join("; "),
    },
  };
}

/** Movies that somebody rated: of the whole, as the same signals must stand on it as on its part. */
async function countRated(dataset: Dataset, signal: AbortSignal): Promise<number> {
  const rated = new Set<number>();
  for await (const { movies } of dataset.ratings()) {
    for (const movie of movies) rated.add(movie);
    await breathe(signal);
  }
  return rated.size;
}

interface Choosing {
  learnt: Learnt;
  people: readonly Asked[];
  drawn: ReadonlyMap<number, ReadonlySet<number>> | null;
  signal: AbortSignal;
}

/** Each person's candidates: those drawn, or the best of every signal; targets first. */
async function choicesOf(
  signals: readonly Signal[],
  { learnt, people, drawn, signal }: Choosing,
): Promise<Choice[]> {
  const nMovies = learnt.movieIds.length;
  const width = WIDTH * signals.length;
  const witness = createWitness(signals, nMovies);
  const choices: Choice[] = [];
  let nCandidates = 0;
  for (const { user, targets } of people) {
    if (nCandidates > MOST_CANDIDATES) break;
    const { values, isSeen } = witness(learnt.moment, user);
    const candidates = drawn?.get(user) ?? bestOfEach(values, isSeen, signals.length);
    const found = targets.filter((movie) => candidates.has(movie));
    const others = [...candidates].filter((movie) => !targets.includes(movie));
    if (found.length > 0 && others.length > 0) {
      const evidence = new Float32Array((found.length + others.length) * width);
      [...found, ...others].forEach((movie, i) => {
        for (let f = 0; f < width; f++) evidence[i * width + f] = values[f * nMovies + movie];
      });
      nCandidates += found.length + others.length;
      choices.push({ nTargets: found.length, evidence });
    }
    await breathe(signal);
  }
  return choices;
}

/** The movies that some signal ranks among its best. */
function bestOfEach(values: Float32Array, isSeen: Uint8Array, nSignals: number): Set<number> {
  const least = -Math.log2(1 + BEST_OF_SIGNAL) / 3;
  const best = new Set<number>();
  for (let movie = 0; movie < isSeen.length; movie++) {
    if (isSeen[movie]) continue;
    for (let s = 0; s < nSignals; s++) {
      if (values[(s * WIDTH + 1) * isSeen.length + movie] > least) best.add(movie);
    }
  }
  return best;
}

/** Scores by the ranker; who has no history gets what was popular at the end of train, or around their time. */
function createRanking(
  signals: readonly Signal[],
  { weights, learnt }: { weights: Float64Array; learnt: Learnt },
): Scorer {
  const newcomers = signals[signals.length - 1];
  return {
    model: "ranking",
    retriever() {
      const nMovies = learnt.movieIds.length;
      const witness = createWitness(signals, nMovies);
      return (moment, user, out) => {
        if (moment.histories.of(user).movies.length === 0) return newcomers.retrieve(moment, user, out);
        const { values } = witness(moment, user);
        out.fill(0);
        weights.forEach((weight, f) => {
          for (let movie = 0, at = f * nMovies; movie < nMovies; movie++) out[movie] += weight * values[at++];
        });
      };
    },
  };
}
