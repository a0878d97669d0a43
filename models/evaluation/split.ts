/**
 * Who may learn from which rating: the hold-out of the newest batches, and the split in arrival order.
 *
 * A batch's hold-out is open while the batch is one of the last `holdoutDays`. In an open batch a seeded hash of the
 * rating id holds out 10 %; the bootstrap holds out its last 10 % in arrival order instead, because it spans years,
 * and no more than 200,000: thousands of people, whom a day can score, however large the archive is.
 * Every held-out rating is still observed: it counts in features, it is only never an example. When its batch
 * leaves the window, it returns to training. A late rating (older than what earlier batches took) is never held out:
 * a question about the past, asked of models that know what came after it, says nothing about tomorrow.
 */
import { hash32 } from "../rng.ts";

/** Share of a batch that is held out. */
const HOLDOUT_SHARE = 0.1;
/** Ratings of the bootstrap that are held out at most. */
export const MOST_OF_BOOTSTRAP = 200_000;

export interface HoldoutRule {
  /** The manifest's seed: the same rating is held out in every run. */
  seed: number;
  /** Id of the newest batch. */
  newestBatch: number;
  /** Batches, counted back from the newest, whose hold-out is open. */
  holdoutDays: number;
}

/** One accepted rating's place: its batch, and its position (from 0) among the batch's `nRatings` in arrival order. */
export interface Place {
  ratingId: number;
  batch: { id: number; kind: "bootstrap" | "daily"; nRatings: number };
  position: number;
  /** Older than what earlier batches took; by default not. */
  isLate?: boolean;
}

/** Whether `rule` holds the rating at `place` out of training. */
export function isHeldOut(place: Place, rule: HoldoutRule): boolean {
  const { batch } = place;
  if (place.isLate) return false;
  if (batch.id <= rule.newestBatch - rule.holdoutDays) return false;
  if (batch.kind === "bootstrap") {
    const share = Math.ceil((1 - HOLDOUT_SHARE) * batch.nRatings);
    return place.position >= Math.max(share, batch.nRatings - MOST_OF_BOOTSTRAP);
  }
  return isSampled(place.ratingId, { seed: rule.seed, share: HOLDOUT_SHARE });
}

/** Whether `ratingId` falls into a seeded hash's `share`; a larger share holds all of a smaller one's. */
export function isSampled(ratingId: number, { seed, share }: { seed: number; share: number }): boolean {
  return hash32(seed, ratingId) < share * 2 ** 32;
}

/**
 * `isHeldOut()` for a stream: counts positions itself, so call it for each accepted rating, in arrival order, of each
 * batch from position `from` (default 0) on.
 */
export function holdoutMarker(
  rule: HoldoutRule,
  batches: Iterable<Place["batch"] & { from?: number }>,
): (batchId: number, ratingId: number, isLate?: boolean) => boolean {
  const known = new Map(Array.from(batches, (batch) => [batch.id, { batch, position: batch.from ?? 0 }]));
  return (batchId, ratingId, isLate = false) => {
    const cursor = known.get(batchId);
    if (cursor === undefined) {
      throw new RangeError(
        `Cannot mark rating ${ratingId} as batch ${batchId} is not among the ${known.size} batches given`,
      );
    }
    return isHeldOut({ ratingId, batch: cursor.batch, position: cursor.position++, isLate }, rule);
  };
}

/** What an example is for. */
export type Part = "train" | "validation" | "test";

/** Ends (exclusive) of the parts, as counts of examples in arrival order; the test part ends at `n`. */
export interface Parts {
  train: number;
  validation: number;
  n: number;
}

/** Cuts `n` examples in arrival order: the newest `test` share, before it `validation`, the rest trains. */
export function splitByOrder(n: number, share: { validation: number; test: number }): Parts {
  const validation = n - Math.floor(n * share.test);
  return { train: validation - Math.floor(n * share.validation), validation, n };
}

/** The part that example number `order` (from 0) belongs to. */
export function partOf(order: number, parts: Parts): Part {
  if (order < parts.train) return "train";
  return order < parts.validation ? "validation" : "test";
}
