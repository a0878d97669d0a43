/** Stars on any scale: models are built for half a star to five, so other scales are stretched to that, and back. */

export const [LEAST_STARS, MOST_STARS] = [0.5, 5];

export interface Scale {
  /** Of train's ratings, as they are written. */
  min: number;
  max: number;
  /** A rating as models see it, a float32: so that a threshold equals the rating that it stands for. */
  toStars(rating: number): number;
  /** A prediction as it is written: never outside what the file that train is, or is a part of, holds. */
  fromStars(stars: number): number;
}

/** The scale of `ratings`: theirs, if it lies within half a star to five. One rating for all is a like: five stars. */
export function scaleOf(ratings: Iterable<number>): Scale {
  let [min, max] = [Infinity, -Infinity];
  for (const rating of ratings) {
    min = Math.min(min, rating);
    max = Math.max(max, rating);
  }
  const clip = (rating: number) => Math.min(max, Math.max(min, rating));
  if (min < max && min >= LEAST_STARS && max <= MOST_STARS) {
    return { min, max, toStars: Math.fround, fromStars: clip };
  }
  const slope = max > min ? (MOST_STARS - LEAST_STARS) / (max - min) : 1;
  return {
    min,
    max,
    toStars: (rating) => Math.fround(max > min ? LEAST_STARS + slope * (rating - min) : MOST_STARS),
    fromStars: (stars) => clip(min + (stars - LEAST_STARS) / slope),
  };
}

/**
 * From which rating on a movie was liked: four fifths of the way up train's scale, as 4 is of 5. Where train holds
 * nothing in the lower half, only what was liked is left in the files: then every rating counts (−∞).
 */
export function likedFrom({ min, max }: Pick<Scale, "min" | "max">): number {
  return min > max / 2 || min === max ? -Infinity : 0.8 * max;
}
