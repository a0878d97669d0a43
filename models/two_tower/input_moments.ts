/**
 * Normalisation of the towers' inputs, over the first training examples and no others:
 *
 *   x̂ = (x − μ) / max(σ, 0.1);   where an input never varied, x̂ = x − μ
 */
import { type Dataset, pass, type PassOptions } from "../dataset.ts";
import type { Moments } from "./towers.ts";

/**
 * A deviation below this counts as this: a genre that training hardly saw must not arrive as an input of 50.
 * An input that never varied keeps scale 1, so that it is passed on as a difference from its constant.
 */
const SMALLEST_DEVIATION = 0.1;

/** Examples that are looked at: normalising is no matter of many digits. */
const LOOKS = 1_000_000;

/** Reads the first million examples of the training part of one pass. */
export async function inputMoments(
  dataset: Dataset,
  options: PassOptions,
): Promise<{ user: Moments; movie: Moments }> {
  const user = createSums(options.features.userWidth);
  const movie = createSums(options.features.movieWidth);
  let looked = 0;
  for await (const { part, examples } of pass(dataset, options)) {
    if (part !== "train") break;
    user.add(examples.user);
    movie.add(examples.movie);
    if ((looked += examples.length) >= LOOKS) break;
  }
  return { user: user.moments(), movie: movie.moments() };
}

/** Running mean and sum of squared deviations by column (Welford 1962). */
export function createSums(width: number) {
  const mean = new Float64Array(width);
  const squares = new Float64Array(width);
  let n = 0;
  return {
    add(rows: Float32Array) {
      for (let at = 0; at < rows.length; at += width) {
        n++;
        for (let k = 0; k < width; k++) {
          const distance = rows[at + k] - mean[k];
          mean[k] += distance / n;
          squares[k] += distance * (rows[at + k] - mean[k]);
        }
      }
    },
    moments(): Moments {
      const scale = Float32Array.from(squares, (sum) => {
        const deviation = Math.sqrt(sum / n);
        return deviation > 0 ? 1 / Math.max(deviation, SMALLEST_DEVIATION) : 1;
      });
      return { mean: Float32Array.from(mean), scale };
    },
  };
}
