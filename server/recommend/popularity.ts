/** Lists for whom no model knows: the most rated movies, or those of them that are of the person's genres. */
import type { Catalogue } from "../../models/catalogue.ts";
import type { Explained } from "./explain.ts";
import { bestOf, type Source } from "./source.ts";
import type { Taste } from "./taste.ts";

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
    // No rating of theirs has a part in it.
    explain: (movies) => ({
      because: new Int32Array(0),
      contributions: new Float64Array(0),
      rest: Float64Array.from(movies, (movie) => counts[movie]),
    }),
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
  taste: Taste;
}

/** Popularity by taste: each movie's count times the mean share of its genres. */
export function genrePopularity({ counts, catalogue, taste }: Tasted): Source {
  const { shares } = taste;
  const { genres, genreStarts, movies: { ids } } = catalogue;
  const scores = () => {
    const out = new Float32Array(counts.length);
    for (let movie = 0; movie < out.length; movie++) {
      const [first, end] = [genreStarts[movie], genreStarts[movie + 1]];
      let sum = 0;
      for (let k = first; k < end; k++) sum += shares[genres[k]];
      if (sum > 0) out[movie] = counts[movie] * sum / (end - first);
    }
    return out;
  };
  return {
    version: null,
    source: POPULARITY,
    path: "genre_popularity",
    vectors: null,
    stars: (score) => score,
    explain: (movies) => explainTaste(movies, { counts, catalogue, taste }),
    scores,
    *candidates(most, left) {
      const { movies, scores: best } = bestOf(scores(), { most, left, ids });
      for (let i = 0; i < movies.length; i++) {
        yield { movie: movies[i], retrievalScore: counts[movies[i]], rankingScore: best[i] };
      }
    },
  };
}

/** Shares are sums over the rated movies, and so is the score. */
function explainTaste(movies: Int32Array, { counts, catalogue, taste }: Tasted): Explained {
  const { genres, genreStarts } = catalogue;
  const genresOf = (movie: number) => genres.subarray(genreStarts[movie], genreStarts[movie + 1]);
  const contributions = new Float64Array(movies.length * taste.movies.length);
  movies.forEach((movie, m) => {
    const own = genresOf(movie);
    taste.movies.forEach((rated, k) => {
      const shared = genresOf(rated).filter((genre) => own.includes(genre)).length;
      if (shared > 0) {
        contributions[m * taste.movies.length + k] = counts[movie] * taste.parts[k] * shared / own.length;
      }
    });
  });
  return {
    because: Int32Array.from(taste.movies),
    contributions,
    rest: new Float64Array(movies.length),
  };
}
