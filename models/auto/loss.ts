/** How badly a fitted scorer answers a validation: what choices and searches make small. */
import { listFor, predictPairs } from "../evaluation/frozen.ts";
import { ndcgAt, rmse } from "../evaluation/metrics.ts";
import type { Scorer } from "../model.ts";
import type { Moment, Ratings } from "../ratings.ts";
import type { Question } from "./question.ts";

const LENGTH_OF_LISTS = 10;

export interface Judging {
  /** The truth: what was given for what is asked about. */
  asked: Ratings;
  question: Question;
  /** As of before it. */
  moment: Moment;
  signal: AbortSignal;
}

/**
 * RMSE in stars, clipped to the scale, or 1 − nDCG@n over the people with something to be found among all movies;
 * null: `scorer` has no such answer. Candidates are judged as full lists: which they will be among is not known.
 */
export async function lossOf(scorer: Scorer, judging: Judging): Promise<number | null> {
  if (judging.question.protocol === "rating") {
    return scorer.predict ? await ratingLoss(scorer, judging) : null;
  }
  return scorer.retriever ? await rankingLoss(scorer, judging) : null;
}

async function ratingLoss(scorer: Scorer, { asked, question, moment, signal }: Judging): Promise<number> {
  const pairs = { users: asked.users, movies: asked.movies, ratedAt: question.ratedAt };
  const predicted = await predictPairs(scorer, { moment, pairs, signal });
  return rmse(predicted.map((stars) => Math.min(5, Math.max(0.5, stars))), asked.ratings);
}

async function rankingLoss(scorer: Scorer, { asked, question, moment, signal }: Judging): Promise<number> {
  const n = question.n ?? LENGTH_OF_LISTS;
  const targets = targetsOf(asked, question.relevantFrom);
  const lists = await listFor(scorer, { moment, people: targets.keys(), n, signal });
  let gain = 0;
  for (const [user, liked] of targets) gain += ndcgAt(lists.get(user)!.movies, liked, n);
  return 1 - gain / targets.size;
}

/** Movies to be found by person: those of `asked` with `relevantFrom` stars or more. */
export function targetsOf(
  { length, users, movies, ratings }: Ratings,
  relevantFrom = -Infinity,
): Map<number, Set<number>> {
  const targets = new Map<number, Set<number>>();
  for (let row = 0; row < length; row++) {
    if (ratings[row] < relevantFrom) continue;
    targets.set(users[row], (targets.get(users[row]) ?? new Set()).add(movies[row]));
  }
  return targets;
}
