/**
 * The paired bootstrap: how far two models are apart, and how sure one may be of that.
 *
 *   θ = s · (f(Σ_u a_u / Σ_u w_u) − f(Σ_u b_u / Σ_u w_u)),   harm: how much worse the candidate (a) is than the rival (b)
 *
 * with f = √ and sums of squared errors over numbers of ratings for RMSE (s = 1), the identity and weights 1 for nDCG
 * (s = −1). People are drawn with replacement, each with all that both models made of them: what one person's ratings
 * have in common stays together, and what both models find hard cancels out. The ends of the interval are the α and
 * 1 − α percentiles of θ over the draws (Efron 1979; for rankings Sakai 2006; ratios of sums need no other formula),
 * moved away from θ by Student's t_ν / z (see widening.ts).
 *
 * Measured on long-tailed numbers of ratings, where 5 % of the ends should miss: percentiles miss 6.0 %, bias-corrected
 * and accelerated ones 7.8 %, a studentised bootstrap 6.5 %, these 4.4 % (11,000 samples of 200 to 600 people).
 */
import { createRng } from "../rng.ts";
import { degreesOfFreedom, widening } from "./widening.ts";

export type Measure = "rmse" | "ndcg";

/** One person a place: what the candidate and the rival made of the same ratings. */
export interface Pairs {
  /** Ratings of the person for RMSE, 1 for nDCG. */
  weights: Float64Array;
  /** Sum of squared errors, or nDCG. */
  candidate: Float64Array;
  rival: Float64Array;
}

export interface BootstrapOptions {
  measure: Measure;
  seed: number;
  /** Draws at least; more where the ends lie far out. */
  resamples: number;
  /** Each end of the interval holds with this probability. */
  confidence: number;
}

/** Harm is in the measure's own unit; below 0 the candidate is better. NaN where nobody was measured. */
export interface Difference {
  /** People. */
  n: number;
  /** Figures of the two over all people. */
  candidate: number;
  rival: number;
  harm: number;
  /** The true harm is above `low` with the confidence asked for, and below `high` with the same. */
  low: number;
  high: number;
  /** The largest harm in any draw, moved as `high` is: below 0, the candidate is better however the people are drawn. */
  worst: number;
}

/** Draws beyond each end of an interval, so that the end is more than one draw's whim. */
const BEYOND = 10;

/** Harm of the candidate with its interval. The order of the people does not matter. */
export function bootstrap(pairs: Pairs, options: BootstrapOptions): Difference {
  const { measure, seed, confidence } = options;
  const { weights, candidate, rival } = inOrder(pairs);
  const n = weights.length;
  const [own, other] = [figureOf(candidate, weights, measure), figureOf(rival, weights, measure)];
  const figures = { n, candidate: own, rival: other, harm: harmOf(own, other, measure) };
  if (!Number.isFinite(figures.harm)) return { ...figures, low: NaN, high: NaN, worst: NaN };
  const draws = Math.max(options.resamples, Math.ceil(BEYOND / (1 - confidence)));
  const rng = createRng(seed);
  const harms = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    let [a, b, w] = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      const u = rng.below(n);
      a += candidate[u];
      b += rival[u];
      w += weights[u];
    }
    harms[draw] = harmOf(figure(a / w, measure), figure(b / w, measure), measure);
  }
  harms.sort();
  // The same place from either end, so that swapping the two models mirrors the interval.
  const place = Math.floor((1 - confidence) * (draws + 1)) - 1;
  const more = widening(confidence, degreesOfFreedom(influencesOf({ weights, candidate, rival }, measure))) -
    1;
  const below = (end: number) => end + more * Math.min(0, end - figures.harm);
  const above = (end: number) => end + more * Math.max(0, end - figures.harm);
  return {
    ...figures,
    low: below(harms[place]),
    high: above(harms[draws - 1 - place]),
    worst: above(harms[draws - 1]),
  };
}

/** By how much each person moves θ, in first order, up to a common factor. */
function influencesOf({ weights, candidate, rival }: Pairs, measure: Measure): Float64Array {
  const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);
  const [own, other] = [candidate, rival].map((sums) => total(sums) / total(weights));
  const slope = (mean: number) => measure === "rmse" && mean > 0 ? 1 / (2 * Math.sqrt(mean)) : 1;
  return weights.map((w, u) => slope(own) * (candidate[u] - w * own) - slope(other) * (rival[u] - w * other));
}

/** RMSE or mean nDCG: of sums over people by the sum of their weights. NaN for nobody. */
export function figureOf(sums: Float64Array, weights: Float64Array, measure: Measure): number {
  const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);
  return figure(total(sums) / total(weights), measure);
}

function figure(mean: number, measure: Measure): number {
  return measure === "rmse" ? Math.sqrt(mean) : mean;
}

function harmOf(candidate: number, rival: number, measure: Measure): number {
  return measure === "rmse" ? candidate - rival : rival - candidate;
}

/** The people by what was measured of them: floating-point sums and draws by place depend on the order. */
function inOrder({ weights, candidate, rival }: Pairs): Pairs {
  // The sum is the same for either model in either role.
  const key = (u: number) => candidate[u] + rival[u];
  const places = Uint32Array.from(weights, (_, u) => u).sort((u, v) =>
    weights[u] - weights[v] || key(u) - key(v) ||
    Math.min(candidate[u], rival[u]) - Math.min(candidate[v], rival[v]) ||
    candidate[u] - candidate[v]
  );
  const placed = (values: Float64Array) => Float64Array.from(places, (u) => values[u]);
  return { weights: placed(weights), candidate: placed(candidate), rival: placed(rival) };
}
