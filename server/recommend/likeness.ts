/**
 * How alike two movies are: by the vectors of a model that has any, else by what is known of them.
 *
 *   vectors     cos(v_a, v_b)
 *   facts       0.6 · |G_a ∩ G_b| / |G_a ∪ G_b| + 0.25 · 2^(−|year_a − year_b| / 10) + 0.15 · 2^(−|ln n_a − ln n_b|)
 *
 * with genres G (their Jaccard index), and n one more than a movie's ratings.
 */
import type { Catalogue } from "../../models/catalogue.ts";
import type { Similarity } from "./diversity.ts";

/** Rows of a model's movies. */
export interface MovieVectors {
  readonly dimension: number;
  readonly values: Float32Array; // [movies × d]
}

const SHARES = { genres: 0.6, years: 0.25, counts: 0.15 };
/** Years after which two movies are half as near in time. */
const HALF_LIFE = 10;

/** Cosines. A movie at 0 is like nothing. */
export function byVectors(vectors: MovieVectors): Similarity {
  const { dimension: d, values } = vectors;
  const lengths = lengthsOf(vectors);
  return (a, b) => {
    const norm = lengths[a] * lengths[b];
    if (norm === 0) return 0;
    let sum = 0;
    for (let k = 0, i = a * d, j = b * d; k < d; k++, i++, j++) sum += values[i] * values[j];
    return sum / norm;
  };
}

/** By the rows: computed once for each model and snapshot. */
const known = new WeakMap<Float32Array, Float64Array>();

/** |v| of each row [movies]. */
function lengthsOf({ dimension: d, values }: MovieVectors): Float64Array {
  let lengths = known.get(values);
  if (lengths !== undefined) return lengths;
  known.set(values, lengths = new Float64Array(values.length / d));
  for (let movie = 0; movie < lengths.length; movie++) {
    let sum = 0;
    for (let k = 0, i = movie * d; k < d; k++, i++) sum += values[i] * values[i];
    lengths[movie] = Math.sqrt(sum);
  }
  return lengths;
}

export function byFacts({ years, genres, genreStarts }: Catalogue, counts: Uint32Array): Similarity {
  return (a, b) => {
    let shared = 0;
    for (let i = genreStarts[a]; i < genreStarts[a + 1]; i++) {
      for (let j = genreStarts[b]; j < genreStarts[b + 1]; j++) if (genres[i] === genres[j]) shared++;
    }
    const all = genreStarts[a + 1] - genreStarts[a] + genreStarts[b + 1] - genreStarts[b] - shared;
    const isDated = years[a] !== 0 && years[b] !== 0;
    const nearness = isDated ? 2 ** (-Math.abs(years[a] - years[b]) / HALF_LIFE) : 0;
    const popularity = 2 ** -Math.abs(Math.log((counts[a] + 1) / (counts[b] + 1)));
    return SHARES.genres * (all === 0 ? 0 : shared / all) + SHARES.years * nearness +
      SHARES.counts * popularity;
  };
}
