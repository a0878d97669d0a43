/**
 * What requests ask of a snapshot's movies again and again, made once for each snapshot, when somebody first asks:
 * the catalogue as models know it, the order of popularity, and the movies that a filter lets through.
 */
import { type Catalogue, createCatalogue } from "../../models/catalogue.ts";
import type { Snapshot } from "../../models/snapshot/snapshot.ts";

export interface Shelf {
  /** Positions are the snapshot's indices. */
  readonly catalogue: Catalogue;
  /** Movies by number of ratings, ties by id. */
  readonly byPopularity: Int32Array;
  /** 1 for each movie that `filter` keeps out; null: it keeps none out. */
  keptOut(filter: Filter): Uint8Array | null;
}

export interface Filter {
  /** At least one of these, by name. */
  genres?: readonly string[];
  /** Years of release, both included; a movie of which the year is not known passes neither bound. */
  yearFrom?: number;
  yearTo?: number;
}

/** Filters whose answer is kept: pages ask with the same few over and over. One takes a byte a movie. */
const KEPT_FILTERS = 16;

/** More than there are movies. */
const KEY = 2 ** 31;

const shelves = new WeakMap<Snapshot, Shelf>();

export function shelfOf(snapshot: Snapshot): Shelf {
  let shelf = shelves.get(snapshot);
  if (shelf === undefined) shelves.set(snapshot, shelf = createShelf(snapshot));
  return shelf;
}

function createShelf(snapshot: Snapshot): Shelf {
  let catalogue: Catalogue | null = null;
  let byPopularity: Int32Array | null = null;
  const kept = new Map<string, Uint8Array | null>();
  return {
    get catalogue() {
      return catalogue ??= catalogueOf(snapshot);
    },
    get byPopularity() {
      return byPopularity ??= popularityOrder(snapshot.nRatings);
    },
    keptOut({ genres = [], yearFrom, yearTo }) {
      const key = JSON.stringify([genres, yearFrom, yearTo]);
      const known = kept.get(key);
      if (known !== undefined) return known;
      const isOpen = genres.length === 0 && yearFrom === undefined && yearTo === undefined;
      const mask = isOpen
        ? null
        : maskOf(this.catalogue, { genres: idsOf(snapshot, genres), yearFrom, yearTo });
      for (const oldest of kept.keys()) {
        if (kept.size < KEPT_FILTERS) break;
        kept.delete(oldest);
      }
      kept.set(key, mask);
      return mask;
    },
  };
}

function catalogueOf(snapshot: Snapshot): Catalogue {
  const genreIds = new Map(snapshot.genres.map((name, id) => [name, id]));
  const facts = Array.from(snapshot.movieIds, (id, movie) => ({
    id,
    year: snapshot.year(movie),
    genres: snapshot.genresOf(movie).map((name) => genreIds.get(name)!),
  }));
  return createCatalogue(facts, snapshot.genres.length);
}

/** One sort of numbers: descending by count, then ascending by index; exact up to 2²² ratings a movie. */
function popularityOrder(counts: Uint32Array): Int32Array {
  const keys = Float64Array.from(counts, (count, movie) => -count * KEY + movie).sort();
  return Int32Array.from(keys, (key) => key - Math.floor(key / KEY) * KEY);
}

/** No name of `names` is left out of sight: of an unknown one there is no movie. */
function idsOf({ genres }: Snapshot, names: readonly string[]): number[] | null {
  return names.length === 0 ? null : names.map((name) => genres.indexOf(name)).filter((id) => id >= 0);
}

function maskOf(
  { movies, years, genres, genreStarts, nGenres }: Catalogue,
  { genres: wanted, yearFrom = -Infinity, yearTo = Infinity }: {
    genres: number[] | null;
    yearFrom?: number;
    yearTo?: number;
  },
): Uint8Array {
  const mask = new Uint8Array(movies.size);
  const isWanted = new Uint8Array(nGenres);
  for (const genre of wanted ?? []) isWanted[genre] = 1;
  const isDated = yearFrom !== -Infinity || yearTo !== Infinity;
  for (let movie = 0; movie < mask.length; movie++) {
    const year = years[movie];
    if (isDated && (year === 0 || year < yearFrom || year > yearTo)) mask[movie] = 1;
    if (wanted === null) continue;
    let hasWanted = 0;
    for (let k = genreStarts[movie]; k < genreStarts[movie + 1]; k++) hasWanted |= isWanted[genres[k]];
    if (hasWanted === 0) mask[movie] = 1;
  }
  return mask;
}
