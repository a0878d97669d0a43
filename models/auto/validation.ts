/**
 * Validation inside train: train is cut into (inner train, validation) the way the question was cut from the whole.
 *
 * What is best for newcomers is not what is best for people with long histories, so a choice by validation is only
 * as good as its likeness to the question: the kind of cut, its share, and the share of newcomers.
 * A movie rated twice by one person goes to one side with all its ratings, else the answer would be in train.
 */
import type { Dataset } from "../dataset.ts";
import { ASKED, LEARNT } from "../evaluation/splits.ts";
import { join, pick, type Ratings } from "../ratings.ts";
import { sidesOf } from "./_sides.ts";
import type { Question } from "./question.ts";
import { type Cut, recogniseCut } from "./recognise.ts";

export interface Validation {
  cut: Cut;
  /** How train was cut, and into what, in words, for the report. */
  reason: string;
  /** Inner train: `dataset` without `asked`. */
  train: Dataset;
  /** What is to be predicted: one current rating of each pair, none of them in `train`. */
  asked: Ratings;
  /** What `asked` answers; of the protocol of the question that it was cut for. */
  question: Question;
}

export interface CutOptions {
  question: Question;
  seed: number;
  signal: AbortSignal;
}

/**
 * Cuts `dataset` as `question` was cut. The same seed cuts the same.
 *
 * @throws {RangeError} when there is too little to cut: either part would be empty.
 */
export async function cutLike(dataset: Dataset, { question, seed, signal }: CutOptions): Promise<Validation> {
  const cut = await recogniseCut(dataset, question, signal);
  const sides = await sidesOf(dataset, { cut, seed, signal });
  const asked = await collectAsked(dataset, sides);
  const left = rowsOn(LEARNT, sides).length;
  if (asked.length === 0 || left === 0) {
    throw new RangeError(
      `Cannot cut train for validation as both parts need ratings: found ${left} and ${asked.length}`,
    );
  }
  const train = innerTrain(dataset, sides);
  const ratedAt = question.ratedAt === null ? null : asked.ratedAt;
  const newRows = await shareOfNewcomers(train, asked);
  return {
    cut,
    reason:
      `${NAMES[cut.kind]}, as ${cut.reason}: ${left} ratings to learn from, ${asked.length} to predict, ` +
      `${percent(newRows)} of them of newcomers (question: ${percent(cut.newRows)})`,
    train,
    asked,
    question: { ...question, users: asked.users, ratedAt },
  };
}

const NAMES: Readonly<Record<Cut["kind"], string>> = {
  time: "one cut in time",
  last: "each person's newest",
  random: "random rows",
  users: "whole people held out",
};

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** The filter runs anew at each pass: 20 ms for a million rows, and no second copy of the data. */
function innerTrain(dataset: Dataset, sides: Uint8Array): Dataset {
  return {
    ...dataset,
    async *ratings() {
      let at = 0;
      for await (const chunk of dataset.ratings()) {
        const rows = rowsOn(LEARNT, sides.subarray(at, at + chunk.length));
        at += chunk.length;
        if (rows.length > 0) yield rows.length === chunk.length ? chunk : pick(chunk, rows);
      }
    },
  };
}

async function collectAsked(dataset: Dataset, sides: Uint8Array): Promise<Ratings> {
  const parts: Ratings[] = [];
  let at = 0;
  for await (const chunk of dataset.ratings()) {
    const rows = rowsOn(ASKED, sides.subarray(at, at + chunk.length));
    parts.push(pick(chunk, rows.filter((row) => !chunk.isStale[row])));
    at += chunk.length;
  }
  return currentOf(join(parts));
}

/** The last rating of each pair, as if it were the first. */
function currentOf(ratings: Ratings): Ratings {
  const last = new Map<string, number>();
  for (let row = 0; row < ratings.length; row++) {
    last.set(`${ratings.users[row]} ${ratings.movies[row]}`, row);
  }
  const current = pick(ratings, [...last.values()].sort((a, b) => a - b));
  current.replaces.fill(NaN);
  return current;
}

async function shareOfNewcomers(train: Dataset, { length, users }: Ratings): Promise<number> {
  const known = new Set<number>();
  for await (const chunk of train.ratings()) for (const user of chunk.users) known.add(user);
  return users.reduce((n, user) => n + (known.has(user) ? 0 : 1), 0) / length;
}

function rowsOn(side: number, sides: Uint8Array): Int32Array {
  const rows = new Int32Array(sides.length);
  let n = 0;
  for (let row = 0; row < sides.length; row++) if (sides[row] === side) rows[n++] = row;
  return rows.subarray(0, n);
}
