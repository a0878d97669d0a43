/**
 * The served snapshot: all that a recommendation needs, in one `models/container.ts` file.
 *
 * Movies and users stand in ascending order of id, and everything else names them by their index in that order.
 * Opening makes views of the bytes: 32 million seen ratings cost no second copy, and titles are read when asked for.
 */
import { checkSnapshot, contradiction } from "./_snapshot_checks.ts";
import { type Container, decode, encode, type TypedArray } from "../container.ts";
import { type KeyColumns, keyColumns, type KeyTable, openKeys } from "./key_table.ts";
import { indexOfId, type SeenLists } from "./seen_lists.ts";

const FORMAT = 1;

/** What is served beside popularity: one model version's embeddings and the line from cosine to stars. */
export interface Champion {
  version: string;
  /** Name of the model: the `source` of its lists. */
  model: string;
  /** d, the length of an embedding. */
  dimension: number;
  /** nMovies × d. */
  movieEmbeddings: Float32Array;
  /** nUsers × d. */
  userEmbeddings: Float32Array;
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
}

/** What `encodeSnapshot()` takes: columns, one entry a movie or user. */
export interface SnapshotParts extends SnapshotFacts {
  movies: {
    /** Ascending. */
    ids: Int32Array;
    titles: readonly string[];
    years: readonly (number | null)[];
    genreIds: readonly (readonly number[])[];
    /** Count and sum of current ratings. */
    nRatings: Uint32Array;
    ratingSums: Float64Array;
    /** What the movies are called outside; absent: by their ids. */
    keys?: readonly string[] | null;
  };
  /** What the users of `seen` are called outside, "" where they are not; absent: by their ids. */
  userKeys?: readonly string[] | null;
  /** Current ratings: its movies are indices into `movies`, its users are the snapshot's users. */
  seen: SeenLists;
  /** Sum of current ratings, one entry a user of `seen`. */
  userRatingSums: Float64Array;
  /** Null: popularity is all there is to serve. */
  champion: Champion | null;
}

export interface Snapshot extends SnapshotFacts {
  readonly movieIds: Int32Array;
  readonly userIds: Int32Array;
  /** Current ratings a movie has. */
  readonly nRatings: Uint32Array;
  readonly ratingSums: Float64Array;
  readonly userRatingSums: Float64Array;
  readonly seen: SeenLists;
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
}

/** The file of a snapshot. Equal parts give equal bytes. @throws as `openSnapshot()` does. */
export function encodeSnapshot(parts: SnapshotParts): Uint8Array<ArrayBuffer> {
  const { movies, seen, champion } = parts;
  const titles = textTable(movies.titles);
  const bytes = encode({
    header: {
      kind: "snapshot",
      format: FORMAT,
      day: parts.day,
      batch_id: parts.batchId,
      edition: parts.edition,
      is_sample: parts.isSample,
      genres: [...parts.genres],
      champion: champion && {
        version: champion.version,
        model: champion.model,
        dimension: champion.dimension,
        slope: champion.slope,
        intercept: champion.intercept,
        mean: champion.mean,
      },
    },
    arrays: {
      movie_ids: movies.ids,
      title_offsets: titles.offsets,
      titles: titles.bytes,
      years: Uint16Array.from(movies.years, (year) => year ?? 0),
      genre_offsets: offsetsOf(movies.genreIds),
      genre_ids: Uint16Array.from(movies.genreIds.flat()),
      n_ratings: movies.nRatings,
      rating_sums: movies.ratingSums,
      user_ids: seen.userIds,
      user_rating_sums: parts.userRatingSums,
      seen_offsets: seen.offsets,
      seen_movies: seen.movies,
      ...keyArrays("user", parts.userKeys),
      ...keyArrays("movie", movies.keys),
      ...(champion &&
        { movie_embeddings: champion.movieEmbeddings, user_embeddings: champion.userEmbeddings }),
    },
  });
  openSnapshot(bytes);
  return bytes;
}

/**
 * Opens what `encodeSnapshot()` wrote, after a look at every figure that a request would follow.
 *
 * @throws {SyntaxError} when `bytes` are no snapshot, of another format, or contradict themselves.
 */
export function openSnapshot(bytes: Uint8Array<ArrayBufferLike>): Snapshot {
  const container = decode(bytes);
  const header = container.header as unknown as Header;
  if (header.kind !== "snapshot" || header.format !== FORMAT) {
    throw new SyntaxError(
      `Cannot open snapshot as it should be of kind "snapshot", format ${FORMAT}: ` +
        `found kind "${header.kind}", format ${header.format}`,
    );
  }
  const columns = columnsOf(container.arrays, header);
  const snapshot = snapshotOf(header, columns);
  checkSnapshot(snapshot, columns);
  return snapshot;
}

