/**
 * `--compare NAME[:PRESET]`: is the model better than a rival on these people, or was it their luck?
 *
 * Both answer the same question; people are drawn again and again with all that both made of them, so that what both
 * find hard cancels out. For rating the RMSE is compared, else nDCG@n over the people with something to be found.
 */
import { ndcgAt } from "../../models/evaluation/metrics.ts";
import { bootstrap, type Pairs } from "../../models/gate/bootstrap.ts";
import type { Targets } from "../../models/evaluation/frozen_quality.ts";
import type { Answers } from "./answers.ts";
import type { Comparison } from "./report.ts";
import type { Asked } from "./world.ts";

const RESAMPLES = 2_000;
/** Each end of the interval: together they hold in 95 %. */
const CONFIDENCE = 0.975;

export interface CompareOptions {
  rival: { name: string; answers: Answers };
  test: Asked;
  targets: Targets;
  n: number;
  seed: number;
  /** Whether the lists are orders of drawn candidates: their nDCG is not that of all movies. */
  isSampled?: boolean;
}

/** Model minus rival. Below 0 is better for an RMSE, above 0 for nDCG. */
export function compareAnswers(
  answers: Answers,
  { rival, test, targets, n, seed, isSampled = false }: CompareOptions,
): Comparison {
  const isRating = answers.predicted !== undefined;
  const pairs = isRating
    ? squares(answers, rival.answers, test)
    : gains(answers, rival.answers, { targets, n });
  const measure = isRating ? "rmse" : "ndcg";
  const { harm, low, high } = bootstrap(pairs, {
    measure,
    seed,
    resamples: RESAMPLES,
    confidence: CONFIDENCE,
  });
  // Harm is how much worse the model is: the difference itself for an error, its opposite for a gain.
  const [difference, from, to] = isRating ? [harm, low, high] : [-harm, -high, -low];
  const people = pairs.weights.length;
  const metric = isRating ? "rmse" : `${isSampled ? "sampled_" : ""}ndcg@${n}`;
  return {
    rival: rival.name,
    metric,
    difference,
    low: from,
    high: to,
    confidence: 2 * CONFIDENCE - 1,
    people,
  };
}

function squares(answers: Answers, rival: Answers, { users, ratings }: Asked): Pairs {
  const places = new Map<number, number>();
  for (const user of users) if (!places.has(user)) places.set(user, places.size);
  const room = () => new Float64Array(places.size);
  const pairs = { weights: room(), candidate: room(), rival: room() };
  users.forEach((user, row) => {
    const place = places.get(user)!;
    pairs.weights[place]++;
    pairs.candidate[place] += (answers.predicted![row] - ratings[row]) ** 2;
    pairs.rival[place] += (rival.predicted![row] - ratings[row]) ** 2;
  });
  return pairs;
}

function gains(answers: Answers, rival: Answers, { targets, n }: { targets: Targets; n: number }): Pairs {
  const people = Array.from(targets).filter(([, liked]) => liked.size > 0);
  const of = ({ lists }: Answers) =>
    Float64Array.from(people, ([user, liked]) => ndcgAt(lists!.get(user)?.movies ?? [], liked, n));
  return { weights: new Float64Array(people.length).fill(1), candidate: of(answers), rival: of(rival) };
}
