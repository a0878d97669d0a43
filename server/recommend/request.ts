/** What a list is asked for with, and what comes of it: the seam between routes and recommending. */

/** One rating of a request, which no database need know. */
export interface GivenRating {
  movieId: number;
  /** 0.5 to 5, in half stars. */
  stars: number;
}

export interface ListRequest {
  /** Null: a guest, of whom nothing is known but `ratings`. */
  userId: number | null;
  /** Folded in on top of what is known of the person; of two ratings of a movie this one counts. */
  ratings?: readonly GivenRating[];
  /** Length of the list. */
  n: number;
  /** Candidates that the retriever hands to the ranker, and to the diversity step (default 200). */
  retrieve?: number;
  /** At least one of these genres, by name; absent: any. */
  genres?: readonly string[];
  yearFrom?: number;
  yearTo?: number;
  /** Movie ids that must not be listed. */
  exclude?: readonly number[];
  /** λ of maximal marginal relevance: 0 lists by score alone (the default), 1 by difference alone. */
  diversity?: number;
  /** Version, name of a model, or name of a variant; absent: the person's variant, or the champion. */
  model?: string;
  /** Whether each item says which rated movies pulled it up. */
  explain?: boolean;
}

/** A rated movie that pulled a listed one up. */
export interface Reason {
  /** Index in the snapshot. */
  movie: number;
  stars: number;
  /** Its share of the ranking score; with `others` and `rest` they sum to it, unless they are approximate. */
  contribution: number;
}

export interface ListedMovie {
  /** Index in the snapshot. */
  movie: number;
  /** By the retriever: cosine or whatever its products are; the number of ratings for popularity. */
  retrievalScore: number;
  /** What the order of candidates is by; without a ranker, the retrieval score in stars where that has a line to them. */
  rankingScore: number;
  /** The strongest, best first. */
  because?: readonly Reason[];
  /** The contributions of all other rated movies, those that pulled it down included. */
  others?: number;
  /** What of the score no rated movie explains. */
  rest?: number;
  /** The model is not linear in the ratings, so contributions are what leaving each one out would change. */
  isApproximate?: boolean;
}

/** Cold start in this order: folded-in ratings, content towers, popularity by the person's genres, popularity. */
export type Path = "model" | "fold_in" | "content" | "genre_popularity" | "popularity";

export interface RecommendationList {
  /** Model version whose scores made it; null: none did. */
  version: string | null;
  /** The name of the model, or popularity. */
  source: string;
  path: Path;
  /** The A/B variant that the person is in; null: there are none. */
  variant: string | null;
  /** Best first, ties by movie id; shorter than asked for when fewer movies are left. */
  items: ListedMovie[];
  /** Candidates that the last step took out, by why. */
  dropped: { seen: number; hidden: number; excluded: number };
}
