/** Random draws for the sample, each from uniform numbers of one `Rng`. */
import type { Rng } from "../../models/rng.ts";

/** Normal with mean 0 and deviation 1 (Box and Muller 1958). */
export function normal(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());
}

/** As `normal()`, in half its time: each pair of uniform numbers gives two. */
export interface Normals {
  next(): number;
}

export function createNormals(rng: Rng): Normals {
  let spare = NaN;
  return {
    next() {
      if (spare === spare) {
        const value = spare;
        spare = NaN;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - rng.uniform()));
      const angle = 2 * Math.PI * rng.uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
  };
}

export function exponential(rng: Rng, mean: number): number {
  return -mean * Math.log(1 - rng.uniform());
}

export function pick<Item>(rng: Rng, items: readonly Item[]): Item {
  return items[rng.below(items.length)];
}

/** Draws places with probability in proportion to `weights`. */
export function weighted(weights: ArrayLike<number>): (rng: Rng) => number {
  const sums = new Float64Array(weights.length);
  let sum = 0;
  for (let i = 0; i < sums.length; i++) sums[i] = sum += weights[i];
  return (rng) => {
    const target = rng.uniform() * sum;
    let [low, high] = [0, sums.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sums[middle] > target) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
