/** How a snapshot's parts are named in its file: the header, and each column with its type. */
import type { Container, TypedArray } from "../container.ts";
import type { DemographicColumns } from "./demographics.ts";
import { type KeyColumns, keyColumns } from "./key_table.ts";
import type { ServingSettings } from "./serving_settings.ts";
import type { Champion, SnapshotParts } from "./snapshot.ts";
import { type WordColumns, wordColumns } from "./word_index.ts";

/** Counts up with every change of what a file has, the words of a title included: see `title_words.ts`. */
export const FORMAT = 3;

/** What of a champion stands in the header. */
type ChampionFacts = Pick<Champion, "version" | "model" | "dimension" | "slope" | "intercept" | "mean">;

export interface Header {
  kind: string;
  format: number;
  day: string | null;
  batch_id: number;
  edition: string;
  is_sample: boolean;
  genres: string[];
  totals: { n_ratings: number; rating_sum: number };
  serving: ServingSettings;
  /** Names that the columns of people count by; null: nothing is known of anybody. */
  people: { genders: readonly string[]; occupations: readonly string[] } | null;
  champion: ChampionFacts | null;
}

export function headerOf(parts: SnapshotParts, people: DemographicColumns | null): Header {
  const { champion, totals } = parts;
  return {
    kind: "snapshot",
    format: FORMAT,
    day: parts.day,
    batch_id: parts.batchId,
    edition: parts.edition,
    is_sample: parts.isSample,
    genres: [...parts.genres],
    totals: { n_ratings: totals.nRatings, rating_sum: totals.ratingSum },
    serving: parts.serving,
    people: people && { genders: people.genders, occupations: people.occupations },
    champion: champion && {
      version: champion.version,
      model: champion.model,
      dimension: champion.dimension,
      slope: champion.slope,
      intercept: champion.intercept,
      mean: champion.mean,
    },
  };
}

/** The columns of `arrays`. @throws {SyntaxError} when one is missing or of another type. */
export function columnsOf(arrays: Container["arrays"], header: Header) {
  const has = (name: string) => Object.hasOwn(arrays, name);
  const column = <A extends TypedArray>(name: string, kind: Kind<A>): A => {
    const array = has(name) ? arrays[name] : undefined;
    if (isOfKind(array, kind)) return array;
    throw contradiction(`should have ${kind.name} "${name}"`, array?.constructor.name ?? "nothing");
  };
  const optional = <A extends TypedArray>(name: string, kind: Kind<A>): A | null =>
    has(name) ? column(name, kind) : null;
  const keysIn = (what: "user" | "movie"): KeyColumns | null =>
    !has(`${what}_keys`) ? null : {
      bytes: column(`${what}_keys`, Uint8Array),
      offsets: column(`${what}_key_offsets`, Uint32Array),
      order: column(`${what}_key_order`, Int32Array),
    };
  const userIds = column("user_ids", Int32Array);
  const hasVectors = header.champion !== null && header.champion.dimension > 0;
  return {
    movieIds: column("movie_ids", Int32Array),
    titleOffsets: column("title_offsets", Uint32Array),
    titles: column("titles", Uint8Array),
    titleWords: {
      bytes: column("title_words", Uint8Array),
      starts: column("title_word_starts", Uint32Array),
      offsets: column("title_word_offsets", Uint32Array),
      movies: column("title_word_movies", Int32Array),
      lengths: column("title_lengths", Uint8Array),
    } satisfies WordColumns,
    years: column("years", Uint16Array),
    genreOffsets: column("genre_offsets", Uint32Array),
    genreIds: column("genre_ids", Uint16Array),
    nRatings: column("n_ratings", Uint32Array),
    ratingSums: column("rating_sums", Float64Array),
    histograms: column("histograms", Uint32Array),
    windows: column("windows", Uint32Array),
    trends: column("trends", Float32Array),
    userIds,
    userRatingSums: column("user_rating_sums", Float64Array),
    rated: {
      userIds,
      offsets: column("rated_offsets", Uint32Array),
      entries: column("rated_entries", Int32Array),
    },
    recent: { offsets: column("recent_offsets", Uint32Array), entries: column("recent_entries", Int32Array) },
    userKeys: keysIn("user"),
    movieKeys: keysIn("movie"),
    demographics: header.people && {
      ...header.people,
      gender: column("user_genders", Uint16Array),
      age: column("user_ages", Int32Array),
      occupation: column("user_occupations", Uint16Array),
    },
    champion: header.champion && {
      ...header.champion,
      movieEmbeddings: hasVectors ? column("movie_embeddings", Float32Array) : null,
      userEmbeddings: hasVectors ? column("user_embeddings", Float32Array) : null,
      artifact: optional("artifact", Uint8Array),
    },
  };
}

export type Columns = ReturnType<typeof columnsOf>;

interface Kind<A> {
  readonly name: string;
  readonly prototype: A;
}

function isOfKind<A>(array: TypedArray | undefined, kind: Kind<A>): array is TypedArray & A {
  return array?.constructor === kind;
}

export function keyArrays(what: "user" | "movie", keys?: readonly string[] | null): Container["arrays"] {
  if (!keys) return {};
  const { bytes, offsets, order } = keyColumns(keys);
  return { [`${what}_keys`]: bytes, [`${what}_key_offsets`]: offsets, [`${what}_key_order`]: order };
}

/** The words of `titles`, for `encodeSnapshot()`. */
export function wordArrays(titles: readonly string[]): Container["arrays"] {
  const { bytes, starts, offsets, movies, lengths } = wordColumns(titles);
  return {
    title_words: bytes,
    title_word_starts: starts,
    title_word_offsets: offsets,
    title_word_movies: movies,
    title_lengths: lengths,
  };
}

export function contradiction(wanted: string, found: string | number): SyntaxError {
  return new SyntaxError(`Cannot open snapshot as it ${wanted}: found ${found}`);
}
