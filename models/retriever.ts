/** Retrieval by dot products: every movie's vector as of one moment, scanned exactly for each user. */
import type { Embedder, Retriever } from "./model.ts";
import type { Moment } from "./ratings.ts";
import { scan } from "./top_n.ts";

/** All movies' vectors [movies × d] as of `moment`. */
export function movieVectors(embedder: Embedder, moment: Moment): Float32Array {
  const { size } = moment.state.catalogue.movies;
  const vectors = new Float32Array(size * embedder.dimension);
  for (let movie = 0; movie < size; movie++) {
    embedder.embedMovie(moment, movie, vectors, movie * embedder.dimension);
  }
  return vectors;
}

/** Scores are cosines (or whatever the vectors' products are): the movies' side frozen, the user's side live. */
export function retrieverOf(embedder: Embedder, moment: Moment): Retriever {
  const vectors = movieVectors(embedder, moment);
  const query = new Float32Array(embedder.dimension);
  return (now, user, out) => {
    embedder.embedUser(now, user, query, 0);
    scan(vectors, query, out);
  };
}
