/** What every reader yields and the archive takes: one data set, parsed, whatever file or generator it is from. */
import type { RatingTable } from "./rating_table.ts";

/** A data set that can be read, and told from others without parsing it. */
export interface Source {
  /** What `import` is to be given to read it again: a known name, an absolute path, or `sample:RATINGS:SEED`. */
  readonly name: string;
  /** What people call it: "ml-latest-small". */
  readonly edition: string;
  readonly isSample: boolean;
  /** Sha256 (hex) of the ratings file, unpacked; asked twice, hashed once. */
  sha256(options?: ReadOptions): Promise<string>;
  read(options?: ReadOptions): Promise<RatingSet>;
}

export interface ReadOptions {
  signal?: AbortSignal;
  progress?: Progress;
}

/** How far long work is. */
export type Progress = (done: number, total: number, unit: string) => void;

export interface RatingSet {
  sha256: string;
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
