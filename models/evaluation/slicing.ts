/**
 * Parts of a question that quality is told of one by one, all known from train: who asks, and about which movie.
 *
 *   cold    people with fewer than 5 ratings in train; warm: all others
 *   light   of the warm people asked about, those below their median number of ratings; heavy: from the median on
 *   new     movies without a rating in train
 *   genre:… movies of a genre
 */
import type { Moment } from "../ratings.ts";
import { isColdUser } from "./quality.ts";

export interface Slice {
  name: string;
  /** Whether it holds what `user` is asked about `movie` (positions). */
  has(user: number, movie: number): boolean;
}

/** All slices of a question that asks about `people`, as of `moment`; some may turn out empty. */
export function slicesOf(
  moment: Moment,
  { people, genres }: { people: Iterable<number>; genres: readonly string[] },
): Slice[] {
  const { userCounts, movieCounts, catalogue } = moment.state;
  const countOf = (user: number) => userCounts[user] ?? 0;
  const warm = Array.from(new Set(people)).filter((user) => !isColdUser(moment, user)).map(countOf);
  const median = warm.sort((a, b) => a - b)[Math.floor(warm.length / 2)] ?? 0;
  const { genreStarts, genres: places } = catalogue;
  return [
    { name: "all", has: () => true },
    { name: "warm", has: (user) => !isColdUser(moment, user) },
    { name: "cold", has: (user) => isColdUser(moment, user) },
    { name: "heavy", has: (user) => !isColdUser(moment, user) && countOf(user) >= median },
    { name: "light", has: (user) => !isColdUser(moment, user) && countOf(user) < median },
    { name: "new", has: (_, movie) => movieCounts[movie] === 0 },
    ...genres.map((name, place): Slice => ({
      name: `genre:${name}`,
      has: (_, movie) => places.subarray(genreStarts[movie], genreStarts[movie + 1]).includes(place),
    })),
  ];
}
