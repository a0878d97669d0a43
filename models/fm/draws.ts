/** Draws that Gibbs sampling needs: normal (Marsaglia's polar method, 1964) and gamma (Marsaglia & Tsang 2000). */
import type { Rng } from "../rng.ts";

export interface Draws {
  /** From N(0, 1). */
  normal(): number;
  /** From Γ(shape, rate), shape ≥ 1; its mean is shape / rate. */
  gamma(shape: number, rate: number): number;
}

export function createDraws(rng: Rng): Draws {
  let spare = NaN;
  function normal(): number {
    if (!Number.isNaN(spare)) {
      const kept = spare;
      spare = NaN;
      return kept;
    }
    let [x, y, square] = [0, 0, 0];
    do {
      x = 2 * rng.uniform() - 1;
      y = 2 * rng.uniform() - 1;
      square = x * x + y * y;
    } while (square >= 1 || square === 0);
    const scale = Math.sqrt(-2 * Math.log(square) / square);
    spare = y * scale;
    return x * scale;
  }
  function gamma(shape: number, rate: number): number {
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const z = normal();
      const cube = (1 + c * z) ** 3;
      if (cube <= 0) continue;
      const bound = 0.5 * z * z + d * (1 - cube + Math.log(cube));
      if (Math.log(rng.uniform()) < bound) return d * cube / rate;
    }
  }
  return { normal, gamma };
}
