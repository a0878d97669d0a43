/** Retrieval by dot products: every movie's vector as of one moment, scanned exactly for each user. */
import type { Embedder, Retriever, VectorsOf } from "./model.ts";
import type { Moment } from "./ratings.ts";
import { inOneGo, type Steps } from "./steps.ts";
import { scan } from "./top_n.ts";

/** Movies that are embedded in one go: some milliseconds at most. */
const MOVIES_PER_STEP = 100;

/** All movies' vectors as of `moment`, made now. */
export const movieVectors: VectorsOf = (embedder, moment) => {
  const vectors = new Float32Array(moment.state.catalogue.movies.size * embedder.dimension);
  inOneGo(embeddingMovies(embedder, moment, vectors));
  return vectors;
};

/** Writes all movies' vectors as of `moment` into `vectors` [movies × d], in steps. */
export function* embeddingMovies(embedder: Embedder, moment: Moment, vectors: Float32Array): Steps<void> {
  for (let movie = 0; movie < moment.state.catalogue.movies.size; movie++) {
    if (movie % MOVIES_PER_STEP === 0) yield;
    embedder.embedMovie(moment, movie, vectors, movie * embedder.dimension);
  }
}

/** Scores are cosines (or whatever the vectors' products are): the movies' side frozen, the user's side live. */
export function retrieverOf(embedder: Embedder, moment: Moment, vectorsOf = movieVectors): Retriever {
  const vectors = vectorsOf(embedder, moment);
  const query = new Float32Array(embedder.dimension);
  return (now, user, out) => {
    embedder.embedUser(now, user, query, 0);
    scan(vectors, query, out);
  };
}
