/**
 * Measured quality as rows, sliced by how well the system knew the person.
 *
 * Cold is a user with fewer than 5 ratings before the moment of the prediction (of the list, for ranking metrics),
 * warm is everybody else; a user can be cold in the morning and warm in the evening.
 */
import { mae, rmse } from "./metrics.ts";
import type { Moment } from "../ratings.ts";

const COLD_BELOW = 5;

export type Slice = "all" | "warm" | "cold";

/** One figure: `n` is the number of ratings, or of people, that it is an average over. */
export interface Quality {
  scorer: string;
  slice: Slice;
  metric: string;
  value: number;
  n: number;
}

/** Whether `user` is cold as of `moment`. */
export function isColdUser({ state }: Moment, user: number): boolean {
  return (state.userCounts[user] ?? 0) < COLD_BELOW;
}

/** `items` by slice, without empty slices. */
export function slices<Item>(items: readonly Item[], isCold: (item: Item) => boolean): [Slice, Item[]][] {
  const parts: [Slice, Item[]][] = [
    ["all", [...items]],
    ["warm", items.filter((item) => !isCold(item))],
    ["cold", items.filter(isCold)],
  ];
  return parts.filter(([, part]) => part.length > 0);
}

/** One rating, and what each scorer (by name) had predicted. */
export interface Prediction {
  actual: number;
  isCold: boolean;
  predicted: Record<string, number>;
}

/** RMSE and MAE of every scorer in every slice. */
export function ratingQuality(predictions: readonly Prediction[]): Quality[] {
  return slices(predictions, (prediction) => prediction.isCold).flatMap(([slice, part]) => {
    const actual = part.map((prediction) => prediction.actual);
    return Object.keys(part[0].predicted).flatMap((scorer) => {
      const predicted = part.map((prediction) => prediction.predicted[scorer]);
      const row = { scorer, slice, n: part.length };
      return [
        { ...row, metric: "rmse", value: rmse(predicted, actual) },
        { ...row, metric: "mae", value: mae(predicted, actual) },
      ];
    });
  });
}
