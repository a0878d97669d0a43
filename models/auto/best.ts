/** The best single model of the family with its defaults, by validation inside train. */
import type { Dataset } from "../dataset.ts";
import { momentAfter } from "../evaluation/frozen.ts";
import { FAMILY } from "../family.ts";
import type { Fitted, Model, Scorer } from "../model.ts";
import { lossOf } from "./loss.ts";
import type { QuestionOptions } from "./question.ts";
import { cutLike } from "./validation.ts";

export interface BestOptions extends QuestionOptions {
  /** Who takes part: everybody, by default. */
  family?: Readonly<Record<string, Model>>;
}

/** Fits every model that can answer the question on inner train, and the one with the lowest loss on the whole. */
export async function fitBest(
  dataset: Dataset,
  { family = FAMILY, ...options }: BestOptions,
): Promise<Fitted> {
  const validation = await cutLike(dataset, options);
  options.log(`validation: ${validation.reason}`);
  const moment = await momentAfter(validation.train, options.signal);
  let best: { name: string; model: Model; loss: number } | null = null;
  for (const [name, model] of Object.entries<Model>(family)) {
    const scorer = await fitOrSay(model, validation.train, options);
    const found = scorer && await lossOf(scorer, { ...validation, moment, signal: options.signal });
    // An answer that is no number is none, and it would never be beaten.
    const loss = found !== null && Number.isFinite(found) ? found : null;
    options.log(`${name}: ${loss === null ? "cannot answer" : `loss ${loss.toFixed(4)}`}`);
    if (loss !== null && (best === null || loss < best.loss)) best = { name, model, loss };
  }
  if (best === null) throw new RangeError(`Cannot answer as no model of the family predicts or ranks`);
  const fitted = await best.model.fit(dataset, {}, options);
  const report = { ...fitted.report, chosen: best.name, validation: validation.reason };
  return { ...fitted, report };
}

/** The scorer; null where there is too little to learn from. */
async function fitOrSay(model: Model, train: Dataset, options: QuestionOptions): Promise<Scorer | null> {
  try {
    return (await model.fit(train, {}, options)).scorer;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    options.log(error.message);
    return null;
  }
}
