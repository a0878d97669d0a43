/** The base predictions of the stack: Bayesian factorization machines that differ in their features. */
import type { Dataset } from "../../dataset.ts";
import { fm } from "../../fm/fit.ts";
import { type FmConfig, fmConfig } from "../../fm/fm.ts";
import type { FitOptions, Scorer } from "../../model.ts";

export interface Base {
  name: string;
  config: FmConfig;
  /** Runs from different seeds, averaged: the mean of one run moves by .002 stars of RMSE from seed to seed. */
  chains: number;
}

/** Ratings up to which two chains, and many sweeps, are cheap. */
const FEW_RATINGS = 300_000;

/**
 * Who rated what as features and as no features: the first is better for newcomers and rare movies, the second for
 * long histories, and their mean is better than either (last20: .835, .838, and .827 together). With many ratings the
 * first costs five times the second, and there is more to be learnt by longer factors.
 */
export function basesFor(nRatings: number): Base[] {
  const isSmall = nRatings <= FEW_RATINGS;
  const [all, plain] = [{ implicit: true, flipped: true }, { implicit: false, flipped: false }];
  const [chains, draws] = isSmall ? [2, 48] : [1, 32];
  const [rich, poor] = isSmall
    ? [{ rank: 10, iterations: 160 }, { rank: 10, iterations: 200 }]
    : [{ rank: 12, iterations: 130 }, { rank: 16, iterations: 200 }];
  return [
    { name: "fm", config: fmConfig.parse({ ...all, ...rich, draws }), chains },
    { name: "fm_plain", config: fmConfig.parse({ ...plain, ...poor, draws }), chains },
  ];
}

/** A scorer of each base: its chains' predictions averaged. */
export async function fitBases(
  bases: readonly Base[],
  dataset: Dataset,
  options: FitOptions,
): Promise<Required<Pick<Scorer, "predict">>[]> {
  const fitted: Required<Pick<Scorer, "predict">>[] = [];
  for (const { name, config, chains } of bases) {
    const scorers: Scorer[] = [];
    for (let chain = 0; chain < chains; chain++) {
      options.log(`${name}: chain ${chain + 1} of ${chains}`);
      scorers.push((await fm.fit(dataset, config, { ...options, seed: options.seed + chain })).scorer);
    }
    fitted.push({
      predict: (moment, user, movie) =>
        scorers.reduce((sum, scorer) => sum + scorer.predict!(moment, user, movie), 0) / chains,
    });
  }
  return fitted;
}
