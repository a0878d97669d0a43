/**
 * Whether an experiment's groups are as large as they should be: Pearson's chi-square test of the people seen in each
 * against the shares.
 *
 *   χ² = Σ (o − e)² / e,   p = P(χ²_{k−1} ≥ χ²) = Q((k − 1)/2, χ²/2)
 *
 * A mismatch means that the experiment is broken somewhere (lost requests, a redirect, a cache), and that what it
 * says of the variants is worth nothing (Fabijan et al. 2019). Count people, not requests: one person's are not
 * independent.
 */

/** Below this p the groups do not have their shares; usual for this test, which is asked every day. */
const SUSPICIOUS = 0.001;
/** The approximation by χ² wants so many expected in each group. */
const LEAST_EXPECTED = 5;

export interface RatioCheck {
  chiSquare: number;
  /** Chance of such groups, or less even ones, if the shares are right; null: too few people to say. */
  p: number | null;
  isMismatch: boolean;
}

/** `people` seen by group against its share; groups of share 0 are not looked at. */
export function checkRatio(
  people: ReadonlyMap<string, number>,
  shares: ReadonlyMap<string, number>,
): RatioCheck {
  const groups = [...shares].filter(([, share]) => share > 0);
  const total = groups.reduce((sum, [name]) => sum + (people.get(name) ?? 0), 0);
  const whole = groups.reduce((sum, [, share]) => sum + share, 0);
  let chiSquare = 0;
  let least = Infinity;
  for (const [name, share] of groups) {
    const expected = total * share / whole;
    if (expected > 0) chiSquare += ((people.get(name) ?? 0) - expected) ** 2 / expected;
    least = Math.min(least, expected);
  }
  if (groups.length < 2 || least < LEAST_EXPECTED) return { chiSquare, p: null, isMismatch: false };
  const p = upperGamma((groups.length - 1) / 2, chiSquare / 2);
  return { chiSquare, p, isMismatch: p < SUSPICIOUS };
}

/**
 * Q(a, x), the regularised upper incomplete gamma function, for a = ½, 1, 3/2, …: by its recurrence
 * Q(a + 1, x) = Q(a, x) + xᵃ e⁻ˣ / Γ(a + 1) from Q(½, x) = erfc √x or Q(1, x) = e⁻ˣ.
 */
function upperGamma(a: number, x: number): number {
  const isHalf = a % 1 !== 0;
  let q = isHalf ? erfc(Math.sqrt(x)) : Math.exp(-x);
  let order = isHalf ? 0.5 : 1;
  // xᵃ e⁻ˣ / Γ(a + 1) at the first order: Γ(3/2) = √π / 2, Γ(2) = 1.
  let term = isHalf ? 2 * Math.sqrt(x / Math.PI) * Math.exp(-x) : x * Math.exp(-x);
  for (; order < a; order++) {
    q += term;
    term *= x / (order + 1);
  }
  return Math.min(q, 1);
}

/** 2/√π ∫_z^∞ e^(−t²) dt, z ≥ 0: the series of erf below 2.5, above it the continued fraction. */
function erfc(z: number): number {
  const scale = Math.exp(-z * z) / Math.sqrt(Math.PI);
  if (z < 2.5) {
    let term = 2 * z;
    let sum = term;
    for (let k = 1; term > sum * 1e-17; k++) sum += term *= 2 * z * z / (2 * k + 1);
    return 1 - scale * sum;
  }
  let fraction = z;
  for (let k = 60; k > 0; k--) fraction = z + k / 2 / fraction;
  return scale / fraction;
}
