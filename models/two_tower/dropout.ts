/** Dropout (Srivastava et al. 2014), inverted: what stays is scaled up, so that nothing changes in service. */
import type { Rng } from "../rng.ts";

/** 0 with probability `rate`, else 1 / (1 − rate); the same dice give every engine the same masks. */
export function dropoutMask(length: number, rate: number, dice: Rng): Float32Array {
  const kept = 1 / (1 - rate);
  const mask = new Float32Array(length);
  for (let i = 0; i < length; i++) mask[i] = dice.uniform() < rate ? 0 : kept;
  return mask;
}
