/** What somebody's ratings say of genres: for each, its share of the stars that they gave. */
import { movieOf, starsOf } from "../../models/rating_entry.ts";
import type { Catalogue } from "../../models/catalogue.ts";
import type { Person } from "./person.ts";

/** By genre, 0 to 1; null: they have rated nothing that is of a genre. A movie of two genres counts for both. */
export function tasteOf(person: Person, { genres, genreStarts, nGenres }: Catalogue): Float64Array | null {
  const shares = new Float64Array(nGenres);
  let sum = 0;
  const add = (movie: number, stars: number) => {
    if (Number.isNaN(stars)) return;
    sum += stars;
    for (let k = genreStarts[movie]; k < genreStarts[movie + 1]; k++) shares[genres[k]] += stars;
  };
  for (const entry of person.before) {
    if (!person.later.has(movieOf(entry))) add(movieOf(entry), starsOf(entry));
  }
  for (const [movie, stars] of person.later) add(movie, stars);
  return shares.some((stars) => stars > 0) ? shares.map((stars) => stars / sum) : null;
}
