/** Ridge regression on standardised columns: (ZᵀZ + λI) β = Zᵀ(y − ȳ), the intercept not shrunk. */
import { createRegression } from "../../fm/fold_in.ts";

/** Rows side by side [rows × width]. */
export interface Table {
  readonly values: Float64Array;
  readonly width: number;
}

export type Predictor = (values: Float64Array, row: number) => number;

/** The regression of `targets` on `rows` of `table`. */
export function fitRidge(
  { values, width }: Table,
  targets: Float64Array,
  { rows, lambda }: { rows: Int32Array; lambda: number },
): Predictor {
  const means = new Float64Array(width);
  const scales = new Float64Array(width);
  for (const row of rows) {
    for (let k = 0; k < width; k++) means[k] += values[row * width + k] / rows.length;
  }
  for (const row of rows) {
    for (let k = 0; k < width; k++) scales[k] += (values[row * width + k] - means[k]) ** 2 / rows.length;
  }
  for (let k = 0; k < width; k++) scales[k] = scales[k] > 1e-18 ? 1 / Math.sqrt(scales[k]) : 0;
  const mean = rows.reduce((sum, row) => sum + targets[row], 0) / rows.length;
  const regression = createRegression(width);
  regression.start(new Float64Array(width), new Float64Array(width).fill(lambda));
  for (const row of rows) {
    for (let k = 0; k < width; k++) regression.h[k] = (values[row * width + k] - means[k]) * scales[k];
    regression.add(targets[row] - mean, 1);
  }
  const slopes = regression.solve().map((slope, k) => slope * scales[k]);
  const intercept = mean - slopes.reduce((sum, slope, k) => sum + slope * means[k], 0);
  return (found, row) => {
    let sum = intercept;
    for (let k = 0; k < width; k++) sum += slopes[k] * found[row * width + k];
    return sum;
  };
}
