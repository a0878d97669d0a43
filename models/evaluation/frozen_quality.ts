/**
 * Frozen answers against the truth, by slice: of stars over rows, of lists over people.
 *
 * Standard errors are over people, who are what differs: a person's rows stand or fall together. With S_u and n_u a
 * person's cost and rows, the mean ΣS/Σn = R has variance ≈ Σ(S_u − R·n_u)² / (Σn)² (ratio estimator, Cochran 1977,
 * section 6.3), and √R the error SE(R) / 2√R.
 */
import type { Moment } from "../ratings.ts";
import type { List, Pairs } from "./frozen.ts";
import {
  auc,
  averagePopularity,
  averagePrecisionAt,
  coverage,
  gini,
  hitRateAt,
  intraListDiversity,
  meanKnown,
  ndcgAt,
  novelty,
  popularityLift,
  precisionAt,
  recallAt,
  reciprocalRank,
} from "./metrics.ts";
import type { Slice } from "./slicing.ts";

/** One measured number: `n` rows or people; `error` is its standard error where it has one. */
export interface Figure {
  slice: string;
  metric: string;
  value: number;
  n: number;
  error?: number;
}

/** Targets by person (positions); a person may have none. */
export type Targets = ReadonlyMap<number, ReadonlySet<number>>;

export interface RatingAnswers {
  pairs: Pairs;
  predicted: ArrayLike<number>;
  actual: ArrayLike<number>;
  /** Rating from which on a movie was liked, for the AUC. */
  likedFrom: number;
}

/** RMSE, MAE and AUC of every slice that has a row. */
export function ratingFigures(answers: RatingAnswers, slices: readonly Slice[]): Figure[] {
  const { pairs: { users, movies }, predicted, actual, likedFrom } = answers;
  return slices.flatMap(({ name, has }) => {
    const rows = Array.from(users.keys()).filter((row) => has(users[row], movies[row]));
    if (rows.length === 0) return [];
    const [p, r] = [rows.map((row) => predicted[row]), rows.map((row) => actual[row])];
    const people = rows.map((row) => users[row]);
    const squares = ratio(people, p.map((value, i) => (value - r[i]) ** 2));
    const sizes = ratio(people, p.map((value, i) => Math.abs(value - r[i])));
    const rmse = Math.sqrt(squares.mean);
    const of = { slice: name, n: rows.length };
    return [
      { ...of, metric: "rmse", value: rmse, error: squares.error / (2 * rmse) },
      { ...of, metric: "mae", value: sizes.mean, error: sizes.error },
      { ...of, metric: "auc", value: auc(p, r, likedFrom) },
    ];
  });
}

/** Mean of `costs`, and its standard error over the people whose they are. */
function ratio(people: readonly number[], costs: readonly number[]): { mean: number; error: number } {
  const sums = new Map<number, [cost: number, n: number]>();
  people.forEach((user, i) => {
    const [cost, n] = sums.get(user) ?? [0, 0];
    sums.set(user, [cost + costs[i], n + 1]);
  });
  const mean = costs.reduce((sum, cost) => sum + cost, 0) / costs.length;
  let squares = 0;
  for (const [cost, n] of sums.values()) squares += (cost - mean * n) ** 2;
  return { mean, error: Math.sqrt(squares) / costs.length };
}

/** Metrics of one list at k, by name. */
const LIST_METRICS: Readonly<
  Record<string, (ranked: ArrayLike<number>, targets: ReadonlySet<number>, k: number) => number>
> = {
  ndcg: ndcgAt,
  recall: recallAt,
  precision: precisionAt,
  hit_rate: hitRateAt,
  map: averagePrecisionAt,
  mrr: reciprocalRank,
};

export interface ListAnswers {
  /** One list (positions of movies) a person. */
  lists: ReadonlyMap<number, Pick<List, "movies">>;
  targets: Targets;
  n: number;
  /** Put in front of every metric's name: what is measured among sampled candidates must not pass for a full ranking. */
  prefix?: string;
}

/** Mean ranking metrics over the people who have a target in the slice. */
export function listFigures(
  { lists, targets, n, prefix = "" }: ListAnswers,
  slices: readonly Slice[],
): Figure[] {
  return slices.flatMap(({ name, has }) => {
    const people = Array.from(targets, ([user, liked]) => ({
      list: lists.get(user)?.movies ?? [],
      liked: new Set(Array.from(liked).filter((movie) => has(user, movie))),
    })).filter(({ liked }) => liked.size > 0);
    if (people.length === 0) return [];
    return Object.entries(LIST_METRICS).map(([metric, of]) => {
      const values = people.map(({ list, liked }) => of(list, liked, n));
      return { slice: name, metric: `${prefix}${metric}@${n}`, n: people.length, ...meanAndError(values) };
    });
  });
}

function meanAndError(values: readonly number[]): { value: number; error: number } {
  const value = values.reduce((sum, x) => sum + x, 0) / values.length;
  const squares = values.reduce((sum, x) => sum + (x - value) ** 2, 0);
  return { value, error: Math.sqrt(squares / (values.length - 1) / values.length) };
}

/** What the lists do to the catalogue, as of `moment`; every list counts, whether its person has a target or not. */
export function catalogueFigures({ lists }: Pick<ListAnswers, "lists">, moment: Moment): Figure[] {
  const { state: { catalogue, movieCounts, userCounts }, histories } = moment;
  const all = Array.from(lists.values(), ({ movies }) => movies);
  const nPeople = userCounts.reduce((n, count) => n + (count > 0 ? 1 : 0), 0);
  const profiles = Array.from(lists.keys(), (user) => histories.of(user).movies);
  const figures = {
    coverage: coverage(all, catalogue.movies.size),
    gini: gini(all, catalogue.movies.size),
    novelty: meanKnown(all.map((list) => novelty(list, movieCounts, nPeople))),
    average_popularity: meanKnown(all.map((list) => averagePopularity(list, movieCounts))),
    popularity_lift: popularityLift(all, profiles, movieCounts),
    diversity: meanKnown(all.map((list) => intraListDiversity(list, catalogue))),
  };
  return Object.entries(figures).map(([metric, value]) => ({ slice: "all", metric, value, n: all.length }));
}
