/** iALS's hyperparameters, chosen inside train by successive halving. */
import { type AlsConfig, alsConfig, createAls } from "../../als/als.ts";
import { fitAls } from "../../als/fit.ts";
import type { FitOptions, Retriever } from "../../model.ts";
import { createRng, permutation, type Rng } from "../../rng.ts";
import type { Judge } from "./judge.ts";
import type { Learnt } from "./learnt.ts";

/** Candidates of the first round, and epochs of each round; every round keeps the better third. */
const FIRST_ROUND = 9;
const EPOCHS_OF_ROUNDS = [3, 6] as const;
const KEPT_SHARE = 1 / 3;
/** d while choosing, a sixth of the work, and then: what is best at the one is good at the other. */
const DIMENSIONS = { choosing: 32, chosen: 64 } as const;

export interface ChoiceOptions extends Pick<FitOptions, "seed" | "signal" | "log" | "compute"> {
  judge: Judge;
}

export async function chooseAls(
  learnt: Learnt,
  { judge, log, ...options }: ChoiceOptions,
): Promise<AlsConfig> {
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
