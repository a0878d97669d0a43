/**
 * The model family's one small interface: fit → Scorer.
 *
 * A scorer is frozen; what it reads of the world is a `Moment` (sums and histories of what had arrived), so the same
 * scorer answers as of any moment: before a batch, at the hold-out's first rating, now. Users and movies are positions.
 */
import type { z } from "zod";
import type { Container } from "./container.ts";
import type { Dataset } from "./dataset.ts";
import type { Portable } from "./export/network.ts";
import type { FeatureState } from "./feature_state.ts";
import type { Moment } from "./ratings.ts";
import type { SearchSpace } from "./search_space.ts";

/** What fitting returns. A model that only ranks has no `predict`, one that only rates has no `retriever`. */
export interface Scorer {
  /** The model's name in the manifest. */
  readonly model: string;
  /**
   * Stars that `user` would give `movie` at `moment`; not clipped to the scale. `ratedAt`: seconds since 1970, where
   * the question has a time of its own; few models listen.
   */
  predict?(moment: Moment, user: number, movie: number, ratedAt?: number): number;
  /** Freezes the movies' side as of `moment`; the users' side is read at each call. */
  retriever?(moment: Moment, vectorsOf?: VectorsOf): Retriever;
  /** Present when scores are dot products: what is published, and scanned by the server. */
  readonly embedder?: Embedder;
  /** Present when a list is made in two steps, as of `moment`; `retriever()` does both. */
  stages?(moment: Moment, vectorsOf?: VectorsOf): Stages;
  /** Present when what is frozen are vectors: all that `retriever()` and `stages()` ask `vectorsOf` for. */
  readonly frozen?: readonly Embedder[];
  /** Takes the retriever's scores of `movies` (positions) apart; present when they are linear in the history. */
  explain?(moment: Moment, user: number, movies: Int32Array): Explanation;
  /** Present when it is a network of standard layers: what exports to other tools are written from. */
  portable?(): Portable;
}

/** Scores as sums: of movies[m], rest[m] + Σ_k contributions[m · n + k], k counting the n movies of `because`. */
export interface Explanation {
  /** Rated movies, by position. */
  readonly because: Int32Array; // [n]
  readonly contributions: Float64Array; // [movies × n]
  /** What no rating brought. */
  readonly rest: Float64Array; // [movies]
}

/** All movies' vectors [movies × dimension] as of `moment`: made then, or before. */
export type VectorsOf = (embedder: Embedder, moment: Moment) => Float32Array;

/** Candidates by one score, their order by another. */
export interface Stages {
  /** Scores every movie: the best of the unseen ones are candidates. */
  readonly retrieve: Retriever;
  /** Candidates that the model was fitted with. */
  readonly candidates: number;
  /** Scores `movies` (positions), which are `user`'s candidates. */
  rank(now: Moment, user: number, movies: Int32Array): Float64Array;
}

/** Writes a score for every movie into `out` [movies], higher is better, for `user` as of `moment`. */
export type Retriever = (moment: Moment, user: number, out: Float32Array) => void;

/**
 * Vectors whose dot product ranks, and the line from it to stars.
 *
 * A vector depends on its own user's or movie's sums and facts, on the user's own history, and on the running mean, and
 * on nothing else: publish computes only those anew whose ratings or facts have changed.
 */
export interface Embedder {
  readonly dimension: number;
  /** Whether a person's vector is made of their history as well: then the moment has to have it. */
  readonly readsHistories?: boolean;
  /** How many of a person's ratings it reads, the last in order of first arrival; absent: all. */
  readonly historyLength?: number;
  embedUser(moment: Moment, user: number, out: Float32Array, offset: number): void;
  embedMovie(moment: Moment, movie: number, out: Float32Array, offset: number): void;
  /** stars = slope · ⟨user, movie⟩ + intercept, slope > 0. */
  line(moment: Moment): { slope: number; intercept: number };
}

export interface FitOptions {
  /** Seeds all randomness of the fit. */
  seed: number;
  signal: AbortSignal;
  /** Something that a person should read. */
  log(message: string): void;
  /** Examples done, of those that the fit would take at most. */
  progress(done: number, total: number): void;
  /** Where numbers are crunched; absent: kernels compiled in memory, every core, relaxed SIMD. */
  compute?: Compute;
  /** The artifact to update at a low rate; without it the fit starts from scratch. */
  warmFrom?: Container;
}

export interface Compute {
  /** Folder of compiled kernels, named by their content's hash; null: they are compiled anew. */
  cache: string | null;
  /** Threads; results do not depend on it. */
  workers: number;
  /** `portable`: the same bits on every machine. `relaxed`: faster, the same bits on the same kind of CPU. */
  simd: "relaxed" | "portable";
  /** Folder of TensorFlow's native library, for `engine: tfjs`; it may not be there. */
  native?: string;
}

export interface Fitted {
  scorer: Scorer;
  artifact: Container;
  /** How the fit went: counts and losses by name. */
  report: Record<string, number | string>;
  /** The sums after the last rating of the data: they must equal the stored ones. */
  end: FeatureState;
}

export interface Model {
  /** Whether an update of an artifact needs recent ratings only, and the sums before them; else all, every time. */
  readonly isWarmable: boolean;
  /** Keys of the config that decide what the weights are: with another value an artifact cannot be updated. */
  readonly shapedBy: readonly string[];
  /** `ratings`: stars; `interactions`: who met what, which archives without ratings have as well. */
  readonly learnsFrom: "ratings" | "interactions";
  /** Hyperparameters as the manifest may set them; unknown keys are errors there. */
  readonly config: z.ZodType;
  /** What `deno task tune` may try of them; absent: there is nothing to tune. */
  readonly space?: SearchSpace;
  /** @throws {RangeError} when there is too little to learn from. */
  fit(dataset: Dataset, config: unknown, options: FitOptions): Promise<Fitted>;
  /** @throws {SyntaxError} when `artifact` is another model's, or damaged. */
  open(artifact: Container): Scorer;
}

/** Types a model by its own config schema, which `fit` applies. */
export function defineModel<Config>(definition: {
  isWarmable?: boolean;
  shapedBy?: readonly string[];
  learnsFrom?: Model["learnsFrom"];
  config: z.ZodType<Config>;
  space?: SearchSpace;
  fit(dataset: Dataset, config: Config, options: FitOptions): Promise<Fitted>;
  open(artifact: Container): Scorer;
}): Model {
  const { config: schema, space, isWarmable = false, shapedBy = [], fit, open } = definition;
  const { learnsFrom = "ratings" } = definition;
  return {
    isWarmable,
    shapedBy,
    learnsFrom,
    config: schema,
    space,
    fit: (dataset, config, options) => fit(dataset, schema.parse(config), options),
    open,
  };
}

/** The header of an artifact of `model`. @throws {SyntaxError} when it is another model's. */
export function headerOf(model: string, { header }: Container): Container["header"] {
  if (header.model !== model) {
    throw new SyntaxError(
      `Cannot open artifact as "${model}": found ${JSON.stringify(header.model ?? null)}`,
    );
  }
  return header;
}