interface Header {
  kind: string;
  format: number;
  day: string | null;
  batch_id: number;
  edition: string;
  is_sample: boolean;
  genres: string[];
  champion: Pick<Champion, "version" | "model" | "dimension" | "slope" | "intercept" | "mean"> | null;
}

function columnsOf(arrays: Container["arrays"], header: Header) {
  const column = <A extends TypedArray>(name: string, kind: Kind<A>): A => {
    const array = arrays[name];
    if (isOfKind(array, kind)) return array;
    throw contradiction(`should have ${kind.name} "${name}"`, array?.constructor.name ?? "nothing");
  };
  const keysIn = (what: "user" | "movie"): KeyColumns | null =>
    !Object.hasOwn(arrays, `${what}_keys`) ? null : {
      bytes: column(`${what}_keys`, Uint8Array),
      offsets: column(`${what}_key_offsets`, Uint32Array),
      order: column(`${what}_key_order`, Int32Array),
    };
  return {
    movieIds: column("movie_ids", Int32Array),
    titleOffsets: column("title_offsets", Uint32Array),
    titles: column("titles", Uint8Array),
    years: column("years", Uint16Array),
    genreOffsets: column("genre_offsets", Uint32Array),
    genreIds: column("genre_ids", Uint16Array),
    nRatings: column("n_ratings", Uint32Array),
    ratingSums: column("rating_sums", Float64Array),
    userIds: column("user_ids", Int32Array),
    userRatingSums: column("user_rating_sums", Float64Array),
    seenOffsets: column("seen_offsets", Uint32Array),
    seenMovies: column("seen_movies", Int32Array),
    userKeys: keysIn("user"),
    movieKeys: keysIn("movie"),
    champion: header.champion && {
      ...header.champion,
      movieEmbeddings: column("movie_embeddings", Float32Array),
      userEmbeddings: column("user_embeddings", Float32Array),
    },
  };
}

interface Kind<A> {
  readonly name: string;
  readonly prototype: A;
}

function isOfKind<A>(array: TypedArray | undefined, kind: Kind<A>): array is TypedArray & A {
  return array?.constructor === kind;
}

export type Columns = ReturnType<typeof columnsOf>;

function snapshotOf(header: Header, columns: Columns): Snapshot {
  const { movieIds, userIds, titleOffsets, genreOffsets } = columns;
  const text = new TextDecoder("utf-8", { ignoreBOM: true });
  return {
    day: header.day,
    batchId: header.batch_id,
    edition: header.edition,
    isSample: header.is_sample,
    genres: header.genres,
    movieIds,
    userIds,
    nRatings: columns.nRatings,
    ratingSums: columns.ratingSums,
    userRatingSums: columns.userRatingSums,
    seen: { userIds, offsets: columns.seenOffsets, movies: columns.seenMovies },
    champion: columns.champion,
    userKeys: columns.userKeys && openKeys(columns.userKeys),
    movieKeys: columns.movieKeys && openKeys(columns.movieKeys),
    movieIndex: (movieId) => indexOfId(movieIds, movieId),
    userIndex: (userId) => indexOfId(userIds, userId),
    title: (movie) => text.decode(columns.titles.subarray(titleOffsets[movie], titleOffsets[movie + 1])),
    year: (movie) => columns.years[movie] || null,
    genresOf: (movie) =>
      Array.from(
        columns.genreIds.subarray(genreOffsets[movie], genreOffsets[movie + 1]),
        (genre) => header.genres[genre],
      ),
  };
}

function keyArrays(what: "user" | "movie", keys?: readonly string[] | null): Container["arrays"] {
  if (!keys) return {};
  const { bytes, offsets, order } = keyColumns(keys);
  return { [`${what}_keys`]: bytes, [`${what}_key_offsets`]: offsets, [`${what}_key_order`]: order };
}

function offsetsOf(lists: readonly { length: number }[]): Uint32Array {
  const offsets = new Uint32Array(lists.length + 1);
  lists.forEach(({ length }, i) => offsets[i + 1] = offsets[i] + length);
  return offsets;
}

function textTable(texts: readonly string[]): { offsets: Uint32Array; bytes: Uint8Array } {
  const parts = texts.map((text) => new TextEncoder().encode(text));
  const offsets = offsetsOf(parts);
  const bytes = new Uint8Array(offsets[texts.length]);
  parts.forEach((part, i) => bytes.set(part, offsets[i]));
  return { offsets, bytes };
}
