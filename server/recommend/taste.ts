/** What somebody's ratings say of genres: for each, its share of the stars that they gave. */
import type { Catalogue } from "../../models/catalogue.ts";
import { movieOf, starsOf } from "../../models/rating_entry.ts";
import type { Person } from "./person.ts";

export interface Taste {
  /** By genre, 0 to 1. A movie of two genres counts for both. */
  readonly shares: Float64Array;
  /** The rated movies, and each one's part of all stars. */
  readonly movies: readonly number[];
  readonly parts: readonly number[];
}

/** Null: they have rated nothing that is of a genre. */
export function tasteOf(person: Person, { genres, genreStarts, nGenres }: Catalogue): Taste | null {
  const movies: number[] = [];
  const stars: number[] = [];
  const add = (movie: number, given: number) => {
    if (Number.isNaN(given)) return;
    movies.push(movie);
    stars.push(given);
  };
  for (const entry of person.before) {
    if (!person.later.has(movieOf(entry))) add(movieOf(entry), starsOf(entry));
  }
  person.later.forEach((given, movie) => add(movie, given));
  const sum = stars.reduce((sum, given) => sum + given, 0);
  const shares = new Float64Array(nGenres);
  movies.forEach((movie, k) => {
    for (let g = genreStarts[movie]; g < genreStarts[movie + 1]; g++) shares[genres[g]] += stars[k] / sum;
  });
  return shares.some((share) => share > 0)
    ? { shares, movies, parts: stars.map((given) => given / sum) }
    : null;
}
