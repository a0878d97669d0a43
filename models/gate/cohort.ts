/** The people that models are compared on: of each, what every model made of the same held-out ratings. */
import type { Person } from "../evaluation/holdout.ts";
import { ndcgAt } from "../evaluation/metrics.ts";
import type { Measure, Pairs } from "./bootstrap.ts";

/** What one model made of the people, one person a place. */
export interface Scores {
  /** Sums of squared errors over the person's ratings; null: it predicts no ratings. */
  squaredErrors: ArrayLike<number> | null;
  /** nDCG of the person's list, NaN for a person with nothing to be found; null: it makes no lists. */
  ndcgs: ArrayLike<number> | null;
}

export interface Cohort {
  /** Held-out ratings of each person. */
  nRatings: ArrayLike<number>;
  /** 1: hardly known when their first held-out rating came. */
  isCold: ArrayLike<number>;
  /** By model version. */
  scores: Readonly<Record<string, Scores>>;
}

export type Slice = "all" | "warm" | "cold";

/** What `versions` made of `people`, whose lists are `n` long. Nobody's id is kept. */
export function cohortOf(people: readonly Person[], versions: readonly string[], n = 10): Cohort {
  const scoresOf = (version: string): Scores => {
    const rates = people.some(({ predictions: [first] }) => first?.predicted[version] !== undefined);
    const ranks = people.some(({ lists }) => lists[version] !== undefined);
    return {
      squaredErrors: rates ? people.map(({ predictions }) => squaredError(predictions, version)) : null,
      ndcgs: ranks ? people.map(({ lists, targets }) => ndcgAt(lists[version], targets, n)) : null,
    };
  };
  return {
    nRatings: people.map(({ predictions }) => predictions.length),
    isCold: people.map(({ isCold }) => isCold ? 1 : 0),
    scores: Object.fromEntries(versions.map((version) => [version, scoresOf(version)])),
  };
}

function squaredError(predictions: Person["predictions"], version: string): number {
  return predictions.reduce((sum, { actual, predicted }) => sum + (predicted[version] - actual) ** 2, 0);
}

/** What both versions made of the people of `slice`; null where one of them does not do what `measure` measures. */
export function pairsOf(
  { nRatings, isCold, scores }: Cohort,
  { candidate, rival, measure, slice }: { candidate: string; rival: string; measure: Measure; slice: Slice },
): Pairs | null {
  const [own, other] = [valuesOf(scores[candidate], measure), valuesOf(scores[rival], measure)];
  if (own === null || other === null) return null;
  const places = Array.from(nRatings, (_, u) => u).filter((u) => {
    const isIn = slice === "all" || isCold[u] === (slice === "cold" ? 1 : 0);
    return isIn && (measure === "rmse" ? nRatings[u] > 0 : !Number.isNaN(own[u]));
  });
  const of = (values: ArrayLike<number>) => Float64Array.from(places, (u) => values[u]);
  const weights = measure === "rmse" ? of(nRatings) : new Float64Array(places.length).fill(1);
  return { weights, candidate: of(own), rival: of(other) };
}

export function valuesOf({ squaredErrors, ndcgs }: Scores, measure: Measure): ArrayLike<number> | null {
  return measure === "rmse" ? squaredErrors : ndcgs;
}
