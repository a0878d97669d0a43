/** The line of least squares r − g ≈ slope · s + intercept: what a product says in stars. */
import type { Line } from "./scorer.ts";

/** A line that would turn lists round, or flatten them, is none: this is the least that a product is worth. */
const LEAST_SLOPE = 1e-3;

export function createLine() {
  let [n, s, y, ss, sy] = [0, 0, 0, 0, 0];
  return {
    /** `length` products, stars, and the running means of their moments. */
    add(products: Float32Array, stars: Float32Array, means: Float32Array, length: number): void {
      n += length;
      for (let i = 0; i < length; i++) {
        const deviation = stars[i] - means[i];
        s += products[i];
        y += deviation;
        ss += products[i] * products[i];
        sy += products[i] * deviation;
      }
    },
    fit(): Line {
      const slope = Math.max(LEAST_SLOPE, (sy - s * y / n) / (ss - s * s / n) || 0);
      return { slope, intercept: (y - slope * s) / n };
    },
  };
}
