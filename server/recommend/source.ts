/** A way to put all movies in order for one person. */
import type { Catalogue } from "../../models/catalogue.ts";
import { type TopN, topN } from "../../models/top_n.ts";
import type { MovieVectors } from "./likeness.ts";
import type { Path } from "./request.ts";

export interface Candidate {
  /** Index in the snapshot. */
  movie: number;
  retrievalScore: number;
  rankingScore: number;
}

/** What candidates need not be. */
export interface Left {
  /** 1 for each movie that the request's filters keep out; null: none. */
  readonly keptOut: Uint8Array | null;
  /** 1 for these, and for what was seen, hidden or excluded: for sources that must know how many to look for. */
  marked(): Uint8Array;
}

export interface Source {
  readonly version: string | null;
  /** Name of the model, or popularity. */
  readonly source: string;
  readonly path: Path;
  /** What movies are alike by; null: their facts. */
  readonly vectors: MovieVectors | null;
  /** Best first, ties by id; enough for `most` that may be listed, where there are so many. */
  candidates(most: number, left: Left): Iterable<Candidate>;
  /** What orders all movies, as `candidates()` does. */
  scores(): Float32Array;
  /** Of a score of `scores()`. */
  candidate(movie: number, score: number): Candidate;
}

/** The `most` best by `scores`. */
export function bestOf(
  scores: Float32Array,
  { most, left, ids }: { most: number; left: Left; ids: Int32Array },
): TopN {
  const leftOut = left.marked();
  return topN(scores, { n: most, ids, isSeen: (movie) => leftOut[movie] !== 0 });
}

export const POPULARITY = "popularity";

/** The most rated movies, in the shelf's order: candidates are read off, as many as are asked for. */
export function popularity(
  { counts, order, path = "popularity" }: { counts: Uint32Array; order: Int32Array; path?: Path },
): Source {
  const candidate = (movie: number) => ({
    movie,
    retrievalScore: counts[movie],
    rankingScore: counts[movie],
  });
  return {
    version: null,
    source: POPULARITY,
    path,
    vectors: null,
    // Marking what was seen would take longer than walking past it.
    *candidates(_most, { keptOut }) {
      for (const movie of order) if (keptOut === null || keptOut[movie] === 0) yield candidate(movie);
    },
    scores: () => new Float32Array(counts),
    candidate,
  };
}

/** What somebody's ratings say of genres: by genre, its share of their stars. */
export interface Taste {
  /** [genres], at most 1. */
  readonly shares: Float64Array;
}

/** Popularity, each movie's count times the mean share that its genres have of the person's stars. */
export function genrePopularity(
  { counts, catalogue, taste: { shares } }: { counts: Uint32Array; catalogue: Catalogue; taste: Taste },
): Source {
  const { genres, genreStarts, movies: { ids } } = catalogue;
  const scores = () =>
    Float32Array.from(counts, (count, movie) => {
      let sum = 0;
      for (let k = genreStarts[movie]; k < genreStarts[movie + 1]; k++) sum += shares[genres[k]];
      return sum === 0 ? 0 : count * sum / (genreStarts[movie + 1] - genreStarts[movie]);
    });
  const candidate = (movie: number, score: number) => ({
    movie,
    retrievalScore: counts[movie],
    rankingScore: score,
  });
  return {
    version: null,
    source: POPULARITY,
    path: "genre_popularity",
    vectors: null,
    *candidates(most, left) {
      const { movies, scores: best } = bestOf(scores(), { most, left, ids });
      for (let i = 0; i < movies.length; i++) yield candidate(movies[i], best[i]);
    },
    scores,
    candidate,
  };
}
