/**
 * The served snapshot: all that a recommendation needs, in one `models/container.ts` file.
 *
 * Movies and users stand in ascending order of id, and everything else names them by their index in that order.
 * Opening makes views of the bytes: 32 million seen ratings cost no second copy, and titles are read when asked for.
 */
import { checking } from "./_checks.ts";
import {
  type Columns,
  columnsOf,
  contradiction,
  FORMAT,
  type Header,
  headerOf,
  keyArrays,
  wordArrays,
} from "./_columns.ts";
import { type Container, decode, decodeHeader, encode, type Json } from "../container.ts";
import type { People, Person } from "../people.ts";
import { inOneGo, type Steps } from "../steps.ts";
import { demographicColumns, personAt } from "./demographics.ts";
import { type KeyTable, openKeys } from "./key_table.ts";
import type { RatedLists } from "./rated_lists.ts";
import type { Rows } from "./rated_pairs.ts";
import { indexOfId } from "./index_of_id.ts";
import type { ServingSettings } from "./serving_settings.ts";
import { offsetsOf, textTable } from "./text_table.ts";
import { WINDOW_DAYS } from "./windows.ts";
import { openWords, type WordIndex } from "./word_index.ts";

/** What is served beside popularity: one model version, its embeddings where it has any, and the line to stars. */
export interface Champion {
  version: string;
  /** Name of the model: the `source` of its lists. */
  model: string;
  /** d, the length of an embedding; 0 for a model without. */
  dimension: number;
  /** nMovies × d; null for a model without. */
  movieEmbeddings: Float32Array | null;
  /** nUsers × d; null together with the movies'. */
  userEmbeddings: Float32Array | null;
  /** The version's artifact, encoded: whoever has it can open the model and embed anybody. Null: vectors are all there is. */
  artifact: Uint8Array | null;
  /** score = slope · ⟨user, movie⟩ + intercept, in stars; slope > 0. */
  slope: number;
  intercept: number;
  /** The running mean that the vectors are as of, in stars; tomorrow's are added to them only with the same. */
  mean: number;
}

interface SnapshotFacts {
  /** Label of the run that published it, YYYY-MM-DD; null: no run did. */
  day: string | null;
  /** The newest batch whose ratings are in: what arrived later is added by the server. −1: none. */
  batchId: number;
  /** Name of the archive, as in raw_db.sources. */
  edition: string;
  /** Whether the archive is the generated sample. */
  isSample: boolean;
  /** Names, by genre_id. */
  genres: readonly string[];
  /** Count and sum of all current ratings: their ratio is the running mean. */
  totals: { nRatings: number; ratingSum: number };
  /** What the manifest says about serving. */
  serving: ServingSettings;
}

/** Columns that are handed over as they stand, one entry a movie unless said otherwise. */
interface MovieColumns {
  /** Count and sum of current ratings. */
  nRatings: Uint32Array;
  ratingSums: Float64Array;
  /** How often each movie was given 0.5, 1, … 5 stars: movies × 10. */
  histograms: Uint32Array;
  /** Ratings in the archive's last `WINDOW_DAYS` days, one window behind the other: 4 × movies. */
  windows: Uint32Array;
  /** How much faster than before a movie is rated, in standard errors: see `trendOf()`. */
  trends: Float32Array;
}

/** What `encodeSnapshot()` takes: columns, one entry a movie or user. */
export interface SnapshotParts extends SnapshotFacts {
  movies: {
    /** Ascending. */
    ids: Int32Array;
    titles: readonly string[];
    years: readonly (number | null)[];
    genreIds: readonly (readonly number[])[];
    /** What the movies are called outside; absent: by their ids. */
    keys?: readonly string[] | null;
  } & MovieColumns;
  /** What the users of `rated` are called outside, "" where they are not; absent: by their ids. */
  userKeys?: readonly string[] | null;
  /** Current ratings: its movies are indices into `movies`, its users are the snapshot's users. */
  rated: RatedLists;
  /** Each user's last ratings, in order of first arrival. */
  recent: Rows;
  /** Sum of current ratings, one entry a user of `rated`. */
  userRatingSums: Float64Array;
  /** What is known of people beside their ratings; absent: nothing. */
  people?: Pick<People, "get"> | null;
  /** Null: popularity is all there is to serve. */
  champion: Champion | null;
}

