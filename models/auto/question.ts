/** What an offline evaluation will ask: known to whoever fits for it. The answers (ratings, targets) never are. */
import type { FitOptions } from "../model.ts";

/** `rating`: stars of given pairs. `ranking`: top n of all unseen movies. `candidates`: an order of given pairs. */
export type Protocol = "rating" | "ranking" | "candidates";

/** The pairs or people that are asked about; columns of the same length. */
export interface Question {
  readonly protocol: Protocol;
  /** Positions in the data set's users; people without a training rating are among them. */
  readonly users: Int32Array;
  /** Of the same rows, seconds since 1970; null: the file has no times. */
  readonly ratedAt: Float64Array | null;
}

/** Fit options of what is made for one question: validation inside train is cut as the question was. */
export interface QuestionOptions extends FitOptions {
  question: Question;
}
