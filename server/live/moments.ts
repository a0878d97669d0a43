/**
 * One person at a time as models see people: a `Moment` made of the snapshot, what they rated since, and what a request
 * brings along.
 *
 * Movies' sums are the snapshot's. A person's own sums are those of their rated list, which half stars make exact, so
 * vectors come out as publish has them, bit for bit. Of their history the last ratings stand in order of first arrival
 * behind all others, which stand by id: what models weigh by age they weigh by the last ones.
 */
import type { Catalogue } from "../../models/catalogue.ts";
import { FeatureState } from "../../models/feature_state.ts";
import { Histories } from "../../models/histories.ts";
import { IdIndex, type KnownIds } from "../../models/id_index.ts";
import { halfStarsOf, movieOf, packRating, starsOf } from "../../models/rating_entry.ts";
import type { Moment } from "../../models/ratings.ts";
import type { Snapshot } from "../../models/snapshot/snapshot.ts";

/** Whom a moment is of. */
export interface Asked {
  /** Null: nobody that has an account. */
  readonly userId: number | null;
  /** Index in the snapshot; −1: what it has of them is not to be used, or there is nothing. */
  readonly user: number;
  /** Stars of what they rated since, by index of the movie, in order of arrival; NaN: not known, so of no use. */
  readonly later: ReadonlyMap<number, number>;
}

export interface Moments {
  readonly catalogue: Catalogue;
  /** Everybody's: what freezes the movies' side. It has no people. */
  readonly movies: Moment;
  /** Of one person, who is user 0. It is good until the next call: sums are kept in one place. */
  of(asked: Asked): Moment;
}

/** Position of the person asked about. */
export const PERSON = 0;

export interface MomentsOptions {
  /** What features take for the running mean; null (the default): the snapshot's own. */
  mean?: number | null;
  /** Of the snapshot, where it is known. */
  catalogue?: Catalogue;
}

/** As of `snapshot`. */
export function createMoments(
  snapshot: Snapshot,
  { mean = null, catalogue = catalogueOf(snapshot) }: MomentsOptions = {},
): Moments {
  const state = new FeatureState(catalogue);
  state.movieCounts = new Int32Array(snapshot.nRatings);
  state.movieSums = new Float64Array(snapshot.ratingSums);
  state.loadTotals(snapshot.totals.nRatings, snapshot.totals.ratingSum);
  state.pinnedMean = mean;
  const nobody = { state, histories: new Histories(), users: IdIndex.from([]) };
  return {
    catalogue,
    movies: nobody,
    of(asked) {
      const entries = entriesOf(snapshot, asked);
      load(state, entries);
      const histories = new Histories();
      const stars = new Float32Array(entries.length);
      for (let i = 0; i < entries.length; i++) stars[i] = starsOf(entries[i]);
      histories.load(PERSON, { movies: entries.map(movieOf), stars });
      const { userId, user } = asked;
      const known = user < 0 ? null : snapshot.person(user);
      const people = userId !== null && known !== null ? new Map([[userId, known]]) : undefined;
      // A new object each time: models remember what they made of a moment by its identity.
      return { state, histories, users: onlyUser(userId), people };
    },
  };
}

/** What is no id of anybody. */
const NO_ID = -1;

function onlyUser(userId: number | null): KnownIds {
  return {
    ids: Int32Array.of(userId ?? NO_ID),
    size: 1,
    get: (id) => id === userId ? PERSON : undefined,
  };
}

/** All ratings of a person, packed; the last ones in order of first arrival. */
function entriesOf({ rated, recentBy }: Snapshot, { user, later }: Asked): Int32Array {
  const row = user < 0 ? NOTHING : rated.entries.subarray(rated.offsets[user], rated.offsets[user + 1]);
  const recent = user < 0 ? NOTHING : recentBy(user);
  const entries = new Int32Array(row.length + later.size);
  let n = 0;
  if (recent.length < row.length) {
    const isRecent = new Set(recent);
    for (let i = 0; i < row.length; i++) if (!isRecent.has(row[i])) entries[n++] = row[i];
  }
  entries.set(recent, n);
  n += recent.length;
  const before = n;
  for (const [movie, stars] of later) {
    if (Number.isNaN(stars)) continue;
    const place = placeOf(entries, before, movie);
    entries[place < 0 ? n++ : place] = packRating(movie, stars);
  }
  return entries.subarray(0, n);
}

/** Where `movie` stands among the first `n` entries; −1 when it does not. */
function placeOf(entries: Int32Array, n: number, movie: number): number {
  for (let i = 0; i < n; i++) if (movieOf(entries[i]) === movie) return i;
  return -1;
}

const NOTHING = new Int32Array(0);

/** Sums of `entries`, as user `PERSON`. */
function load(state: FeatureState, entries: Int32Array): void {
  const { nGenres, genres, genreStarts } = state.catalogue;
  const genreCounts = new Int32Array(nGenres);
  const genreSums = new Float64Array(nGenres);
  let ratingSum = 0;
  for (let i = 0; i < entries.length; i++) {
    const movie = movieOf(entries[i]);
    const stars = halfStarsOf(entries[i]) / 2;
    ratingSum += stars;
    for (let k = genreStarts[movie]; k < genreStarts[movie + 1]; k++) {
      genreCounts[genres[k]]++;
      genreSums[genres[k]] += stars;
    }
  }
  state.loadUser(PERSON, { nRatings: entries.length, ratingSum, genreCounts, genreSums });
}

const catalogues = new WeakMap<Snapshot, Catalogue>();

/** The snapshot's movies as models know a catalogue, column by column; made once. */
export function catalogueOf(snapshot: Snapshot): Catalogue {
  const known = catalogues.get(snapshot);
  if (known) return known;
  const { movieIds, genres, year, genreRows } = snapshot;
  const years = new Int16Array(movieIds.length);
  for (let movie = 0; movie < years.length; movie++) years[movie] = year(movie) ?? 0;
  const made = {
    movies: IdIndex.from(movieIds),
    nGenres: genres.length,
    years,
    genreStarts: new Int32Array(genreRows.offsets),
    genres: new Uint8Array(genreRows.ids),
  };
  catalogues.set(snapshot, made);
  return made;
}