export interface Snapshot extends SnapshotFacts, Readonly<MovieColumns> {
  readonly movieIds: Int32Array;
  readonly userIds: Int32Array;
  readonly userRatingSums: Float64Array;
  readonly rated: RatedLists;
  readonly recent: Rows;
  readonly champion: Champion | null;
  /** What users and movies are called outside; null: by their ids. */
  readonly userKeys: KeyTable | null;
  readonly movieKeys: KeyTable | null;
  /** Index of a movie or user; −1 when the snapshot has none. */
  movieIndex(movieId: number): number;
  userIndex(userId: number): number;
  title(movie: number): string;
  year(movie: number): number | null;
  genresOf(movie: number): string[];
  /** Places in `genres` of a movie's genres: a view. */
  genreIdsOf(movie: number): Uint16Array;
  /** All of these one after the other, and where each movie's begin [movies + 1]. */
  readonly genreRows: { readonly offsets: Uint32Array; readonly ids: Uint16Array };
  /** What titles are searched by. */
  readonly titleWords: WordIndex;
  /** A user's last ratings (`models/rating_entry.ts`), oldest first arrival first: a view. */
  recentBy(user: number): Int32Array;
  /** Ratings of each movie in the archive's last `days`: a view; null when that is no window. */
  countsIn(days: number): Uint32Array | null;
  /** What is known of a user beside their ratings. */
  person(user: number): Person | null;
}

/** The file of a snapshot. Equal parts give equal bytes. @throws as `openSnapshot()` does. */
export function encodeSnapshot(parts: SnapshotParts): Uint8Array<ArrayBuffer> {
  const { movies, rated, recent, champion } = parts;
  const titles = textTable(movies.titles);
  const { people } = parts;
  const demographics = people ? demographicColumns(rated.userIds, (id) => people.get(id)) : null;
  const bytes = encode({
    header: headerOf(parts, demographics) as unknown as { [key: string]: Json },
    arrays: {
      movie_ids: movies.ids,
      title_offsets: titles.offsets,
      titles: titles.bytes,
      ...wordArrays(movies.titles),
      years: Uint16Array.from(movies.years, (year) => year ?? 0),
      genre_offsets: offsetsOf(movies.genreIds),
      genre_ids: Uint16Array.from(movies.genreIds.flat()),
      n_ratings: movies.nRatings,
      rating_sums: movies.ratingSums,
      histograms: movies.histograms,
      windows: movies.windows,
      trends: movies.trends,
      user_ids: rated.userIds,
      user_rating_sums: parts.userRatingSums,
      rated_offsets: rated.offsets,
      rated_entries: rated.entries,
      recent_offsets: recent.offsets,
      recent_entries: recent.entries,
      ...keyArrays("user", parts.userKeys),
      ...keyArrays("movie", movies.keys),
      ...(demographics && {
        user_genders: demographics.gender,
        user_ages: demographics.age,
        user_occupations: demographics.occupation,
      }),
      ...(champion?.movieEmbeddings && { movie_embeddings: champion.movieEmbeddings }),
      ...(champion?.userEmbeddings && { user_embeddings: champion.userEmbeddings }),
      ...(champion?.artifact && { artifact: champion.artifact }),
    },
  });
  openSnapshot(bytes);
  return bytes;
}

/** A snapshot that another build has made, before this one or after it: nothing is wrong with it. */
export class OtherFormatError extends SyntaxError {
  constructor(readonly format: number) {
    super(
      `Cannot open snapshot of format ${format} as this build reads format ${FORMAT}. ` +
        "Next: deno task daily --from publish",
    );
  }
}

/**
 * Opens what `encodeSnapshot()` wrote, after a look at every figure that a request would follow. `bytes` may be shared
 * memory; `isChecked`: who shares them has opened them already, and every figure was looked at.
 *
 * @throws {SyntaxError} when `bytes` are no snapshot, or contradict themselves.
 * @throws {OtherFormatError} when another build made them.
 */
