/** The line of least squares r − g ≈ slope · s + intercept: what a product says in stars. */
import type { Batch } from "./batch.ts";
import type { Line } from "./scorer.ts";

type LineExamples = Pick<Batch, "length" | "stars" | "means" | "weights">;

/** A line that would turn lists round, or flatten them, is none: this is the least that a product is worth. */
const LEAST_SLOPE = 1e-3;

export function createLine() {
  let [n, s, y, ss, sy] = [0, 0, 0, 0, 0];
  return {
    /**
     * `length` products, stars, and the running means of their moments. A product that is NaN was not computed: those
     * that were stand for all of their kind, found (weight above 0) or not.
     */
    add(products: Float32Array, { length, stars, means, weights }: LineExamples): void {
      const all = [0, 0];
      const computed = [0, 0];
      for (let i = 0; i < length; i++) {
        const kind = weights[i] > 0 ? 1 : 0;
        all[kind]++;
        if (products[i] === products[i]) computed[kind]++;
      }
      for (let i = 0; i < length; i++) {
        if (products[i] !== products[i]) continue;
        const kind = weights[i] > 0 ? 1 : 0;
        const weight = all[kind] / computed[kind];
        const deviation = stars[i] - means[i];
        n += weight;
        s += weight * products[i];
        y += weight * deviation;
        ss += weight * products[i] * products[i];
        sy += weight * products[i] * deviation;
      }
    },
    fit(): Line {
      const slope = Math.max(LEAST_SLOPE, (sy - s * y / n) / (ss - s * s / n) || 0);
      return { slope, intercept: (y - slope * s) / n };
    },
  };
}
