/** `--split KIND[:VALUE]`: one file parted into what is learnt from and what is asked about. */
import { ASKED, KNOWN, LEARNT, type Split, splitRows } from "../../models/evaluation/splits.ts";
import { pick, type Ratings } from "../../models/ratings.ts";
import { DataError } from "../import/errors.ts";
import { UsageError } from "../runner/errors.ts";
import type { Asked, EvaluationWorld } from "./world.ts";

const FORMS = "time[:SHARE], last[:COUNT or :SHARE], random:FOLD/FOLDS, users[:SHARE]";

/** @throws {UsageError} when `text` is no split. */
export function parseSplit(text: string): Split {
  const [kind, value] = text.split(":", 2);
  const number = value === undefined ? null : Number(value);
  const isShare = number !== null && number > 0 && number < 1;
  if ((kind === "time" || kind === "users") && (value === undefined || isShare)) {
    return { kind, share: number ?? 0.2 };
  }
  if (kind === "last" && isShare) return { kind, of: { share: number } };
  if (kind === "last" && (value === undefined || (Number.isInteger(number) && number! > 0))) {
    return { kind, of: { count: number ?? 1 } };
  }
  const [, fold, folds] = /^(\d+)\/(\d+)$/.exec(value ?? "") ?? [];
  if (kind === "random" && Number(folds) > 1 && Number(fold) >= 1 && Number(fold) <= Number(folds)) {
    return { kind, fold: Number(fold) - 1, folds: Number(folds) };
  }
  throw new UsageError(`Cannot split by ${JSON.stringify(text)}: wanted ${FORMS}`);
}

/** @throws {DataError} when `split` goes by time and the file has none: the file's order would be taken for it. */
export function requireTimes({ kind }: Split, { hasTimes }: Pick<EvaluationWorld, "hasTimes">): void {
  if (hasTimes || kind === "random" || kind === "users") return;
  throw new DataError(
    `Cannot split by ${kind} as that goes by timestamps: found a file without any. Next: --split random:1/5`,
  );
}

/**
 * `world`, whose train is a whole file, with its train cut by `split`; what is asked about stands in arrival order.
 *
 * @throws {DataError} when either part would be empty, or there is no time to split by.
 */
export function splitWorld<World extends EvaluationWorld>(
  world: World,
  split: Split,
  seed: number,
): World & { test: Asked } {
  requireTimes(split, world);
  const { train: whole, dataset } = world;
  const sides = splitRows(whole, split, { ids: dataset.users.ids, seed });
  const part = (side: number) => pick(whole, Array.from(sides.keys()).filter((row) => sides[row] === side));
  const [train, asked, known] = [part(LEARNT), part(ASKED), part(KNOWN)];
  if (train.length === 0 || asked.length === 0) {
    throw new DataError(
      `Cannot split these ratings by ${split.kind} as both parts need some: found ${train.length} and ${asked.length}`,
    );
  }
  return {
    ...world,
    train,
    known,
    dataset: { ...dataset, ratings: () => [train] },
    test: toAsked(asked, world),
  };
}

function toAsked({ users, movies, ratings, ratedAt }: Ratings, { scale, hasTimes }: EvaluationWorld): Asked {
  return {
    users,
    movies,
    ratings: Float64Array.from(ratings, (stars) => asWritten(scale.fromStars(stars))),
    ratedAt: hasTimes ? ratedAt : null,
  };
}

/** A rating without what float32 and stretching have added behind its sixth digit. */
const asWritten = (rating: number) => Number(rating.toPrecision(6));
