/** What an offline evaluation will ask: known to whoever fits for it. The answers (ratings, targets) never are. */
import type { FitOptions } from "../model.ts";

/** `rating`: stars of given pairs. `ranking`: top n of all unseen movies. `candidates`: an order of given pairs. */
export type Protocol = "rating" | "ranking" | "candidates";

/**
 * The rows that are asked about; columns of the same length. They are the test's rows without movies and ratings:
 * with `candidates`, too, so a person stands there once for each movie to be found, not for each candidate.
 */
export interface Question {
  readonly protocol: Protocol;
  /** Positions in the data set's users; people without a training rating are among them. */
  readonly users: Int32Array;
  /** Of the same rows, seconds since 1970; null: the file has no times. */
  readonly ratedAt: Float64Array | null;
  /** Of `ranking` and `candidates`: stars from which on a movie was to be found; absent: every one was. */
  readonly relevantFrom?: number;
  /** Of `ranking`: length of the lists; 10 where absent. */
  readonly n?: number;
  /** Of `candidates`: other candidates per movie to be found, on average. */
  readonly negatives?: number;
}

/** Fit options of what is made for one question: validation inside train is cut as the question was. */
export interface QuestionOptions extends FitOptions {
  question: Question;
}
