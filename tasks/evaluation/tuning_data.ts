/** Train, cut for a search: what each trial is fitted on, and what it is then asked. */
import type { Question } from "../../models/auto/question.ts";
import { cutLike } from "../../models/auto/validation.ts";
import type { Dataset } from "../../models/dataset.ts";
import { ASKED, isDrawn, KNOWN, LEARNT, type Split, splitRows } from "../../models/evaluation/splits.ts";
import { createRatings, pick, type Ratings } from "../../models/ratings.ts";
import { hash32 } from "../../models/rng.ts";
import { DataError } from "../import/errors.ts";
import { requireTimes } from "./split_option.ts";
import type { EvaluationWorld } from "./world.ts";

export interface TuningData {
  train: Dataset;
  /** Known before the question beside train, never learnt from. */
  known: Ratings;
  asked: Ratings;
  question: Question;
  /** How train was cut, for people. */
  reason: string;
}

/** Train cut by `split`. @throws {DataError} when either part would be empty, or there is no time to split by. */
export function cutBySplit(
  world: EvaluationWorld,
  question: Omit<Question, "users" | "ratedAt">,
  { split, seed }: { split: Split; seed: number },
): TuningData {
  requireTimes(split, world);
  const { train: whole, dataset } = world;
  const sides = splitRows(whole, split, { ids: dataset.users.ids, seed });
  const part = (side: number) => pick(whole, Array.from(sides.keys()).filter((row) => sides[row] === side));
  const [train, asked, known] = [part(LEARNT), part(ASKED), part(KNOWN)];
  if (train.length === 0 || asked.length === 0) {
    throw new DataError(
      `Cannot split train by ${split.kind} as both parts need ratings: found ${train.length} and ${asked.length}`,
    );
  }
  const ratedAt = world.hasTimes ? asked.ratedAt : null;
  return {
    train: { ...dataset, ratings: () => [train] },
    known,
    asked,
    question: { ...question, users: asked.users, ratedAt },
    reason: `${split.kind}: ${train.length} ratings to learn from, ${asked.length} to predict`,
  };
}

/** Train cut as the question was cut from the whole. */
export async function cutAs(
  world: EvaluationWorld,
  question: Question,
  { seed, signal }: { seed: number; signal: AbortSignal },
): Promise<TuningData> {
  return { ...await cutLike(world.dataset, { question, seed, signal }), known: createRatings(0) };
}

/** Of the draw of people: the cuts of train draw by the seed itself, and by salts up to 4. */
const SALT = 5;

/** `data` of a share of the people; a larger share holds all of a smaller one's. */
export async function shareOf(data: TuningData, share: number, seed: number): Promise<TuningData> {
  if (share >= 1) return data;
  const { ids } = data.train.users;
  const keep = (ratings: Ratings) =>
    pick(
      ratings,
      Array.from({ length: ratings.length }, (_, row) => row)
        .filter((row) => isDrawn(hash32(seed + SALT, ids[ratings.users[row]]), share)),
    );
  const chunks: Ratings[] = [];
  for await (const chunk of data.train.ratings()) chunks.push(keep(chunk));
  const asked = keep(data.asked);
  const ratedAt = data.question.ratedAt === null ? null : asked.ratedAt;
  return {
    ...data,
    train: { ...data.train, ratings: () => chunks },
    known: keep(data.known),
    asked,
    question: { ...data.question, users: asked.users, ratedAt },
  };
}
