/** Made-up people whose ratings and lists are as uneven as real ones, and models of a stated true quality. */
import type { Rng } from "../../../models/rng.ts";
import type { Cohort, Scores } from "../../../models/gate/cohort.ts";
import type { Case, Contender } from "../../../models/gate/gate.ts";
import type { Role } from "../../../models/gate/comparison.ts";
import { type GateOptions, gateOptions } from "../../../models/gate/options.ts";

/** True quality of a model: its RMSE and its mean nDCG, about which people scatter. */
export interface Truth {
  rmse: number;
  ndcg: number;
}

/** Standard normal, by Box and Muller. */
export function normal(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());
}

/**
 * `n` people and what each model made of them.
 *
 * Numbers of ratings are long-tailed. What makes a person hard is common to all models; half of them have an nDCG of 0
 * with some models, as in real hold-outs. Expectations are the truths, whatever is drawn.
 */
export function draw(rng: Rng, n: number, truths: Readonly<Record<string, Truth>>): Cohort {
  const nRatings = Array.from({ length: n }, () => 1 + Math.floor(Math.exp(1.2 * normal(rng) + 1)));
  const hardness = Array.from({ length: n }, () => Math.exp(0.5 * normal(rng) - 0.125));
  const ease = Array.from({ length: n }, () => rng.uniform());
  const scoresOf = ({ rmse, ndcg }: Truth): Scores => ({
    squaredErrors: nRatings.map((count, u) =>
      count * rmse ** 2 * hardness[u] * Math.exp(0.2 * normal(rng) - 0.02)
    ),
    ndcgs: ease.map((easy) => {
      const isHit = rng.uniform() < 0.3 + 0.4 * easy; // a half, on average
      return isHit ? 2 * ndcg * (0.5 + rng.uniform()) : 0;
    }),
  });
  return {
    nRatings,
    isCold: nRatings.map((_, u) => u % 5 === 0 ? 1 : 0),
    scores: Object.fromEntries(Object.entries(truths).map(([version, truth]) => [version, scoresOf(truth)])),
  };
}

export const contender = (version: string, parts: Partial<Contender> = {}): Contender => {
  return { version, isRetrain: false, coverage: 0.1, listMs: 1, ...parts };
};

export const asked = (parts: Partial<GateOptions> = {}) => gateOptions.parse(parts);

/** Candidates against the champion "live", which is the standard too, unless `parts` say otherwise. */
export function caseOf(cohort: Cohort, candidates: readonly string[], parts: Partial<Case> = {}): Case {
  const roles: Role[] = ["champion", "standard"];
  return {
    candidates: candidates.map((version) => contender(version)),
    champion: contender("live"),
    rivals: [{ version: "live", measure: "rmse", roles }, { version: "live", measure: "ndcg", roles }],
    standards: { rmse: "live", ndcg: "live" },
    cohort,
    options: asked(),
    seed: 1,
    ...parts,
  };
}
