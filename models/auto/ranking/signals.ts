/**
 * The signals that the ranker weighs: a few fits, each asked in several ways.
 *
 * EASE and neighbours are asked with whole histories, with what is recent ahead, with what was liked, and with likes
 * and dislikes around a person's mean; neighbours in order say what is watched together and next; popularity is
 * overall, of likes, and around the person's own time.
 */
import { type AlsConfig, createAls } from "../../als/als.ts";
import { fitAls } from "../../als/fit.ts";
import { createEase } from "../../ease/ease.ts";
import type { History } from "../../histories.ts";
import { countColumns } from "../../interactions.ts";
import { createItemKnn, itemKnnConfig } from "../../item_knn/item_knn.ts";
import { fitItemKnn } from "../../item_knn/fit.ts";
import type { FitOptions, Retriever } from "../../model.ts";
import type { Query, Taste } from "../../taste.ts";
import { EASE_TASTES, type EaseFits } from "./ease.ts";
import type { Signal } from "./evidence.ts";
import type { Learnt } from "./learnt.ts";
import { popularityAround } from "./popularity_at.ts";

type Options = Pick<FitOptions, "seed" | "signal" | "log" | "compute">;

const HALF_LIVES_DAYS = [60, 365];
/** Ratings at the mean that are added to a movie's before its mean is taken. */
const SHRINKAGE = 5;

export interface Chosen {
  /** Fitted on the same data; null: it takes no part. */
  ease: EaseFits | null;
  als: AlsConfig;
  /** Whether anybody liked anything in what the ranker learns from: else no fit of likes is possible. */
  hasLikes: boolean;
}

/** Every signal, fitted on `learnt`. */
export async function fitSignals(
  learnt: Learnt,
  { ease, als, hasLikes }: Chosen,
  options: Options,
): Promise<Signal[]> {
  return [
    ...ease === null ? [] : easeSignals(learnt, ease),
    ...await alsSignals(learnt, als, options),
    ...await neighbourSignals(learnt, { hasLikes, ...options }),
    ...await popularitySignals(learnt, options),
  ];
}

/** Likes above 0, dislikes below: stars around the person's own mean. */
function deviations({ stars }: History): Float64Array {
  const mean = stars.reduce((sum, value) => sum + value, 0) / Math.max(stars.length, 1);
  return Float64Array.from(stars, (value) => value - mean);
}

function easeSignals(learnt: Learnt, fits: EaseFits): Signal[] {
  const queries: Record<keyof EaseFits, [string, Query | ((history: History) => Float64Array)][]> = {
    all: [
      ["ease", { taste: "all", half_life: null }],
      ["ease, half-life 20", { taste: "all", half_life: 20 }],
      ["ease, half-life 5", { taste: "all", half_life: 5 }],
      ["ease, deviations", deviations],
    ],
    liked: [
      ["ease of likes", { taste: "liked", half_life: null }],
      ["ease of likes, half-life 10", { taste: "liked", half_life: 10 }],
    ],
  };
  return EASE_TASTES.flatMap((taste) => {
    const fit = fits[taste];
    return fit === null ? [] : queries[taste].map(([name, query]) => {
      return { name, retrieve: createEase(fit.weights, query).retriever(learnt.moment) };
    });
  });
}

async function alsSignals(learnt: Learnt, als: AlsConfig, options: Options): Promise<Signal[]> {
  const weights = await fitAls(learnt.interactions, learnt.movieIds, { ...options, config: als });
  return [{ name: "als", retrieve: createAls(als, weights).retriever(learnt.moment) }];
}

/** Fits of neighbours, and the half-lives of their queries. */
const NEIGHBOURS: {
  name: string;
  config: Record<string, unknown>;
  taste: Taste;
  halfLives: (number | null)[];
}[] = [
  { name: "neighbours of likes", config: {}, taste: "liked", halfLives: [null] },
  { name: "neighbours", config: {}, taste: "all", halfLives: [20] },
  { name: "next to", config: { window: 1 }, taste: "all", halfLives: [3] },
  { name: "next 3", config: { window: 3, after: true }, taste: "all", halfLives: [5] },
  { name: "within 3", config: { window: 3 }, taste: "all", halfLives: [5, null] },
  { name: "within 10", config: { window: 10 }, taste: "all", halfLives: [10, 50, null] },
];

async function neighbourSignals(
  learnt: Learnt,
  { signal, hasLikes }: Pick<Options & Chosen, "signal" | "hasLikes">,
): Promise<Signal[]> {
  const signals: Signal[] = [];
  for (const { name, config, taste, halfLives } of NEIGHBOURS) {
    if (taste === "liked" && !hasLikes) continue;
    const rows = learnt.weighted(taste);
    const parsed = itemKnnConfig.parse({ ...config, taste });
    const neighbours = await fitItemKnn(rows, learnt.movieIds, { config: parsed, signal });
    for (const half_life of halfLives) {
      const retrieve = createItemKnn(neighbours, { taste, half_life }).retriever(learnt.moment);
      signals.push({ name: `${name}, half-life ${half_life ?? "none"}`, retrieve });
    }
  }
  return signals;
}

async function popularitySignals(learnt: Learnt, { signal }: Options): Promise<Signal[]> {
  const { interactions } = learnt;
  const counts = countColumns(interactions);
  const likes = countColumns(learnt.weighted("liked"));
  const sums = new Float64Array(counts.length);
  const mean = interactions.values.reduce((sum, stars) => sum + stars, 0) / interactions.values.length;
  interactions.columns.forEach((movie, k) => sums[movie] += interactions.values[k] - mean);
  const around = await Promise.all(HALF_LIVES_DAYS.map(async (halfLifeDays): Promise<Signal> => {
    const scores = await popularityAround(learnt, { halfLifeDays, signal });
    const retrieve: Retriever = (_, user, out) => out.set(scores(user));
    return { name: `popularity within ${halfLifeDays} days`, retrieve };
  }));
  return [
    { name: "popularity", retrieve: constant(Float32Array.from(counts, Math.log1p)) },
    { name: "likes", retrieve: constant(Float32Array.from(likes, Math.log1p)) },
    { name: "stars", retrieve: constant(Float32Array.from(sums, (sum, i) => sum / (counts[i] + SHRINKAGE))) },
    ...around,
  ];
}

const constant = (scores: Float32Array): Retriever => (_moment, _user, out) => out.set(scores);
