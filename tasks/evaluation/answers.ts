/** What a fitted model answers to the files' question, by protocol: rows to write, and figures to print. */
import type { Protocol, Question } from "../../models/auto/question.ts";
import { listFor, predictPairs, scorePairs } from "../../models/evaluation/frozen.ts";
import {
  catalogueFigures,
  type Figure,
  listFigures,
  ratingFigures,
  type Targets,
} from "../../models/evaluation/frozen_quality.ts";
import { slicesOf } from "../../models/evaluation/slicing.ts";
import type { Scorer } from "../../models/model.ts";
import type { Moment } from "../../models/ratings.ts";
import { scoreText } from "./predictions_file.ts";
import { LEAST_STARS } from "./scale.ts";
import type { Asked, EvaluationWorld } from "./world.ts";

export interface Answers {
  header: string;
  rows(): Iterable<string>;
  figures: Figure[];
  /** By person (position), of `ranking` and `candidates`: positions of movies, best first. */
  lists?: ReadonlyMap<number, { movies: Int32Array }>;
  /** Of `rating`: one a row of test, on the scale of the file. */
  predicted?: Float64Array;
}

export interface AnswerOptions {
  protocol: Protocol;
  world: EvaluationWorld & { test: Asked };
  /** As of the end of train. */
  moment: Moment;
  /** On the scale of the file; −∞: everything. */
  likedFrom: number;
  n: number;
  signal: AbortSignal;
}

export async function answer(scorer: Scorer, options: AnswerOptions): Promise<Answers> {
  const by = { rating: predictRatings, ranking: rankAll, candidates: rankCandidates };
  return await by[options.protocol](scorer, options);
}

/** Every row of test, in the order of the file, clipped to train's scale. */
async function predictRatings(scorer: Scorer, options: AnswerOptions): Promise<Answers> {
  const { world: { test, scale, dataset }, moment, signal } = options;
  const stars = await predictPairs(scorer, { moment, pairs: test, signal });
  const predicted = stars.map((value) => scale.fromStars(value));
  const figures = ratingFigures(
    { pairs: test, predicted, actual: test.ratings, likedFrom: likedStars(options) },
    slicesOfQuestion(options),
  );
  const { users, catalogue: { movies } } = dataset;
  return {
    header: "userId,movieId,score",
    *rows() {
      for (let row = 0; row < predicted.length; row++) {
        yield `${users.ids[test.users[row]]},${movies.ids[test.movies[row]]},${scoreText(predicted[row])}`;
      }
    },
    figures,
    predicted,
  };
}

/** One list for every person of test, by ascending id; no movie of their train is in it. */
async function rankAll(scorer: Scorer, options: AnswerOptions): Promise<Answers> {
  const { world: { dataset: { users, catalogue }, test }, moment, n, signal } = options;
  const people = [...new Set(test.users)].sort((a, b) => users.ids[a] - users.ids[b]);
  const lists = await listFor(scorer, { moment, people, n, signal });
  const figures = [
    ...listFigures({ lists, targets: targetsOf(options), n }, slicesOfQuestion(options)),
    ...catalogueFigures({ lists }, moment),
  ];
  return {
    header: "userId,rank,movieId,score",
    *rows() {
      for (const [user, { movies, scores }] of lists) {
        for (let i = 0; i < movies.length; i++) {
          yield `${users.ids[user]},${i + 1},${catalogue.movies.ids[movies[i]]},${scoreText(scores[i])}`;
        }
      }
    },
    figures,
    lists,
  };
}

/** Each person's own candidates: the movies to be found and the negatives, in the order of the files, each once. */
async function rankCandidates(scorer: Scorer, options: AnswerOptions): Promise<Answers> {
  const { world: { dataset: { users, catalogue: { movies } } }, moment, n, signal } = options;
  const candidates = candidatesOf(options.world);
  const scores = await scorePairs(scorer, { moment, pairs: candidates, signal });
  const lists = ordered(candidates, scores, movies.ids);
  const targets = targetsOf(options);
  const figures = listFigures({ lists, targets, n, prefix: "sampled_" }, slicesOfQuestion(options));
  return {
    header: "userId,movieId,score",
    *rows() {
      for (let row = 0; row < scores.length; row++) {
        yield `${users.ids[candidates.users[row]]},${movies.ids[candidates.movies[row]]},${
          scoreText(scores[row])
        }`;
      }
    },
    figures,
    lists,
  };
}

function candidatesOf({ test, negatives, dataset }: AnswerOptions["world"]) {
  const nMovies = dataset.catalogue.movies.size;
  const pairs = new Set<number>();
  for (const { users, movies } of [test, ...negatives ? [negatives] : []]) {
    users.forEach((user, row) => pairs.add(user * nMovies + movies[row]));
  }
  return {
    users: Int32Array.from(pairs, (pair) => Math.floor(pair / nMovies)),
    movies: Int32Array.from(pairs, (pair) => pair % nMovies),
  };
}

/** Best first; equal scores by ascending movie id, as in every list. */
function ordered(
  { users, movies }: { users: Int32Array; movies: Int32Array },
  scores: Float64Array,
  ids: Int32Array,
): Map<number, { movies: Int32Array }> {
  const rows = new Map<number, number[]>();
  users.forEach((user, row) => {
    const own = rows.get(user);
    if (own) own.push(row);
    else rows.set(user, [row]);
  });
  const better = (a: number, b: number) => scores[b] - scores[a] || ids[movies[a]] - ids[movies[b]];
  return new Map(Array.from(rows, ([user, own]) => [
    user,
    { movies: Int32Array.from(own.sort(better), (row) => movies[row]) },
  ]));
}

/** What is to be found of each person: what they liked in test and had not rated in train. */
export function targetsOf({ protocol, world: { test }, moment, likedFrom }: AnswerOptions): Targets {
  const targets = new Map<number, Set<number>>();
  const seen = new Map<number, Set<number>>();
  for (let row = 0; row < test.users.length; row++) {
    const [user, movie] = [test.users[row], test.movies[row]];
    if (!(test.ratings[row] >= likedFrom)) continue;
    if (!seen.has(user)) seen.set(user, new Set(moment.histories.of(user).movies));
    if (protocol === "ranking" && seen.get(user)!.has(movie)) continue;
    targets.set(user, (targets.get(user) ?? new Set()).add(movie));
  }
  return targets;
}

function slicesOfQuestion({ world: { test, genres }, moment }: AnswerOptions) {
  return slicesOf(moment, { people: test.users, genres });
}

/** For the AUC there must be something to like: where everything is a target, from 4 of 5 on. */
function likedStars({ likedFrom, world: { scale } }: AnswerOptions): number {
  return Number.isFinite(likedFrom) ? likedFrom : 0.8 * scale.max;
}

/** The question of `test` for who fits: users and times, on the models' scale. */
export function questionOf(
  { protocol, world: { test, negatives, scale }, likedFrom, n }: Omit<AnswerOptions, "moment" | "signal">,
): Question {
  return {
    protocol,
    users: test.users,
    ratedAt: test.ratedAt,
    relevantFrom: Number.isFinite(likedFrom) ? scale.toStars(likedFrom) : LEAST_STARS,
    n,
    negatives: negatives ? negatives.users.length / test.users.length : undefined,
  };
}
