/** How often each movie was given 0.5, 1, … 5 stars. */
import { halfStarsOf, movieOf } from "../rating_entry.ts";

/** Half stars from 1 to 10. */
export const STAR_STEPS = 10;

/** Counts [movies × 10] by movie and half stars, of all entries of `rated`. */
export function histogramsOf(entries: Int32Array, nMovies: number): Uint32Array {
  const counts = new Uint32Array(nMovies * STAR_STEPS);
  for (let i = 0; i < entries.length; i++) {
    counts[movieOf(entries[i]) * STAR_STEPS + halfStarsOf(entries[i]) - 1]++;
  }
  return counts;
}
