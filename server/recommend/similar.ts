/** Movies like one: by the cosine of a model's vectors, or, where it has none of the movie, by what is known of both. */
import type { Snapshot } from "../../models/snapshot/snapshot.ts";
import { topN } from "../../models/top_n.ts";
import { byFacts, byVectors, type MovieVectors } from "./likeness.ts";
import { type Filter, shelfOf } from "./shelf.ts";

export interface SimilarMovies {
  /** `vectors`: cosine; `facts`: genres, year and how often both are rated. */
  by: "vectors" | "facts";
  /** The most alike first, ties by id; never the movie itself. */
  items: { movie: number; likeness: number }[];
}

export interface SimilarOptions extends Filter {
  n: number;
  /** Of the model that is asked; null: it has none. */
  vectors: MovieVectors | null;
}

/** Movies like `movie` (an index), without what the operator hides. */
export function similarTo(snapshot: Snapshot, movie: number, options: SimilarOptions): SimilarMovies {
  const { n, vectors, ...filter } = options;
  const shelf = shelfOf(snapshot);
  const isKnown = vectors !== null && hasVector(vectors, movie);
  const likeness = isKnown ? byVectors(vectors) : byFacts(shelf.catalogue, snapshot.nRatings);
  const scores = new Float32Array(shelf.nMovies);
  for (let other = 0; other < scores.length; other++) scores[other] = likeness(movie, other);
  const keptOut = shelf.keptOut(filter);
  const isSeen = (other: number) => other === movie || (keptOut !== null && keptOut[other] !== 0);
  const { movies, scores: best } = topN(scores, { n, isSeen, ids: snapshot.movieIds });
  return {
    by: isKnown ? "vectors" : "facts",
    items: Array.from(movies, (other, i) => ({ movie: other, likeness: best[i] })),
  };
}

function hasVector({ dimension, values }: MovieVectors, movie: number): boolean {
  return values.subarray(movie * dimension, (movie + 1) * dimension).some((value) => value !== 0);
}

/** The champion's vectors; null where it has none. */
export function championVectors({ champion }: Snapshot): MovieVectors | null {
  if (!champion?.movieEmbeddings) return null;
  return { dimension: champion.dimension, values: champion.movieEmbeddings };
}
