/** A rating of somebody in one integer, movie · 16 + half stars: entries in ascending order stand by movie. */

/** Half stars are 1 to 10: four bits. */
const STARS_BITS = 4;

/** `movie` below 2^27: a position, or an index in a snapshot. */
export const packRating = (movie: number, stars: number): number =>
  movie << STARS_BITS | Math.round(2 * stars);
export const movieOf = (entry: number): number => entry >> STARS_BITS;
export const starsOf = (entry: number): number => (entry & 15) / 2;
/** 1 to 10. */
export const halfStarsOf = (entry: number): number => entry & 15;
/** The same stars for another movie: places move when movies come between. */
export const withMovie = (entry: number, movie: number): number => movie << STARS_BITS | entry & 15;
