/** `--model auto`: the family's best answer to one question, chosen by validation inside train. */
import type { Dataset } from "../dataset.ts";
import type { Fitted } from "../model.ts";
import type { QuestionOptions } from "./question.ts";
import { fitRanking } from "./ranking.ts";
import { fitRating } from "./rating.ts";

/** What answers one question; it is made for it, so there is no artifact to keep. */
export type Answerer = Pick<Fitted, "scorer" | "report">;

/**
 * Fits what answers `options.question` best. Hyperparameters and the choice of models come from `cutLike()`, so that
 * nothing that is asked about is ever learnt from; the result is then fitted on the whole of `dataset`.
 *
 * @throws {RangeError} when `dataset` is empty.
 */
export async function fitAuto(dataset: Dataset, options: QuestionOptions): Promise<Answerer> {
  return options.question.protocol === "rating"
    ? await fitRating(dataset, options)
    : await fitRanking(dataset, options);
}
