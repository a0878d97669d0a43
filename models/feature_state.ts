/**
 * Counts and sums of the ratings observed so far: all that a feature may be computed from.
 *
 * Ratings are half stars, so every sum is exact in a double: observing and unobserving in any order gives the same
 * bits, and the state after the last rating equals the stored sums. A re-rating adds new − old to the sums and
 * nothing to the counts. (An evaluation may stretch another scale to ours: then sums are as exact as float32 stars in
 * any order are, which is close, and no stored sum is compared.) Users and movies are positions (see `IdIndex`); arrays grow as they come.
 */
import type { Catalogue } from "./catalogue.ts";
import { grown } from "./id_index.ts";

/** The running mean before the first rating: the middle of the scale from 0.5 to 5. */
const MIDDLE_OF_SCALE = 2.75;
const [LEAST_STARS, MOST_STARS] = [0.5, 5];

/** What is stored of one user: counts and sums, overall and by genre. */
export interface UserSums {
  nRatings: number;
  ratingSum: number;
  genreCounts: ArrayLike<number>; // [nGenres]; a shorter row is filled with zeros
  genreSums: ArrayLike<number>;
}

export class FeatureState {
  nRatings = 0;
  ratingSum = 0;
  userCounts = new Int32Array(0); // [users]
  userSums = new Float64Array(0);
  genreCounts = new Int32Array(0); // [users × nGenres]
  genreSums = new Float64Array(0);
  movieCounts: Int32Array<ArrayBuffer>; // [movies]
  movieSums: Float64Array<ArrayBuffer>;

  constructor(readonly catalogue: Catalogue) {
    this.movieCounts = new Int32Array(catalogue.movies.size);
    this.movieSums = new Float64Array(catalogue.movies.size);
  }

  /** Set: what features take for the running mean, wherever the sums go. */
  pinnedMean: number | null = null;

  /** g = Σr / n over everything observed, unless it is pinned. */
  get mean(): number {
    if (this.pinnedMean !== null) return this.pinnedMean;
    return this.nRatings === 0 ? MIDDLE_OF_SCALE : this.ratingSum / this.nRatings;
  }

  /** Takes a rating in; `replaces` is the user's current rating of that movie, NaN when there is none. */
  observe(user: number, movie: number, rating: number, replaces: number): void {
    if (Number.isNaN(replaces)) this.#add(user, movie, 1, rating);
    else this.#add(user, movie, 0, rating - replaces);
  }

  /** Undoes `observe()` of the same arguments, exactly. */
  unobserve(user: number, movie: number, rating: number, replaces: number): void {
    if (Number.isNaN(replaces)) this.#add(user, movie, -1, -rating);
    else this.#add(user, movie, 0, replaces - rating);
  }

  /** Makes room for `user`, so that its row can be read (zeros) before its first rating. */
  reserve(user: number): void {
    if (user < this.userCounts.length) return;
    const { nGenres } = this.catalogue;
    this.userCounts = grown(this.userCounts, user + 1, Int32Array);
    this.userSums = grown(this.userSums, user + 1, Float64Array);
    this.genreCounts = grown(this.genreCounts, (user + 1) * nGenres, Int32Array);
    this.genreSums = grown(this.genreSums, (user + 1) * nGenres, Float64Array);
  }

  /** The same sums, to be moved on their own. */
  copy(): FeatureState {
    const copy = new FeatureState(this.catalogue);
    copy.loadTotals(this.nRatings, this.ratingSum);
    for (const name of SUMS) Object.assign(copy, { [name]: this[name].slice() });
    return copy;
  }

  loadTotals(nRatings: number, ratingSum: number): void {
    this.nRatings = nRatings;
    this.ratingSum = ratingSum;
  }

  loadUser(user: number, sums: UserSums): void {
    this.reserve(user);
    this.userCounts[user] = sums.nRatings;
    this.userSums[user] = sums.ratingSum;
    this.genreCounts.set(sums.genreCounts, user * this.catalogue.nGenres);
    this.genreSums.set(sums.genreSums, user * this.catalogue.nGenres);
  }

  loadMovie(movie: number, nRatings: number, ratingSum: number): void {
    this.movieCounts[movie] = nRatings;
    this.movieSums[movie] = ratingSum;
  }

  /** What `loadUser()` would take; the genre rows are views. */
  user(user: number): UserSums {
    this.reserve(user);
    const row = user * this.catalogue.nGenres;
    return {
      nRatings: this.userCounts[user],
      ratingSum: this.userSums[user],
      genreCounts: this.genreCounts.subarray(row, row + this.catalogue.nGenres),
      genreSums: this.genreSums.subarray(row, row + this.catalogue.nGenres),
    };
  }

  #add(user: number, movie: number, count: number, sum: number): void {
    const { genreStarts, genres, nGenres } = this.catalogue;
    this.reserve(user);
    this.nRatings += count;
    this.ratingSum += sum;
    this.userCounts[user] += count;
    this.userSums[user] += sum;
    this.movieCounts[movie] += count;
    this.movieSums[movie] += sum;
    const row = user * nGenres;
    for (let k = genreStarts[movie]; k < genreStarts[movie + 1]; k++) {
      this.genreCounts[row + genres[k]] += count;
      this.genreSums[row + genres[k]] += sum;
    }
  }
}

const SUMS = ["userCounts", "userSums", "genreCounts", "genreSums", "movieCounts", "movieSums"] as const;

/**
 * The first sum that no ratings can have, in words; null when there is none: n ratings of 0.5 to 5 stars sum up to
 * 0.5·n to 5·n. A state that was rewound too far, or not far enough, shows here, as newcomers must be at 0.
 */
export function firstImpossible(state: FeatureState): string | null {
  for (
    const [counts, sums] of [["userCounts", "userSums"], ["movieCounts", "movieSums"], [
      "genreCounts",
      "genreSums",
    ]] as const
  ) {
    for (let i = 0; i < state[counts].length; i++) {
      const [n, sum] = [state[counts][i], state[sums][i]];
      if (!(n >= 0 && sum >= LEAST_STARS * n && sum <= MOST_STARS * n)) {
        return `${counts}[${i}]: ${n}, with sum ${sum}`;
      }
    }
  }
  return null;
}

/** Where two states differ first, in words; null when every count and sum is the same. */
export function firstDifference(found: FeatureState, wanted: FeatureState): string | null {
  if (found.nRatings !== wanted.nRatings) return `count: ${found.nRatings}, not ${wanted.nRatings}`;
  if (found.ratingSum !== wanted.ratingSum) return `sum: ${found.ratingSum}, not ${wanted.ratingSum}`;
  for (const name of SUMS) {
    const [a, b] = [found[name], wanted[name]];
    for (let i = 0; i < Math.max(a.length, b.length); i++) {
      // Room that one state has reserved and the other has not counts as zeros.
      if ((a[i] ?? 0) !== (b[i] ?? 0)) return `${name}[${i}]: ${a[i]}, not ${b[i]}`;
    }
  }
  return null;
}
