/**
 * Seeded randomness: all of it, so that a replayed day gives the same bits.
 *
 * The generator is xoshiro128** (Blackman & Vigna 2018); its state, and the hash that hold-outs use, come from
 * the finaliser of MurmurHash3 (Appleby 2011).
 */

export interface Rng {
  /** An integer in [0, 2³²). */
  next(): number;
  /** A number in [0, 1) with 32 random bits. */
  uniform(): number;
  /** An integer in [0, n), n ≤ 2³². */
  below(n: number): number;
}

export function createRng(seed: number): Rng {
  let [a, b, c, d] = [1, 2, 3, 4].map((place) => hash32(seed, place));
  const next = () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result;
  };
  const uniform = () => next() / 2 ** 32;
  // Multiplying instead of taking the remainder: the bias is below n / 2³².
  return { next, uniform, below: (n) => Math.floor(uniform() * n) };
}

/** A random order of 0 … n − 1 (Fisher and Yates). */
export function permutation(n: number, rng: Rng): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = rng.below(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** A 32-bit hash of `seed` and `value`, both integers below 2⁵³. */
export function hash32(seed: number, value: number): number {
  let h = 0;
  for (const word of [seed, seed / 2 ** 32, value, value / 2 ** 32]) h = mixed(h ^ mixed(word + 0x9e3779b9));
  return h >>> 0;
}

function mixed(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
