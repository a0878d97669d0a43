/** Exact repeats within one file, as `clean` finds them: user, movie, rating and time to the microsecond are the same. */
import { breathe } from "../../models/breathe.ts";
import type { RatingTable } from "./rating_table.ts";

export interface RepeatOptions {
  /** Row numbers in time order: `timeOrder()`. */
  order: Uint32Array;
  /** Twice the rating on the lake's scale, 1 to 10, by row; 0: refused for another reason. */
  halfStars: Uint8Array;
  /** Called for each row that repeats an earlier one. */
  found: (row: number) => void;
  signal: AbortSignal;
}

const ROWS_PER_BREATH = 1 << 20;

export async function findRepeats(ratings: RatingTable, options: RepeatOptions): Promise<void> {
  const { order, signal } = options;
  const micros = (place: number) => Math.round(ratings.ratedAt[order[place]] * 1e6);
  let breathed = 0;
  for (let from = 0, to = 0; from < order.length; from = to) {
    const time = micros(from);
    for (to = from + 1; to < order.length && micros(to) === time; to++);
    if (to > from + 1) withinMoment(ratings, order.subarray(from, to), options);
    if (to - breathed < ROWS_PER_BREATH) continue;
    breathed = to;
    await breathe(signal);
  }
}

/** `rows` are of one microsecond, by user and movie unless their seconds differ beyond it. */
function withinMoment(
  { userId, movieId, ratedAt, line }: RatingTable,
  rows: Uint32Array,
  { halfStars, found }: RepeatOptions,
): void {
  const isSorted = ratedAt[rows[0]] === ratedAt[rows[rows.length - 1]];
  const sorted = isSorted
    ? rows
    : rows.slice().sort((a, b) => userId[a] - userId[b] || movieId[a] - movieId[b] || line[a] - line[b]);
  let [user, movie, seen] = [-1, -1, 0];
  for (const row of sorted) {
    if (userId[row] !== user || movieId[row] !== movie) [user, movie, seen] = [userId[row], movieId[row], 0];
    const bit = 1 << halfStars[row];
    if (halfStars[row] > 0 && seen & bit) found(row);
    seen |= bit;
  }
}
