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

export interface FoldIn {
  /** w; overwritten by the next call. */
  solve(entries: readonly Entry[], penalty: number): Float64Array;
  /**
   * What each entry adds to the product with each of the movies at `places` [places × entries]: c t ⟨A⁻¹ h, h_entry⟩,
   * A being the matrix that w is solved by (Hu, Koren & Volinsky 2008, section 5).
   */
  influences(entries: readonly Entry[], penalty: number, places: readonly number[]): Float64Array;
}

/** Solves against movies' `vectors` [n × d] and G = `gram` [d × d]. */
export function createFoldIn(vectors: Float32Array, gram: Float32Array): FoldIn {
  const d = Math.sqrt(gram.length);
  const matrix = new Float64Array(d * d);
  const w = new Float64Array(d);

  /** `matrix` becomes the Cholesky factor of A, and w = Σ c t h. */
  function build(entries: readonly Entry[], penalty: number): void {
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
    factorise(matrix, d);
  }

  return {
    solve(entries, penalty) {
      build(entries, penalty);
      solveInPlace(matrix, w);
      return w;
    },
    influences(entries, penalty, places) {
      build(entries, penalty);
      const out = new Float64Array(places.length * entries.length);
      const z = new Float64Array(d);
      places.forEach((place, m) => {
        if (place === -1) return; // of a movie that is not known the vector is 0
        z.set(vectors.subarray(place * d, (place + 1) * d));
        solveInPlace(matrix, z);
        entries.forEach(({ place: rated, confidence, target }, k) => {
          let product = 0;
          for (let i = 0; i < d; i++) product += z[i] * vectors[rated * d + i];
          out[m * entries.length + k] = confidence * target * product;
        });
      });
      return out;
    },
  };
}

/** The lower triangle of a positive definite `a` [d × d] becomes its Cholesky factor. */
function factorise(a: Float64Array, d: number): void {
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * d + j];
      for (let k = 0; k < j; k++) sum -= a[i * d + k] * a[j * d + k];
      a[i * d + j] = i === j ? Math.sqrt(sum) : sum / a[j * d + j];
    }
  }
}

/** x ← A⁻¹ x, `a` being A's Cholesky factor. */
function solveInPlace(a: Float64Array, x: Float64Array): void {
  const d = x.length;
  for (let i = 0; i < d; i++) {
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
