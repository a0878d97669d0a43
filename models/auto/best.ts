/** The best single model of the family with its defaults, by validation inside train. */
import type { Dataset } from "../dataset.ts";
import { listFor, momentAfter, predictPairs } from "../evaluation/frozen.ts";
import { ndcgAt, rmse } from "../evaluation/metrics.ts";
import { FAMILY } from "../family.ts";
import type { Fitted, Model, Scorer } from "../model.ts";
import type { Moment } from "../ratings.ts";
import type { QuestionOptions } from "./question.ts";
import { cutLike, type Validation } from "./validation.ts";

const LENGTH_OF_LISTS = 10;

/** Fits every model that can answer the question on inner train, and the one with the lowest loss on the whole. */
export async function fitBest(dataset: Dataset, options: QuestionOptions): Promise<Fitted> {
  const validation = await cutLike(dataset, options);
  options.log(`validation: ${validation.reason}`);
  const moment = await momentAfter(validation.train, options.signal);
  let best: { name: string; model: Model; loss: number } | null = null;
  for (const [name, model] of Object.entries<Model>(FAMILY)) {
    const { scorer } = await model.fit(validation.train, {}, options);
    const loss = await lossOf(scorer, { validation, moment, signal: options.signal });
    options.log(`${name}: ${loss === null ? "cannot answer" : Math.abs(loss).toFixed(4)}`);
    if (loss !== null && (best === null || loss < best.loss)) best = { name, model, loss };
  }
  if (best === null) throw new RangeError(`Cannot answer as no model of the family predicts or ranks`);
  const fitted = await best.model.fit(dataset, {}, options);
  const report = { ...fitted.report, chosen: best.name, validation: validation.reason };
  return { ...fitted, report };
}

interface Judging {
  validation: Validation;
  moment: Moment;
  signal: AbortSignal;
}

/** RMSE, or −nDCG@n of those whose movies are to be found; null: `scorer` has no such answer. */
async function lossOf(scorer: Scorer, { validation, moment, signal }: Judging): Promise<number | null> {
  const { asked, question } = validation;
  if (question.protocol === "rating") {
    if (!scorer.predict) return null;
    const pairs = { users: asked.users, movies: asked.movies, ratedAt: question.ratedAt };
    return rmse(await predictPairs(scorer, { moment, pairs, signal }), asked.ratings);
  }
  if (!scorer.retriever) return null;
  const n = question.n ?? LENGTH_OF_LISTS;
  const targets = targetsOf(validation);
  const lists = await listFor(scorer, { moment, people: targets.keys(), n, signal });
  let gain = 0;
  for (const [user, liked] of targets) gain += ndcgAt(lists.get(user)!.movies, liked, n);
  return -gain / targets.size;
}

function targetsOf({ asked, question: { relevantFrom = -Infinity } }: Validation): Map<number, Set<number>> {
  const targets = new Map<number, Set<number>>();
  for (let row = 0; row < asked.length; row++) {
    if (asked.ratings[row] < relevantFrom) continue;
    const user = asked.users[row];
    targets.set(user, (targets.get(user) ?? new Set()).add(asked.movies[row]));
  }
  return targets;
}
