/**
 * How alike two movies are: by the vectors of a model that has any, else by what the catalogue says of them.
 *
 *   vectors     cos(v_a, v_b)
 *   catalogue   ¾ · |G_a ∩ G_b| / |G_a ∪ G_b| + ¼ · 2^(−|year_a − year_b| / 10)      genres by Jaccard
 */
import type { Catalogue } from "../../models/catalogue.ts";
import type { Similarity } from "./diversity.ts";

/** Rows of a model's movies. */
export interface MovieVectors {
  readonly dimension: number;
  readonly values: Float32Array; // [movies × d]
}

const GENRES_SHARE = 0.75;
/** Years after which two movies are half as near in time. */
const HALF_LIFE = 10;

export function likenessOf(vectors: MovieVectors | null, catalogue: () => Catalogue): Similarity {
  return vectors === null ? byFacts(catalogue()) : byVectors(vectors);
}

/** Cosines; each norm is computed once, when first needed. A movie at 0 is like nothing. */
export function byVectors({ dimension: d, values }: MovieVectors): Similarity {
  const norms = new Map<number, number>();
  const normOf = (movie: number) => {
    let norm = norms.get(movie);
    if (norm === undefined) norms.set(movie, norm = Math.sqrt(product(movie, movie)));
    return norm;
  };
  const product = (a: number, b: number) => {
    let sum = 0;
    for (let k = 0, i = a * d, j = b * d; k < d; k++, i++, j++) sum += values[i] * values[j];
    return sum;
  };
  return (a, b) => {
    const norm = normOf(a) * normOf(b);
    return norm === 0 ? 0 : product(a, b) / norm;
  };
}

export function byFacts({ years, genres, genreStarts }: Catalogue): Similarity {
  return (a, b) => {
    let shared = 0;
    for (let i = genreStarts[a]; i < genreStarts[a + 1]; i++) {
      for (let j = genreStarts[b]; j < genreStarts[b + 1]; j++) if (genres[i] === genres[j]) shared++;
    }
    const all = genreStarts[a + 1] - genreStarts[a] + genreStarts[b + 1] - genreStarts[b] - shared;
    const isDated = years[a] !== 0 && years[b] !== 0;
    const nearness = isDated ? 2 ** (-Math.abs(years[a] - years[b]) / HALF_LIFE) : 0;
    return GENRES_SHARE * (all === 0 ? 0 : shared / all) + (1 - GENRES_SHARE) * nearness;
  };
}
