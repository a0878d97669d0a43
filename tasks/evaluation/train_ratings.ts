/** A table of ratings as what had arrived, in order: (timestamp, user, movie), or the file's order without times. */
import { timeOrder } from "../import/time_order.ts";
import type { IdIndex } from "../../models/id_index.ts";
import { createRatings, type Ratings } from "../../models/ratings.ts";
import type { RatingFile } from "./rating_file.ts";

export interface ArrivalOptions {
  /** Takes new ones in. */
  users: IdIndex;
  /** Knows all. */
  movies: IdIndex;
  toStars(rating: number): number;
}

/** Columns in arrival order; a later rating of a pair replaces an earlier one. */
export async function inArrivalOrder(
  { rows, hasTimes }: RatingFile,
  { users, movies, toStars }: ArrivalOptions,
  signal: AbortSignal,
): Promise<Ratings> {
  const order = hasTimes ? await timeOrder(rows, signal) : null;
  const ratings = createRatings(rows.n);
  for (let i = 0; i < rows.n; i++) {
    const row = order === null ? i : order[i];
    ratings.ratingIds[i] = i;
    ratings.users[i] = users.add(rows.userId[row]);
    ratings.movies[i] = movies.get(rows.movieId[row])!;
    ratings.ratings[i] = toStars(rows.rating[row]);
    ratings.ratedAt[i] = rows.ratedAt[row];
  }
  noteReplaced(ratings, { users: users.size, movies: movies.size });
  return ratings;
}

/**
 * `replaces` of each row: the same person's rating of the same movie before it. Rows are walked person by person, so
 * that one place a movie is enough, however many pairs there are.
 */
function noteReplaced(ratings: Ratings, { users, movies }: { users: number; movies: number }): void {
  const rows = byUser(ratings, users);
  const lastUser = new Int32Array(movies).fill(-1);
  const lastStars = new Float32Array(movies);
  for (const row of rows) {
    const [user, movie] = [ratings.users[row], ratings.movies[row]];
    if (lastUser[movie] === user) ratings.replaces[row] = lastStars[movie];
    lastUser[movie] = user;
    lastStars[movie] = ratings.ratings[row];
  }
}

/** Row numbers by user, in arrival order within each (a counting sort). */
function byUser({ length, users }: Ratings, nUsers: number): Uint32Array {
  const ends = new Uint32Array(nUsers + 1);
  for (const user of users) ends[user + 1]++;
  for (let user = 0; user < nUsers; user++) ends[user + 1] += ends[user];
  const rows = new Uint32Array(length);
  for (let row = 0; row < length; row++) rows[ends[users[row]]++] = row;
  return rows;
}
