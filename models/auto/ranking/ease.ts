/**
 * EASE among the signals: its λ by taste, chosen inside train, and its fits.
 *
 * A fit costs an inverse, the dearest thing here: the ranker learns from the very fits that the choice was made by.
 */
import { createEase, type EaseWeights } from "../../ease/ease.ts";
import { fitEase } from "../../ease/fit.ts";
import type { FitOptions } from "../../model.ts";
import type { Judge } from "./judge.ts";
import type { Learnt } from "./learnt.ts";

/** Movies with ratings up to which its matrix is worth its memory. */
export const MOST_MOVIES = 10_000;
const RIDGES = [60, 200, 600] as const;
export const EASE_TASTES = ["all", "liked"] as const;

export interface EaseFit {
  /** λ. */
  ridge: number;
  weights: EaseWeights;
}

/** Of likes there is none where nobody liked anything. */
export interface EaseFits {
  readonly all: EaseFit;
  readonly liked: EaseFit | null;
}

type Options = Pick<FitOptions, "seed" | "signal" | "log" | "compute">;

/** The best fits on `learnt`. */
export async function chooseEase(
  learnt: Learnt,
  options: Options & { judge: Judge; hasLikes: boolean },
): Promise<EaseFits> {
  const choose = async (taste: keyof EaseFits) => {
    let best: EaseFit & { gain: number } | null = null;
    for (const ridge of RIDGES) {
      const weights = await fitTaste(learnt, { taste, ridge }, options);
      const { retriever } = createEase(weights, { taste, half_life: null });
      const gain = await options.judge(retriever(learnt.moment));
      options.log(`ease ${taste}, λ ${ridge}: ${gain.toFixed(4)}`);
      if (best === null || gain > best.gain) best = { ridge, weights, gain };
    }
    return best!;
  };
  return { all: await choose("all"), liked: options.hasLikes ? await choose("liked") : null };
}

/** The same on other data. */
export async function refitEase(learnt: Learnt, fits: EaseFits, options: Options): Promise<EaseFits> {
  const refit = async (taste: keyof EaseFits, { ridge }: EaseFit) => ({
    ridge,
    weights: await fitTaste(learnt, { taste, ridge }, options),
  });
  return { all: await refit("all", fits.all), liked: fits.liked && await refit("liked", fits.liked) };
}

function fitTaste(
  learnt: Learnt,
  { taste, ridge }: { taste: keyof EaseFits; ridge: number },
  options: Options,
): Promise<EaseWeights> {
  const fitting = { ...options, regularisation: ridge, max_movies: MOST_MOVIES };
  return fitEase(learnt.weighted(taste), learnt.movieIds, fitting);
}
