/**
 * Frozen answers: everything a scorer says, as of the end of train. Nothing that is asked about is ever observed, so
 * answers do not depend on one another or on their order: the protocol of published splits.
 */
import { breathe } from "../breathe.ts";
import type { Dataset } from "../dataset.ts";
import { FeatureState } from "../feature_state.ts";
import { Histories } from "../histories.ts";
import type { Scorer } from "../model.ts";
import { type Moment, observe } from "../ratings.ts";
import { topN } from "../top_n.ts";

const ROWS_PER_BREATH = 4096;
const PEOPLE_PER_BREATH = 16;

/** What had arrived by the end of `dataset`. */
export async function momentAfter(dataset: Dataset, signal: AbortSignal): Promise<Moment> {
  const { users, people, catalogue } = dataset;
  const before = dataset.start?.() ?? { state: new FeatureState(catalogue), histories: new Histories() };
  const moment = { ...before, users, people };
  for await (const ratings of dataset.ratings()) {
    for (let row = 0; row < ratings.length; row++) {
      observe(moment, ratings, row);
      if (row % 65_536 === 65_535) await breathe(signal);
    }
    await breathe(signal);
  }
  return moment;
}

/** Pairs that are asked about; columns of the same length. */
export interface Pairs {
  users: Int32Array;
  movies: Int32Array;
  /** Seconds since 1970; null: no time is known. */
  ratedAt?: Float64Array | null;
}

/** What `scorer` predicts for each of `pairs`, in stars, not clipped. @throws {RangeError} when it only ranks. */
export async function predictPairs(
  scorer: Scorer,
  { moment, pairs, signal }: { moment: Moment; pairs: Pairs; signal: AbortSignal },
): Promise<Float64Array> {
  if (!scorer.predict) {
    throw new RangeError(`Cannot predict ratings as "${scorer.model}" only ranks: wanted a model of stars`);
  }
  const { users, movies, ratedAt } = pairs;
  const predicted = new Float64Array(users.length);
  for (let row = 0; row < users.length; row++) {
    predicted[row] = scorer.predict(moment, users[row], movies[row], ratedAt?.[row]);
    if (row % ROWS_PER_BREATH === ROWS_PER_BREATH - 1) await breathe(signal);
  }
  return predicted;
}

/** One person's top n: positions of movies, best first, and their scores. */
export interface List {
  movies: Int32Array;
  scores: Float32Array;
}

/**
 * The n best unseen movies of each of `people` (positions of users), over the whole catalogue; by stars, where
 * `scorer` only rates.
 *
 * @throws {RangeError} when it does neither.
 */
export async function listFor(
  scorer: Scorer,
  { moment, people, n, signal }: {
    moment: Moment;
    people: Iterable<number>;
    n: number;
    signal: AbortSignal;
  },
): Promise<Map<number, List>> {
  const retrieve = retrieverOf(scorer, moment);
  const { ids, size } = moment.state.catalogue.movies;
  const scores = new Float32Array(size);
  const lists = new Map<number, List>();
  for (const user of people) {
    retrieve(moment, user, scores);
    const seen = new Set(moment.histories.of(user).movies);
    lists.set(user, topN(scores, { n, isSeen: (movie) => seen.has(movie), ids }));
    if (lists.size % PEOPLE_PER_BREATH === 0) await breathe(signal);
  }
  return lists;
}

/** The score by which `scorer` ranks each of `pairs`, or its stars; rows of one person need not stand together. */
export async function scorePairs(
  scorer: Scorer,
  { moment, pairs, signal }: { moment: Moment; pairs: Pairs; signal: AbortSignal },
): Promise<Float64Array> {
  if (!scorer.retriever) return await predictPairs(scorer, { moment, pairs, signal });
  const retrieve = scorer.retriever(moment);
  const rowsOf = new Map<number, number[]>();
  pairs.users.forEach((user, row) => {
    const rows = rowsOf.get(user);
    if (rows) rows.push(row);
    else rowsOf.set(user, [row]);
  });
  const scores = new Float32Array(moment.state.catalogue.movies.size);
  const out = new Float64Array(pairs.users.length);
  let done = 0;
  for (const [user, rows] of rowsOf) {
    retrieve(moment, user, scores);
    for (const row of rows) out[row] = scores[pairs.movies[row]];
    if (++done % PEOPLE_PER_BREATH === 0) await breathe(signal);
  }
  return out;
}

/** A scorer without a retriever ranks by the stars it predicts, which is what its ranking is. */
function retrieverOf(
  scorer: Scorer,
  moment: Moment,
): NonNullable<ReturnType<NonNullable<Scorer["retriever"]>>> {
  if (scorer.retriever) return scorer.retriever(moment);
  const { predict } = scorer;
  if (!predict) throw new RangeError(`Cannot rank as "${scorer.model}" neither ranks nor predicts`);
  return (now, user, out) => {
    for (let movie = 0; movie < out.length; movie++) out[movie] = predict(now, user, movie);
  };
}
