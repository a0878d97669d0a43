/**
 * How much wider an interval is for knowing its own spread from few people only.
 *
 *   t_ν / z = 1 + (z² + 1)/(4ν) + (5z⁴ + 16z² + 3)/(96ν²) + (3z⁶ + 19z⁴ + 17z² − 15)/(384ν³)
 *   ν = 2 (Σl²)² / (Σl⁴ − (Σl²)²/n),   l_u: what person u adds to the difference, in first order
 *
 * (Fisher's expansion of Student's quantile, Abramowitz & Stegun 26.7.5; ν as Satterthwaite 1946 and, for clusters of
 * unequal sizes, Bell & McCaffrey 2002 have it.) A bootstrap draws its spread from the people at hand. Where a few who
 * rated hundreds of movies make most of it, another sample has another spread: 200 people with long-tailed counts are
 * worth ν = 17 of equal weight. Equal people are worth ν = n, and the interval stays as it is.
 */

/** Degrees of freedom of a sum of `influences`: 2 at least, infinite where all are equally large. */
export function degreesOfFreedom(influences: Float64Array): number {
  let [squares, fourths] = [0, 0];
  for (const l of influences) {
    squares += l * l;
    fourths += l ** 4;
  }
  const excess = fourths - squares * squares / influences.length;
  return excess > 0 ? 2 * squares * squares / excess : Infinity;
}

/** t_ν / z at `confidence`; at ν = 2 and 0.95 the series is 1 % short, from ν = 4 on 0.1 %. */
export function widening(confidence: number, nu: number): number {
  const z2 = normalQuantile(confidence) ** 2;
  return 1 + (z2 + 1) / (4 * nu) + ((5 * z2 + 16) * z2 + 3) / (96 * nu ** 2) +
    (((3 * z2 + 19) * z2 + 17) * z2 - 15) / (384 * nu ** 3);
}

/** z with P(Z ≤ z) = p for p ≥ ½, to 5e-4 (Abramowitz & Stegun 26.2.23). */
function normalQuantile(p: number): number {
  const t = Math.sqrt(-2 * Math.log(1 - p));
  return t - ((0.010328 * t + 0.802853) * t + 2.515517) /
      (((0.001308 * t + 0.189269) * t + 1.432788) * t + 1);
}
