/**
 * Scores models on the open hold-out: rows that none of them was trained on.
 *
 * What is as of when: a rating prediction is as of its row's arrival, everything before it observed, held out or not.
 * A list is as of the person's first held-out row: their vector and what they have seen are of that moment, the
 * movies' vectors (and popularity's counts) of the window's first held-out row. Candidates are all movies that they
 * had not seen; targets are their held-out movies rated 4 or more that they had not seen by then. A person without
 * targets has rating figures only.
 */
import { breathe } from "../breathe.ts";
import type { Retriever, Scorer } from "../model.ts";
import { coverage, hitRateAt, ndcgAt, precisionAt, recallAt, reciprocalRank } from "./metrics.ts";
import { predictRow, ratingScorers } from "./prequential.ts";
import { isColdUser, type Prediction, type Quality, ratingQuality, slices } from "./quality.ts";
import { type Moment, observe, type Ratings } from "../ratings.ts";
import { topN } from "../top_n.ts";

const LIKED = 4;
const PEOPLE_PER_BREATH = 64;
const ROWS_PER_BREATH = 4096;

export interface HoldoutOptions {
  /** As of before `window`, with the histories of the people in its hold-out; moves to after it. */
  moment: Moment;
  /** The window's ratings in arrival order, `isHeldOut` set. */
  window: AsyncIterable<Ratings> | Iterable<Ratings>;
  signal: AbortSignal;
  /** Length of the lists. */
  n?: number;
}

/** One person of the hold-out: the pairs of a paired test. */
export interface Person {
  /** Position of the user. */
  user: number;
  /** As of their first held-out row. */
  isCold: boolean;
  /** Movies to be found; none: the person has no ranking figures. */
  targets: Set<number>;
  /** By scorer: top n, as positions of movies. */
  lists: Record<string, Int32Array>;
  /** Their held-out ratings. */
  predictions: Prediction[];
}

export interface HoldoutQuality {
  metrics: Quality[];
  people: Person[];
}

/** Metrics of `scorers` (by name) by slice, and the people behind them. */
export async function scoreHoldout(
  scorers: Readonly<Record<string, Scorer>>,
  { moment, window, signal, n = 10 }: HoldoutOptions,
): Promise<HoldoutQuality> {
  const rating = ratingScorers(scorers);
  const people = new Map<number, Person & { seen: Set<number> }>();
  let list: Lister | null = null;
  for await (const ratings of window) {
    for (let row = 0; row < ratings.length; row++) {
      if (ratings.isStale[row]) continue;
      if (ratings.isHeldOut[row]) {
        const user = ratings.users[row];
        list ??= createLister(scorers, moment, n);
        if (!people.has(user)) {
          people.set(user, arrive(user, moment, list));
          if (people.size % PEOPLE_PER_BREATH === 0) await breathe(signal);
        }
        const person = people.get(user)!;
        person.predictions.push(predictRow(rating, { moment, ratings, row }));
        const isTarget = ratings.ratings[row] >= LIKED && !person.seen.has(ratings.movies[row]);
        if (isTarget) person.targets.add(ratings.movies[row]);
      }
      observe(moment, ratings, row);
      if (row % ROWS_PER_BREATH === ROWS_PER_BREATH - 1) await breathe(signal);
    }
    await breathe(signal);
  }
  return summarise([...people.values()], { nMovies: moment.state.catalogue.movies.size, n });
}

type Lister = (user: number, seen: ReadonlySet<number>) => Record<string, Int32Array>;

/** Freezes the movies' side of every scorer that ranks; lists are then as of the person's moment. */
function createLister(scorers: Readonly<Record<string, Scorer>>, moment: Moment, n: number): Lister {
  const { ids, size } = moment.state.catalogue.movies;
  const scores = new Float32Array(size);
  const retrievers = Object.entries(scorers).flatMap(([name, scorer]): [string, Retriever][] =>
    scorer.retriever ? [[name, scorer.retriever(moment)]] : []
  );
  return (user, seen) =>
    Object.fromEntries(retrievers.map(([name, retrieve]) => {
      retrieve(moment, user, scores);
      return [name, topN(scores, { n, isSeen: (movie) => seen.has(movie), ids }).movies];
    }));
}

/** A person's first held-out row: the moment of their list. */
function arrive(user: number, moment: Moment, list: Lister): Person & { seen: Set<number> } {
  const seen = new Set(moment.histories.of(user).movies);
  const isCold = isColdUser(moment, user);
  return { user, isCold, seen, lists: list(user, seen), targets: new Set(), predictions: [] };
}

function summarise(people: Person[], { nMovies, n }: { nMovies: number; n: number }): HoldoutQuality {
  const ranked = people.filter((person) => person.targets.size > 0);
  const ranking = slices(ranked, (person) => person.isCold).flatMap(([slice, part]) =>
    Object.keys(part[0].lists).flatMap((scorer) => {
      const figures = {
        ...rankingMetrics(part, scorer, n),
        coverage: coverage(part.map((p) => p.lists[scorer]), nMovies),
      };
      return Object.entries(figures).map(([metric, value]) => ({
        scorer,
        slice,
        metric,
        value,
        n: part.length,
      }));
    })
  );
  const metrics = [...ratingQuality(people.flatMap((person) => person.predictions)), ...ranking];
  return { metrics, people };
}

/** Means over people. The reciprocal rank looks at the list only: a target below rank n counts 0. */
function rankingMetrics(people: Person[], scorer: string, n: number): Record<string, number> {
  const mean = (of: (list: Int32Array, targets: Set<number>) => number) =>
    people.reduce((sum, { lists, targets }) => sum + of(lists[scorer], targets), 0) / people.length;
  return {
    [`ndcg@${n}`]: mean((list, targets) => ndcgAt(list, targets, n)),
    [`recall@${n}`]: mean((list, targets) => recallAt(list, targets, n)),
    [`precision@${n}`]: mean((list, targets) => precisionAt(list, targets, n)),
    [`hit_rate@${n}`]: mean((list, targets) => hitRateAt(list, targets, n)),
    [`mrr@${n}`]: mean(reciprocalRank),
  };
}
