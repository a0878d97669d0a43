/**
 * Has the data moved? The population stability index of two histograms over the same bins:
 *
 *   PSI = Σ_b (q_b − p_b) · ln(q_b / p_b),   p = shares then, q = shares now
 *
 * It is the symmetrised Kullback–Leibler divergence of p and q. By custom below .1 is stable, .1 to .25 has moved,
 * above .25 is another population. Shares are smoothed, (count + ½) / (n + ½ · bins), so that an empty bin costs
 * much but not infinity; two small samples of one population come to about bins · (1/n₁ + 1/n₂).
 */

/** From here on, data has moved. */
export const PSI_MOVED = 0.1;

/**
 * PSI between `then` and `now`, counts by bin; 0 for equal histograms.
 *
 * @throws {RangeError} when the bins are not as many.
 */
export function psi(then: ArrayLike<number>, now: ArrayLike<number>): number {
  if (then.length !== now.length) {
    throw new RangeError(
      `Cannot compare histograms as bins must match: found ${then.length} and ${now.length}`,
    );
  }
  const [p, q] = [smoothedShares(then), smoothedShares(now)];
  return p.reduce((sum, share, bin) => sum + (q[bin] - share) * Math.log(q[bin] / share), 0);
}

/** Counts of `values` in the bins (−∞, e₀), [e₀, e₁), …, [e_last, ∞); NaN is not counted. */
export function histogram(values: ArrayLike<number>, edges: ArrayLike<number>): Float64Array {
  const counts = new Float64Array(edges.length + 1);
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    let bin = 0;
    while (bin < edges.length && values[i] >= edges[bin]) bin++;
    counts[bin]++;
  }
  return counts;
}

/** Edges that cut `values` into at most `bins` bins of about the same count; repeated values share a bin. */
export function quantileEdges(values: ArrayLike<number>, bins: number): number[] {
  const sorted = Float64Array.from(values).filter((value) => !Number.isNaN(value)).sort();
  const edges = new Set<number>();
  for (let bin = 1; bin < bins && sorted.length > 0; bin++) {
    edges.add(sorted[Math.floor((bin * sorted.length) / bins)]);
  }
  edges.delete(sorted[0]); // nothing lies below the smallest value
  return [...edges];
}

function smoothedShares(counts: ArrayLike<number>): number[] {
  const bins = Array.from(counts);
  const n = bins.reduce((sum, count) => sum + count, 0);
  return bins.map((count) => (count + 0.5) / (n + 0.5 * bins.length));
}
