/** Hyperparameters of the retrievers, chosen inside train: EASE's λ from a few, iALS's by successive halving. */
import { type AlsConfig, alsConfig, createAls } from "../../als/als.ts";
import { fitAls } from "../../als/fit.ts";
import { createEase } from "../../ease/ease.ts";
import { fitEase } from "../../ease/fit.ts";
import type { FitOptions, Retriever } from "../../model.ts";
import { createRng, permutation, type Rng } from "../../rng.ts";
import { type Taste, weighted, weightOf } from "../../taste.ts";
import type { Judge } from "./judge.ts";
import type { Learnt } from "./learnt.ts";

export interface Settings {
  /** λ of EASE by taste. */
  ease: Record<"all" | "liked", number>;
  als: AlsConfig;
}

const RIDGES = [60, 200, 600] as const;
/** Candidates of the first round, and epochs of each round; every round keeps the better third. */
const FIRST_ROUND = 9;
const EPOCHS_OF_ROUNDS = [3, 6] as const;
const KEPT_SHARE = 1 / 3;
/** d while choosing, a sixth of the work, and then: what is best at the one is good at the other. */
const DIMENSIONS = { choosing: 32, chosen: 64 } as const;

export interface SettingsOptions extends Pick<FitOptions, "seed" | "signal" | "log" | "compute"> {
  judge: Judge;
}

export async function chooseSettings(learnt: Learnt, options: SettingsOptions): Promise<Settings> {
  const ease = {
    all: await chooseRidge(learnt, "all", options),
    liked: await chooseRidge(learnt, "liked", options),
  };
  return { ease, als: await chooseAls(learnt, options) };
}

async function chooseRidge(
  learnt: Learnt,
  taste: Taste,
  { judge, log, ...options }: SettingsOptions,
): Promise<number> {
  const rows = weighted(learnt.interactions, weightOf(taste));
  const tried: { ridge: number; gain: number }[] = [];
  for (const ridge of RIDGES) {
    const fitting = { ...options, log, regularisation: ridge, max_movies: MOST_MOVIES };
    const weights = await fitEase(rows, learnt.movieIds, fitting);
    const gain = await judge(createEase(weights, { taste, half_life: null }).retriever(learnt.moment));
    log(`ease ${taste}, λ ${ridge}: ${gain.toFixed(4)}`);
    tried.push({ ridge, gain });
  }
  return tried.reduce((best, next) => next.gain > best.gain ? next : best).ridge;
}

/** Movies with ratings up to which EASE takes part. */
export const MOST_MOVIES = 10_000;

async function chooseAls(learnt: Learnt, { judge, log, ...options }: SettingsOptions): Promise<AlsConfig> {
  let configs = drawConfigs(createRng(options.seed));
  for (const epochs of EPOCHS_OF_ROUNDS) {
    const tried: { config: AlsConfig; gain: number }[] = [];
    for (const config of configs) {
      const gain = await judge(await fitRetriever(learnt, { ...config, epochs }, { log, ...options }));
      log(`als ${describe(config)}, ${epochs} epochs: ${gain.toFixed(4)}`);
      tried.push({ config, gain });
    }
    tried.sort((a, b) => b.gain - a.gain);
    configs = tried.slice(0, Math.ceil(KEPT_SHARE * tried.length)).map(({ config }) => config);
  }
  return { ...configs[0], dimension: DIMENSIONS.chosen };
}

const TASTES = ["all", "liked", "graded"] as const;
const UNOBSERVED_WEIGHTS = [0.03, 0.1, 0.2, 0.5];
const PENALTIES = [
  { frequency_exponent: 0.5, regularisation: 0.1 },
  { frequency_exponent: 0.5, regularisation: 0.3 },
  { frequency_exponent: 1, regularisation: 0.003 },
  { frequency_exponent: 1, regularisation: 0.01 },
  { frequency_exponent: 1, regularisation: 0.03 },
];

/** Different configurations, each taste as often as the others. */
function drawConfigs(rng: Rng): AlsConfig[] {
  const order = permutation(UNOBSERVED_WEIGHTS.length * PENALTIES.length, rng);
  return Array.from({ length: FIRST_ROUND }, (_, i) =>
    alsConfig.parse({
      dimension: DIMENSIONS.choosing,
      taste: TASTES[i % TASTES.length],
      unobserved_weight: UNOBSERVED_WEIGHTS[order[i] % UNOBSERVED_WEIGHTS.length],
      ...PENALTIES[Math.floor(order[i] / UNOBSERVED_WEIGHTS.length)],
    }));
}

async function fitRetriever(
  learnt: Learnt,
  config: AlsConfig,
  options: Pick<FitOptions, "seed" | "signal" | "log" | "compute">,
): Promise<Retriever> {
  const weights = await fitAls(learnt.interactions, learnt.movieIds, { ...options, config });
  return createAls(config, weights).retriever(learnt.moment);
}

/** The part of `config` that was chosen. */
export function describe(
  { taste, dimension, unobserved_weight, regularisation, frequency_exponent }: AlsConfig,
) {
  return `${taste}, d ${dimension}, α₀ ${unobserved_weight}, λ ${regularisation}, ν ${frequency_exponent}`;
}
