/** Who is asked in validation, and how a retriever alone is judged: by nDCG@n of what the question wants found. */
import { breathe } from "../../breathe.ts";
import { ndcgAt } from "../../evaluation/metrics.ts";
import type { Retriever } from "../../model.ts";
import { hash32, type Rng } from "../../rng.ts";
import { topN } from "../../top_n.ts";
import type { Validation } from "../validation.ts";
import type { Learnt } from "./learnt.ts";

/** n, where the question says nothing. */
const LENGTH = 10;
const PEOPLE_PER_BREATH = 16;

/** One person of the validation. */
export interface Asked {
  user: number;
  /** Movies to be found, and others that are asked about but were not liked. */
  targets: number[];
  others: number[];
}

/** nDCG@n over everybody asked; higher is better. */
export type Judge = (retrieve: Retriever) => Promise<number>;

/** At most `most` people with targets, drawn and ordered by `seed`. */
export function peopleAsked(
  { asked, question: { relevantFrom = -Infinity } }: Validation,
  { most, seed }: { most: number; seed: number },
): Asked[] {
  const people = new Map<number, Asked>();
  for (let row = 0; row < asked.length; row++) {
    const user = asked.users[row];
    let person = people.get(user);
    if (person === undefined) people.set(user, person = { user, targets: [], others: [] });
    const isTarget = asked.ratings[row] >= relevantFrom;
    (isTarget ? person.targets : person.others).push(asked.movies[row]);
  }
  return [...people.values()]
    .filter(({ targets }) => targets.length > 0)
    .sort((a, b) => hash32(seed, a.user) - hash32(seed, b.user))
    .slice(0, most);
}

/** Movies that `person` could be shown beside each target: drawn among those that somebody rated and they did not. */
export function drawNegatives(
  person: Asked,
  { learnt, count, rng }: { learnt: Learnt; count: number; rng: Rng },
): number[] {
  const taken = new Set([
    ...learnt.moment.histories.of(person.user).movies,
    ...person.targets,
    ...person.others,
  ]);
  const drawn: number[] = [];
  for (let tries = 0; drawn.length < count && tries < 20 * count; tries++) {
    const movie = learnt.rated[rng.below(learnt.rated.length)];
    if (taken.has(movie)) continue;
    taken.add(movie);
    drawn.push(movie);
  }
  return drawn;
}

export interface JudgeOptions {
  learnt: Learnt;
  people: readonly Asked[];
  signal: AbortSignal;
  /** By person: the only movies that compete; absent: all unseen. */
  candidates?: ReadonlyMap<number, ReadonlySet<number>>;
  /** Length of the lists. */
  n?: number;
}

export function createJudge({ learnt, people, signal, candidates, n = LENGTH }: JudgeOptions): Judge {
  const { moment } = learnt;
  const { ids, size } = moment.state.catalogue.movies;
  const scores = new Float32Array(size);
  return async (retrieve) => {
    let gain = 0;
    for (const [i, { user, targets }] of people.entries()) {
      if (i % PEOPLE_PER_BREATH === 0) await breathe(signal);
      retrieve(moment, user, scores);
      const only = candidates?.get(user);
      const seen = new Set(moment.histories.of(user).movies);
      const isSeen = only ? (movie: number) => !only.has(movie) : (movie: number) => seen.has(movie);
      gain += ndcgAt(topN(scores, { n, isSeen, ids }).movies, new Set(targets), n);
    }
    return gain / people.length;
  };
}
