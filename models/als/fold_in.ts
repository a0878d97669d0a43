/**
 * One person's vector from their history: (G + Σ c h hᵀ + λI) w = Σ c t h, by Cholesky in float64.
 *
 * The kernels solve the same for everybody at once while fitting; this one is for a moment's one person, anywhere.
 */

/** One movie of a history. */
export interface Entry {
  /** Row of `vectors`. */
  place: number;
  /** c: what it weighs, above 0. */
  confidence: number;
  /** t: what the product should be. */
  target: number;
}

/** Solves against movies' `vectors` [n × d] and G = `gram` [d × d]; the result is overwritten by the next call. */
export function createFoldIn(
  vectors: Float32Array,
  gram: Float32Array,
): (entries: readonly Entry[], penalty: number) => Float64Array {
  const d = Math.sqrt(gram.length);
  const matrix = new Float64Array(d * d);
  const w = new Float64Array(d);
  return (entries, penalty) => {
    matrix.set(gram);
    w.fill(0);
    for (let i = 0; i < d; i++) matrix[i * d + i] += penalty;
    for (const { place, confidence, target } of entries) {
      const h = place * d;
      for (let i = 0; i < d; i++) {
        const x = confidence * vectors[h + i];
        w[i] += target * x;
        for (let j = 0; j <= i; j++) matrix[i * d + j] += x * vectors[h + j];
      }
    }
    solveInPlace(matrix, w);
    return w;
  };
}

/** x ← A⁻¹ x for a positive definite A, whose lower triangle becomes its Cholesky factor. */
function solveInPlace(a: Float64Array, x: Float64Array): void {
  const d = x.length;
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * d + j];
      for (let k = 0; k < j; k++) sum -= a[i * d + k] * a[j * d + k];
      a[i * d + j] = i === j ? Math.sqrt(sum) : sum / a[j * d + j];
    }
    let sum = x[i];
    for (let k = 0; k < i; k++) sum -= a[i * d + k] * x[k];
    x[i] = sum / a[i * d + i];
  }
  for (let i = d - 1; i >= 0; i--) {
    let sum = x[i];
    for (let k = i + 1; k < d; k++) sum -= a[k * d + i] * x[k];
    x[i] = sum / a[i * d + i];
  }
}
