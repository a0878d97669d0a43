/** Draws α from the errors, and μ and λ of every group of columns from its values. */
import type { Draws } from "./draws.ts";
import type { Chain, Design, Parameters } from "./gibbs.ts";
import type { Relation } from "./relation.ts";

export function drawScales({ relations }: Design, chain: Chain, draws: Draws): void {
  const { errors, parameters } = chain;
  let squares = 0;
  for (const error of errors) squares += error * error;
  chain.alpha = draws.gamma((1 + errors.length) / 2, (1 + squares) / 2);
  relations.forEach((relation, b) => {
    const { w, v } = parameters[b];
    drawGroups(relation, { ...parameters[b], values: w, first: 0 }, draws);
    const nGroups = relation.groupStarts.length - 1;
    for (let f = 0; f < chain.rank; f++) {
      const values = v.subarray(f * relation.nColumns, (f + 1) * relation.nColumns);
      drawGroups(relation, { ...parameters[b], values, first: (1 + f) * nGroups }, draws);
    }
  });
}

interface Scales extends Pick<Parameters, "mu" | "lambda"> {
  /** Of each column: w, or v of one factor. */
  values: Float64Array;
  /** Where the first group's μ and λ stand. */
  first: number;
}

/** λ ~ Γ((n+2)/2, (1 + Σ(θ−μ)² + μ²)/2), then μ ~ N(Σθ/(n+1), 1/((n+1)λ)), over a group's columns that were met. */
function drawGroups({ groupStarts, isMet }: Relation, scales: Scales, draws: Draws): void {
  const { values, mu, lambda, first } = scales;
  for (let g = 0; g + 1 < groupStarts.length; g++) {
    const at = first + g;
    let [met, sum, squares] = [0, 0, 0];
    for (let j = groupStarts[g]; j < groupStarts[g + 1]; j++) {
      if (!isMet[j]) continue;
      met++;
      sum += values[j];
      squares += (values[j] - mu[at]) ** 2;
    }
    lambda[at] = draws.gamma((met + 2) / 2, (1 + squares + mu[at] ** 2) / 2);
    mu[at] = sum / (met + 1) + draws.normal() / Math.sqrt((met + 1) * lambda[at]);
  }
}
