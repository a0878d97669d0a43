/** A way to put all movies in order for one person. */
import { movieOf } from "../../models/rating_entry.ts";
import { type TopN, topN } from "../../models/top_n.ts";
import type { Explained } from "./explain.ts";
import type { MovieVectors } from "./likeness.ts";
import type { ListedMovie, Path } from "./request.ts";

/** What candidates need not be: sources leave it out for speed, each in its own way; the last step answers for it. */
export interface Left {
  /** 1 for each movie that the request's filters keep out, or the operator hides; null: none. */
  readonly keptOut: Uint8Array | null;
  /** What the snapshot says was seen, as entries. */
  readonly rated: Int32Array;
  /** What was seen since, hidden or excluded. */
  readonly others: readonly number[];
}

export interface Source {
  /** Null: no model made it. */
  readonly version: string | null;
  /** Name of the model, or popularity. */
  readonly source: string;
  readonly path: Path;
  /** What movies are alike by; null: their facts. */
  readonly vectors: MovieVectors | null;
  /** Best first, ties by id; enough for `most` that may be listed, where there are so many. */
  candidates(most: number, left: Left): Iterable<ListedMovie>;
  /** What orders all movies as `candidates()` does, before any ranker: by index. */
  scores(): Float32Array;
  /** The ranking score of such a score. */
  stars(score: number): number;
  /** Takes ranking scores apart by the person's ratings; null: there is nothing to do it with. */
  readonly explain: ((movies: Int32Array) => Explained) | null;
}

/** 1 for each of `nMovies` movies that is left out. */
export function markedIn({ keptOut, rated, others }: Left, nMovies: number): Uint8Array {
  const marks = keptOut?.slice() ?? new Uint8Array(nMovies);
  for (let i = 0; i < rated.length; i++) marks[movieOf(rated[i])] = 1;
  for (const movie of others) marks[movie] = 1;
  return marks;
}

/** The `most` best by `scores` that are not left out. */
export function bestOf(
  scores: Float32Array,
  { most, left, ids }: { most: number; left: Left; ids: Int32Array },
): TopN {
  const marks = markedIn(left, scores.length);
  return topN(scores, { n: most, ids, isSeen: (movie) => marks[movie] !== 0 });
}
