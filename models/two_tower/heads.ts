/**
 * Heads: what two vectors are made into, and what training minimises. With s = ⟨e_user, e_movie⟩, g = the running mean:
 *
 *   line      r̂ = g + a·s + b                unit vectors, Σ (r − r̂)²
 *   dot       r̂ = s                          free vectors, Σ (r − r̂)²
 *   cosine    t̂ = s,  t = (r − 2.75) / 2.25   unit vectors, Σ (t − t̂)²; t lies in [−1, 1]
 *   logistic  p̂ = σ(a·s + b),  y = [r ≥ 4]    unit vectors, −Σ y ln p̂ + (1 − y) ln(1 − p̂)
 *
 * a = exp(α) > 0: a free scale may turn negative, which reverses every list without hurting the squared error.
 */

export type Head = "line" | "dot" | "cosine" | "logistic";

/** The middle and half the width of the scale from 0.5 to 5 stars. */
export const MIDDLE = 2.75;
export const HALF_WIDTH = 2.25;
/** Stars from which on a rating is positive. */
const POSITIVE_FROM = 4;

interface HeadRules {
  /** Whether vectors have length 1. */
  readonly isUnit: boolean;
  /** Whether a and b are trained. */
  readonly hasLine: boolean;
  /** What is to be predicted of a rating. */
  target(stars: number): number;
  /** What a wrong prediction costs: the loss is its mean. */
  cost(predicted: number, target: number): number;
}

const squared = (predicted: number, target: number) => (predicted - target) ** 2;

/** Keeps logarithms finite; Keras cuts probabilities here as well. */
const SMALLEST = 1e-7;

export const HEADS: Readonly<Record<Head, HeadRules>> = {
  line: { isUnit: true, hasLine: true, target: (stars) => stars, cost: squared },
  dot: { isUnit: false, hasLine: false, target: (stars) => stars, cost: squared },
  cosine: { isUnit: true, hasLine: false, target: (stars) => (stars - MIDDLE) / HALF_WIDTH, cost: squared },
  logistic: {
    isUnit: true,
    hasLine: true,
    target: (stars) => stars >= POSITIVE_FROM ? 1 : 0,
    cost: (p, y) => -Math.log(Math.max(y === 1 ? p : 1 - p, SMALLEST)),
  },
};

/** The sum of the costs of `predicted` (as an engine predicts it) for ratings of `stars`. */
export function costOf(head: Head, predicted: ArrayLike<number>, stars: ArrayLike<number>): number {
  const { target, cost } = HEADS[head];
  let sum = 0;
  for (let i = 0; i < stars.length; i++) sum += cost(predicted[i], target(stars[i]));
  return sum;
}
