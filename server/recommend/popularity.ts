/** Lists for whom no model knows: the most rated movies, or those of them that are of the person's genres. */
import type { Catalogue } from "../../models/catalogue.ts";
import { bestOf, type Source } from "./source.ts";

export const POPULARITY = "popularity";

export interface Counted {
  /** Ratings by movie. */
  counts: Uint32Array;
  /** Movies by them, ties by id. */
  order: Int32Array;
  /** Whether a filter by genres makes it popularity of genres. */
  isOfGenres: boolean;
}

/** The most rated movies: candidates are read off, as many as are asked for. */
export function popularity({ counts, order, isOfGenres }: Counted): Source {
  return {
    version: null,
    source: POPULARITY,
    path: isOfGenres ? "genre_popularity" : "popularity",
    vectors: null,
    stars: (count) => count,
    scores: () => new Float32Array(counts),
    // Marking what was seen would take longer than walking past it: the last step leaves it out.
    *candidates(_most, { keptOut }) {
      for (const movie of order) {
        if (keptOut !== null && keptOut[movie] !== 0) continue;
        yield { movie, retrievalScore: counts[movie], rankingScore: counts[movie] };
      }
    },
  };
}

export interface Tasted {
  counts: Uint32Array;
  catalogue: Catalogue;
  /** By genre: its share of the person's stars. */
  shares: Float64Array;
}

/** Popularity by taste: each movie's count times the mean share of its genres. */
export function genrePopularity({ counts, catalogue, shares }: Tasted): Source {
  const { genres, genreStarts, movies: { ids } } = catalogue;
  const scores = () =>
    Float32Array.from(counts, (count, movie) => {
      let sum = 0;
      for (let k = genreStarts[movie]; k < genreStarts[movie + 1]; k++) sum += shares[genres[k]];
      return sum === 0 ? 0 : count * sum / (genreStarts[movie + 1] - genreStarts[movie]);
    });
  return {
    version: null,
    source: POPULARITY,
    path: "genre_popularity",
    vectors: null,
    stars: (score) => score,
    scores,
    *candidates(most, left) {
      const { movies, scores: best } = bestOf(scores(), { most, left, ids });
      for (let i = 0; i < movies.length; i++) {
        yield { movie: movies[i], retrievalScore: counts[movies[i]], rankingScore: best[i] };
      }
    },
  };
}
