/** Who gets which list: the champion's scores for whom it knows, popularity for everybody else. */
import { indexOfId, seenBy } from "../../models/snapshot/seen_lists.ts";
import { scan, topN } from "../../models/top_n.ts";
import type { Snapshot } from "../../models/snapshot/snapshot.ts";
import type { Serving } from "../live/live.ts";

export const POPULARITY = "popularity";

export interface Recommendation {
  /** Index in the snapshot. */
  movie: number;
  /** Stars that the champion expects; of popularity, the number of ratings. */
  score: number;
}

export interface RecommendationList {
  /** The path that made the list: the champion's model, or popularity. */
  source: string;
  /** Best first, ties by movie id; shorter than asked for when fewer movies are unseen. */
  items: Recommendation[];
}

/** The `n` best movies for `userId` that they have not seen. */
export function recommend(serving: Serving, userId: number, n: number): RecommendationList {
  const { snapshot } = serving;
  const { source, scores, stars } = scoresFor(snapshot, userId);
  // The one place where seen movies are left out, whatever made the scores.
  const { movies, scores: best } = topN(scores, {
    n,
    ids: snapshot.movieIds,
    isSeen: seenTest(serving, userId),
  });
  return { source, items: Array.from(movies, (movie, i) => ({ movie, score: stars(best[i]) })) };
}

/** Which path lists for `userId` take. */
export function sourceFor(snapshot: Snapshot, userId: number): string {
  return snapshot.champion && snapshot.userIndex(userId) >= 0 ? snapshot.champion.model : POPULARITY;
}

/** Whether `userId` has rated the movie of an index: in the snapshot, or after it. */
export function seenTest({ snapshot, newer }: Serving, userId: number): (movie: number) => boolean {
  const before = seenBy(snapshot.seen, userId);
  const after = seenBy(newer.seen, userId);
  return (movie) => indexOfId(before, movie) >= 0 || indexOfId(after, snapshot.movieIds[movie]) >= 0;
}

function scoresFor(snapshot: Snapshot, userId: number) {
  const { champion } = snapshot;
  const user = snapshot.userIndex(userId);
  if (!champion || user < 0) {
    return {
      source: POPULARITY,
      scores: new Float32Array(snapshot.nRatings),
      stars: (count: number) => count,
    };
  }
  const { dimension, slope, intercept } = champion;
  const query = champion.userEmbeddings.subarray(user * dimension, (user + 1) * dimension);
  const scores = new Float32Array(snapshot.movieIds.length);
  scan(champion.movieEmbeddings, query, scores);
  return { source: champion.model, scores, stars: (cosine: number) => slope * cosine + intercept };
}