export function openSnapshot(
  bytes: Uint8Array<ArrayBufferLike>,
  { isChecked = false }: { isChecked?: boolean } = {},
): Snapshot {
  return isChecked ? viewsOf(bytes).snapshot : inOneGo(openingSnapshot(bytes));
}

/** `openSnapshot()` in steps of some milliseconds. @throws as it does, at any of them. */
export function* openingSnapshot(bytes: Uint8Array<ArrayBufferLike>): Steps<Snapshot> {
  const { snapshot, columns } = viewsOf(bytes);
  yield* checking(snapshot, columns);
  return snapshot;
}

function viewsOf(bytes: Uint8Array<ArrayBufferLike>): { snapshot: Snapshot; columns: Columns } {
  const container = decode(bytes);
  const header = checkedHeader(container.header);
  const columns = columnsOf(container.arrays, header);
  return { snapshot: snapshotOf(header, columns), columns };
}

/** What a snapshot is made with, of its file's first bytes. @throws {SyntaxError} as `openSnapshot()` does. */
export function servingIn(bytes: Uint8Array): ServingSettings {
  return checkedHeader(decodeHeader(bytes)).serving;
}

function checkedHeader(found: Container["header"]): Header {
  const header = found as unknown as Header;
  if (header.kind !== "snapshot") throw contradiction('should be of kind "snapshot"', `"${header.kind}"`);
  if (header.format !== FORMAT) throw new OtherFormatError(header.format);
  return header;
}

function snapshotOf(header: Header, columns: Columns): Snapshot {
  const { movieIds, userIds, titleOffsets, genreOffsets, recent, windows, demographics } = columns;
  const genreIdsOf = (movie: number) =>
    columns.genreIds.subarray(genreOffsets[movie], genreOffsets[movie + 1]);
  return {
    day: header.day,
    batchId: header.batch_id,
    edition: header.edition,
    isSample: header.is_sample,
    genres: header.genres,
    totals: { nRatings: header.totals.n_ratings, ratingSum: header.totals.rating_sum },
    serving: header.serving,
    movieIds,
    userIds,
    nRatings: columns.nRatings,
    ratingSums: columns.ratingSums,
    histograms: columns.histograms,
    windows,
    trends: columns.trends,
    userRatingSums: columns.userRatingSums,
    rated: columns.rated,
    recent,
    champion: columns.champion,
    userKeys: columns.userKeys && openKeys(columns.userKeys),
    movieKeys: columns.movieKeys && openKeys(columns.movieKeys),
    movieIndex: (movieId) => indexOfId(movieIds, movieId),
    userIndex: (userId) => indexOfId(userIds, userId),
    title: (movie) => textOf(columns.titles.subarray(titleOffsets[movie], titleOffsets[movie + 1])),
    year: (movie) => columns.years[movie] || null,
    genresOf(movie) {
      // `Array.from()` of so few takes seven times as long.
      const genres: string[] = [];
      for (let i = genreOffsets[movie]; i < genreOffsets[movie + 1]; i++) {
        genres.push(header.genres[columns.genreIds[i]]);
      }
      return genres;
    },
    genreIdsOf,
    genreRows: { offsets: genreOffsets, ids: columns.genreIds },
    titleWords: openWords(columns.titleWords),
    recentBy: (user) => recent.entries.subarray(recent.offsets[user], recent.offsets[user + 1]),
    countsIn(days) {
      const window = WINDOW_DAYS.findIndex((length) => length === days);
      const n = movieIds.length;
      return window < 0 ? null : windows.subarray(window * n, (window + 1) * n);
    },
    person: (user) => demographics && personAt(demographics, user),
  };
}

const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Longest text, in bytes, that is put together from its characters: they are arguments of one call. */
const SHORT = 1_000;

/** UTF-8. Most titles are ASCII, and short: 1 µs, where the decoder takes 3. */
function textOf(bytes: Uint8Array): string {
  if (bytes.length > SHORT) return UTF8.decode(bytes);
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] > 0x7f) return UTF8.decode(bytes);
  }
  return Reflect.apply(String.fromCharCode, null, bytes);
}
