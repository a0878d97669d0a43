/**
 * What makes a rating sound, as `clean` judges it: the one definition that an inspection before any import asks as well.
 *
 * Polars judges the same in columns (`tasks/polars/_verdict.ts`); a test holds the two to each other.
 */

/** MovieLens took its first rating in 1995; what is older is a lost date (1970) or a typing error. */
export const EARLIEST_MS = Date.UTC(1995, 0, 1);
/** How far ahead of a run a client's clock may be. */
export const AHEAD_MS = 86_400_000;

export type Fault = "rating_not_a_number" | "rating_off_scale" | "unknown_movie" | "impossible_date";

export interface Judged {
  /** On the lake's scale. */
  rating: number;
  /** Seconds since 1970. */
  ratedAt: number;
  hasMovie: boolean;
}

/** The first thing that is wrong with a rating at a run that starts at `startedAt` (ms since 1970); null: nothing is. */
export function faultOf({ rating, ratedAt, hasMovie }: Judged, startedAt: number): Fault | null {
  if (!Number.isFinite(rating)) return "rating_not_a_number";
  if (rating < 0.5 || rating > 5 || !Number.isInteger(2 * rating)) return "rating_off_scale";
  if (!hasMovie) return "unknown_movie";
  const ms = Math.round(ratedAt * 1e6) / 1000; // PostgreSQL keeps microseconds
  return ms < EARLIEST_MS || ms > startedAt + AHEAD_MS ? "impossible_date" : null;
}

/** `rating` on the lake's scale of half stars, from a source's own: to the nearest one, up from the middle. */
export function onLakeScale(rating: number, scale: { min: number; max: number } | null): number {
  if (scale === null || !Number.isFinite(rating)) return rating;
  const { min, max } = scale;
  return rating < min || rating > max ? 0 : 0.5 + Math.floor(9 * (rating - min) / (max - min) + 0.5) / 2;
}
