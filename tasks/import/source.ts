/** What every reader yields and the archive takes: one data set, parsed, whatever file or generator it is from. */
import type { KeyIndex } from "./key_index.ts";
import type { RatingTable } from "./rating_table.ts";

/** How the name of a source begins whose columns the manifest maps: it is none that `import` takes. */
export const MAPPED_NAME = "mapping:";

/** A data set that can be read, and told from others without parsing it. */
export interface Source {
  /** What `import` is to be given to read it again: a known name, an absolute path, or `sample:RATINGS:SEED`. */
  readonly name: string;
  /** What people call it: "ml-latest-small". */
  readonly edition: string;
  readonly isSample: boolean;
  /** Of data whose columns the manifest maps. */
  readonly mapping?: MappingFacts;
  /** Sha256 (hex) of the ratings file, unpacked; asked twice, hashed once. */
  sha256(options?: ReadOptions): Promise<string>;
  read(options?: ReadOptions): Promise<RatingSet>;
}

/** What of a mapping the archive keeps beside the source. */
export interface MappingFacts {
  /** The ratings' own scale, which clean maps to 0.5 … 5; null: they are on it. */
  scale: { min: number; max: number } | null;
  /** Rows are interactions: their rating is 1 and says nothing. */
  isImplicit: boolean;
  /** What of it changes the ratings that are read, as JSON. */
  asWritten: string;
}

export interface ReadOptions {
  signal?: AbortSignal;
  progress?: Progress;
}

/** How far long work is. */
export type Progress = (done: number, total: number, unit: string) => void;

export interface RatingSet {
  sha256: string;
  /** What was read, for people; absent: the ratings come from no file. */
  files?: SourceFile[];
  /** In the order of the file. */
  ratings: RatingTable;
  unparsable: UnparsableLine[];
  /** One a movie id: where a file repeats one, its last line. */
  movies: RawMovie[];
  /** Lines of the movies file whose movie a later line describes anew. */
  nRepeatedMovies: number;
  users: RawUser[];
  /** Lines of the movies or users file that are neither; they are left out. */
  broken: BrokenLine[];
  /**
   * Texts that stand for ids which are not all whole numbers: `ratings` and `movies` then hold places in them, until
   * `numberIds()` puts the archive's numbers there. Absent or null: the ids are the data set's own.
   */
  keys?: { users: KeyIndex | null; movies: KeyIndex | null };
  /** The movies are those that ratings name: they must not take titles from movies that have them. */
  isUntitled?: boolean;
  /** What the reader found out, for people. */
  notes?: string[];
}

export interface SourceFile {
  role: "ratings" | "movies" | "users" | "genres";
  path: string;
  /** As stored. */
  bytes: number;
  encoding: string;
}

export interface UnparsableLine {
  line: number;
  /** Cut at 1000 characters. */
  text: string;
  reason: string;
}

export interface BrokenLine {
  file: string;
  line: number;
  reason: string;
}

/** A movie as received: title with its year, genres joined by `|`. */
export interface RawMovie {
  movieId: number;
  title: string;
  genres: string;
  /** Release year, null when unknown; absent: the title ends with it, if it is known. */
  year?: number | null;
}

/** Who a user is (MovieLens 1M and 100K only). */
export interface RawUser {
  userId: number;
  gender: string | null;
  age: number | null;
  /** 1M's number or 100K's word for it. */
  occupation: string | null;
  zipCode: string | null;
}
