/** Lists about the archive that the snapshot answers: no request of them asks the database. */
import { STAR_STEPS } from "../../../models/snapshot/histograms.ts";
import type { Snapshot } from "../../../models/snapshot/snapshot.ts";
import type { ListRow, Plain } from "./list.ts";

export interface SnapshotList {
  columns: readonly string[];
  rows: (snapshot: Snapshot) => ListRow[];
}

/** Movies in a list of movies. */
const LONGEST = 100;
/** Ratings of the mean that a movie is given beforehand, so that one with a single 5 is not the best. */
const PRIOR_RATINGS = 25;

function totals({ totals, movieIds, userIds, nRatings: counts, edition, genres }: Snapshot) {
  const { nRatings, ratingSum } = totals;
  return [
    { name: "edition", value: edition },
    { name: "movies", value: movieIds.length },
    { name: "rated_movies", value: counts.reduce((sum, n) => sum + Math.sign(n), 0) },
    { name: "people", value: userIds.length },
    { name: "ratings", value: nRatings },
    { name: "mean_rating", value: nRatings === 0 ? null : rounded(ratingSum / nRatings) },
    { name: "genres", value: genres.length },
  ];
}

function ratingHistogram({ histograms }: Snapshot) {
  const counts = new Float64Array(STAR_STEPS);
  for (let i = 0; i < histograms.length; i++) counts[i % STAR_STEPS] += histograms[i];
  return Array.from(counts, (n_ratings, step) => ({ rating: (step + 1) / 2, n_ratings }));
}

function ratingsPerMovie({ nRatings }: Snapshot) {
  return tail(nRatings);
}

function ratingsPerUser({ rated: { offsets, userIds } }: Snapshot) {
  return tail(userIds.map((_, user) => offsets[user + 1] - offsets[user]));
}

function genres({ genres, movieIds, genreIdsOf, nRatings, ratingSums }: Snapshot) {
  const rows = genres.map((genre) => ({ genre, n_movies: 0, n_ratings: 0, sum: 0 }));
  for (let movie = 0; movie < movieIds.length; movie++) {
    for (const genre of genreIdsOf(movie)) {
      rows[genre].n_movies++;
      rows[genre].n_ratings += nRatings[movie];
      rows[genre].sum += ratingSums[movie];
    }
  }
  return rows.map(({ sum, ...row }) => ({ ...row, mean_rating: mean(sum, row.n_ratings) }));
}

/** (Σ ratings + k · mean of all) / (n + k), k = PRIOR_RATINGS; ties by id. */
function topMovies(snapshot: Snapshot) {
  const { totals: { nRatings: n, ratingSum }, nRatings, ratingSums } = snapshot;
  const prior = n === 0 ? 0 : ratingSum / n;
  const score = (movie: number) =>
    (ratingSums[movie] + PRIOR_RATINGS * prior) / (nRatings[movie] + PRIOR_RATINGS);
  return moviesBy(snapshot, score);
}

function mostRated(snapshot: Snapshot) {
  return moviesBy(snapshot, (movie) => snapshot.nRatings[movie]);
}

/** How many people of which gender, age and occupation; none where the archive says nothing of people. */
function demographics({ userIds, person }: Snapshot) {
  const counts = {
    gender: new Map<string, number>(),
    age: new Map<string, number>(),
    occupation: new Map<string, number>(),
  };
  for (let user = 0; user < userIds.length; user++) {
    const known = person(user);
    for (const kind of ["gender", "age", "occupation"] as const) {
      const value = known?.[kind];
      if (value === null || value === undefined) continue;
      counts[kind].set(String(value), (counts[kind].get(String(value)) ?? 0) + 1);
    }
  }
  return Object.entries(counts).flatMap(([kind, found]) =>
    [...found].sort(([, a], [, b]) => b - a).map(([value, n_users]) => ({ kind, value, n_users }))
  );
}

function moviesBy(snapshot: Snapshot, score: (movie: number) => number) {
  const { movieIds, nRatings, ratingSums } = snapshot;
  const scores = Float64Array.from(movieIds, (_, movie) => score(movie));
  return [...movieIds.keys()]
    .filter((movie) => nRatings[movie] > 0)
    .sort((a, b) => scores[b] - scores[a] || a - b)
    .slice(0, LONGEST)
    .map((movie, i) => ({
      rank: i + 1,
      movie_id: movieIds[movie],
      title: snapshot.title(movie),
      year: snapshot.year(movie),
      n_ratings: nRatings[movie],
      mean_rating: mean(ratingSums[movie], nRatings[movie]),
    }));
}

/** How many have 1, 2–3, 4–7, … ratings; nobody is left out between the first and the last. */
function tail(counts: ArrayLike<number>) {
  const found: number[] = [];
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] === 0) continue;
    const power = Math.floor(Math.log2(counts[i]));
    found[power] = (found[power] ?? 0) + 1;
  }
  return Array.from(found, (n = 0, power) => {
    const [from, to] = [2 ** power, 2 ** (power + 1) - 1];
    return { bucket: from === to ? `${from}` : `${from}–${to}`, from, to, n };
  });
}

/** The compiler holds the rows to the columns. */
function listOf<const Column extends string>(
  columns: readonly Column[],
  rows: (snapshot: Snapshot) => Readonly<Record<Column, Plain>>[],
): SnapshotList {
  return { columns, rows };
}

const TAIL = ["bucket", "from", "to", "n"] as const;
const MOVIES = ["rank", "movie_id", "title", "year", "n_ratings", "mean_rating"] as const;

export const SNAPSHOT_LISTS: Readonly<Record<string, SnapshotList>> = {
  totals: listOf(["name", "value"], totals),
  rating_histogram: listOf(["rating", "n_ratings"], ratingHistogram),
  ratings_per_movie: listOf(TAIL, ratingsPerMovie),
  ratings_per_user: listOf(TAIL, ratingsPerUser),
  genres: listOf(["genre", "n_movies", "n_ratings", "mean_rating"], genres),
  top_movies: listOf(MOVIES, topMovies),
  most_rated: listOf(MOVIES, mostRated),
  demographics: listOf(["kind", "value", "n_users"], demographics),
};

const rounded = (value: number) => Math.round(value * 1000) / 1000;
const mean = (sum: number, n: number) => n === 0 ? null : rounded(sum / n);
