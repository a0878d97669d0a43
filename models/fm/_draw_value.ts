/** The draw that every weight and factor makes. */
import type { Draws } from "./draws.ts";

/** What one value's conditional is made of. */
export interface Facts {
  /** θ as it stands. */
  value: number;
  /** Σh² and Σhe over the ratings that it has a part in. */
  hh: number;
  he: number;
  /** Its group's prior. */
  mu: number;
  lambda: number;
  /** Precision of a rating's noise. */
  alpha: number;
}

/** θ ~ N((α Σh(e + hθ) + λμ) / precision, 1 / precision), precision = λ + α Σh². */
export function drawValue({ value, hh, he, mu, lambda, alpha }: Facts, draws: Draws): number {
  const precision = lambda + alpha * hh;
  return (alpha * (he + hh * value) + lambda * mu) / precision + draws.normal() / Math.sqrt(precision);
}
