/**
 * What a logit means in stars: the line of least squares over the validation examples,
 *
 *   r ≈ k·z + c,   z = ln(p̂ / (1 − p̂)),   k = cov(z, r) / var(z),   c = r̄ − k·z̄
 *
 * so that a model of likes and dislikes can be compared with models of ratings, on examples that it did not learn.
 */
import type { Engine } from "../engine.ts";
import type { Examples } from "../examples.ts";
import type { Part } from "../evaluation/split.ts";
import type { Calibration } from "./scorer.ts";
import type { Weights } from "./towers.ts";

/** A line that would turn lists round, or flatten them, is none: this is the least that a logit is worth. */
const LEAST_SLOPE = 1e-3;

/** The line for `weights`, over the validation part of `pass()`, or over training where there is none. */
export async function calibrate(
  engine: Engine,
  weights: Weights,
  pass: () => AsyncIterable<{ part: Part; examples: Examples }>,
): Promise<Calibration> {
  using trainer = engine.train(weights);
  const sums = { train: createSums(), validation: createSums(), test: createSums() };
  for await (const { part, examples } of pass()) {
    const predicted = await trainer.predict(examples);
    predicted.forEach((p, i) => sums[part].add(logit(p), examples.ratings[i]));
  }
  return (sums.validation.n > 1 ? sums.validation : sums.train).line();
}

function createSums() {
  let [n, z, r, zz, zr] = [0, 0, 0, 0, 0];
  return {
    get n() {
      return n;
    },
    add(logit: number, stars: number) {
      n++;
      z += logit;
      r += stars;
      zz += logit * logit;
      zr += logit * stars;
    },
    line(): Calibration {
      const slope = Math.max(LEAST_SLOPE, (zr - z * r / n) / (zz - z * z / n) || 0);
      return { slope, intercept: (r - slope * z) / n };
    },
  };
}

/** Finite for a probability that a float has rounded to 0 or 1. */
function logit(p: number): number {
  return Math.log(Math.max(p, 1e-7) / Math.max(1 - p, 1e-7));
}
