/** Small worlds for tests of `models/`: ratings from rows, and a seeded archive with tastes to be learnt. */
import { type Catalogue, createCatalogue } from "../../models/catalogue.ts";
import type { Dataset } from "../../models/dataset.ts";
import { FeatureState } from "../../models/feature_state.ts";
import { Histories } from "../../models/histories.ts";
import { IdIndex } from "../../models/id_index.ts";
import { createRatings, type Moment, type Ratings } from "../../models/ratings.ts";
import type { People } from "../../models/people.ts";
import { createRng } from "../../models/rng.ts";

export type Row = readonly [user: number, movie: number, stars: number];

/** Columns of `rows` in their order; `replaces` is what the same rows say. Rating ids count from 0. */
export function ratingsOf(rows: readonly Row[]): Ratings {
  const ratings = createRatings(rows.length);
  const current = new Map<string, number>();
  rows.forEach(([user, movie, stars], row) => {
    ratings.ratingIds[row] = row;
    ratings.users[row] = user;
    ratings.movies[row] = movie;
    ratings.ratings[row] = stars;
    ratings.replaces[row] = current.get(`${user} ${movie}`) ?? NaN;
    ratings.ratedAt[row] = 1_000_000 + 60 * row;
    current.set(`${user} ${movie}`, stars);
  });
  return ratings;
}

/** Before anything has arrived. */
export function emptyMoment(catalogue: Catalogue): Moment {
  return { state: new FeatureState(catalogue), histories: new Histories(), users: countedUsers(1000) };
}

/**
 * `n` ratings of 40 users and 60 movies in 4 genres: each user likes one genre and is more or less generous, each
 * movie is better or worse. Some are re-ratings.
 */
export function seededRows(n: number, seed = 1): { catalogue: Catalogue; rows: Row[] } {
  const rng = createRng(seed);
  const facts = Array.from({ length: 60 }, (_, m) => ({
    id: 1000 + 3 * m,
    year: m % 7 === 0 ? null : 1960 + m,
    genres: m % 5 === 0 ? [m % 4, (m + 1) % 4] : [m % 4],
  }));
  const generosity = Array.from({ length: 40 }, () => rng.uniform() - 0.5);
  const worth = Array.from({ length: 60 }, () => 1.5 * (rng.uniform() - 0.5));
  const rows = Array.from({ length: n }, (): Row => {
    const [user, movie] = [rng.below(40), rng.below(60)];
    const liking = facts[movie].genres.includes(user % 4) ? 0.9 : -0.3;
    const stars = 3.2 + generosity[user] + worth[movie] + liking + 0.8 * (rng.uniform() - 0.5);
    return [user, movie, Math.min(5, Math.max(0.5, Math.round(2 * stars) / 2))];
  });
  return { catalogue: createCatalogue(facts, 4), rows };
}

/** Users whose ids are their positions + 1. */
export function countedUsers(n: number): IdIndex {
  return IdIndex.from(Array.from({ length: n }, (_, user) => user + 1));
}

/** Demographics of the first `n` of `countedUsers()`; a few say nothing of one thing or another. */
export function seededPeople(n: number): People {
  return new Map(Array.from({ length: n }, (_, user) => [user + 1, {
    gender: user % 7 === 0 ? null : "FM"[user % 2],
    age: user % 5 === 0 ? null : [1, 18, 25, 35, 45, 50, 56][user % 7],
    occupation: user % 11 === 0 ? null : String(user % 4),
  }]));
}

/** A dataset of `rows`, streamed in chunks of `chunk`. */
export function datasetOf(catalogue: Catalogue, ratings: Ratings, chunk = ratings.length): Dataset {
  return {
    catalogue,
    users: countedUsers(1000),
    *ratings() {
      for (let from = 0; from < ratings.length; from += chunk) yield slice(ratings, from, from + chunk);
    },
  };
}

/** Rows `from` to `to` (exclusive). */
export function slice(ratings: Ratings, from: number, to: number): Ratings {
  const end = Math.min(to, ratings.length);
  return {
    length: end - from,
    ratingIds: ratings.ratingIds.subarray(from, end),
    batches: ratings.batches.subarray(from, end),
    users: ratings.users.subarray(from, end),
    movies: ratings.movies.subarray(from, end),
    ratings: ratings.ratings.subarray(from, end),
    replaces: ratings.replaces.subarray(from, end),
    isStale: ratings.isStale.subarray(from, end),
    isHeldOut: ratings.isHeldOut.subarray(from, end),
    ratedAt: ratings.ratedAt.subarray(from, end),
  };
}
