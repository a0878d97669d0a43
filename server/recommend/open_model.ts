/** A model that is open in this worker, as recommending sees it. */
import type { ScanOptions, TopRows } from "../../models/kernels/scan.ts";
import type { Scorer } from "../../models/model.ts";
import type { Moment } from "../../models/ratings.ts";
import type { MovieVectors } from "./likeness.ts";
import type { Person } from "./person.ts";

/** Whom it is asked about. */
export type Whom = Pick<Person, "userId" | "user" | "later">;

export interface OpenModel {
  readonly version: string;
  /** Its name in the manifest. */
  readonly model: string;
  /** Null: published vectors are all there is. */
  readonly scorer: Scorer | null;
  /** Of the snapshot's movies; null: it has none. */
  readonly vectors: MovieVectors | null;
  /** From a retrieval score to stars; null: it has no such line. */
  readonly line: { readonly slope: number; readonly intercept: number } | null;
  /** What `scorer` may be asked with, about user `PERSON`; good until the next call. */
  moment(whom: Whom): Moment;
  /** Their vector; null: it has none, or none of them. */
  queryOf(whom: Whom): Float32Array | null;
  /** The best movies by the retrieval score, exactly; ties by index. */
  top(whom: Whom, options: ScanOptions): TopRows;
  /** The retrieval score of every movie. */
  scores(whom: Whom): Float32Array;
  /** What the ranker, or else the prediction, makes of these movies; null: the model only retrieves. */
  readonly rank: ((whom: Whom, movies: Int32Array) => Float64Array) | null;
}

export interface OpenModels {
  /** Null: popularity is all there is. */
  readonly champion: OpenModel | null;
  /** By version, or by name of a model; null: it is not open. */
  find(name: string): OpenModel | null;
}

/** Position of a moment's one person. */
export const PERSON = 0;
