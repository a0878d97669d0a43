/** What each rating of a history adds to a folded-in person's scores. */
import type { KnownMovies } from "../known_movies.ts";
import type { Explanation } from "../model.ts";
import type { Entry, FoldIn } from "./fold_in.ts";

export interface FoldedIn {
  entries: readonly Entry[];
  penalty: number;
  known: KnownMovies;
  /** By position. */
  movies: Int32Array;
  /** Of a movie's score, what is no product with the folded-in part. */
  restOf: (movie: number) => number;
}

export function explainFoldIn(
  foldIn: FoldIn,
  { entries, penalty, known: { positions, placeOf }, movies, restOf }: FoldedIn,
): Explanation {
  return {
    because: Int32Array.from(entries, ({ place }) => positions[place]),
    contributions: foldIn.influences(entries, penalty, Array.from(movies, (movie) => placeOf[movie])),
    rest: Float64Array.from(movies, restOf),
  };
}
