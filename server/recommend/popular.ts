/** What everybody watches: the most rated movies of a window of days, and those that are rising. */
import { WINDOW_DAYS } from "../../models/snapshot/windows.ts";
import type { Snapshot } from "../../models/snapshot/snapshot.ts";
import { topN } from "../../models/top_n.ts";
import { type Filter, shelfOf } from "./shelf.ts";

/** Days before the archive's newest rating; all: since it began. */
export const WINDOWS = [...WINDOW_DAYS.map((days) => `${days}d` as const), "all"] as const;
export type Window = typeof WINDOWS[number];

export interface PopularMovie {
  /** Index in the snapshot. */
  movie: number;
  /** Ratings in the window. */
  nRatings: number;
  /** How much faster than before it is rated, in standard errors. */
  trend: number;
}

export interface PopularOptions extends Filter {
  n: number;
}

/** The most rated of `window`, ties by id; movies that nobody rated in it are not listed. */
export function popularIn(snapshot: Snapshot, window: Window, options: PopularOptions): PopularMovie[] {
  const counts = countsOf(snapshot, window);
  return listed(snapshot, scoresOf(snapshot, window, counts), options)
    .map((movie) => ({ movie, nRatings: counts[movie], trend: snapshot.trends[movie] }));
}

/** The movies that are rated faster than before, the most so first; counts are of the last 7 days. */
export function trending(snapshot: Snapshot, options: PopularOptions): PopularMovie[] {
  const counts = countsOf(snapshot, "7d");
  return listed(snapshot, scoresOf(snapshot, "rising", snapshot.trends), options)
    .map((movie) => ({ movie, nRatings: counts[movie], trend: snapshot.trends[movie] }));
}

const remembered = new WeakMap<Snapshot, Map<string, Float32Array>>();

/** `values` as scores, made once for each snapshot: what is not above 0 is not listed. */
function scoresOf(snapshot: Snapshot, name: string, values: Uint32Array | Float32Array): Float32Array {
  let known = remembered.get(snapshot);
  if (known === undefined) remembered.set(snapshot, known = new Map());
  let scores = known.get(name);
  if (scores === undefined) {
    known.set(name, scores = new Float32Array(values.length));
    for (let movie = 0; movie < values.length; movie++) {
      scores[movie] = values[movie] > 0 ? values[movie] : NaN;
    }
  }
  return scores;
}

function countsOf(snapshot: Snapshot, window: Window): Uint32Array {
  const counts = window === "all" ? snapshot.nRatings : snapshot.countsIn(Number.parseInt(window));
  if (counts) return counts;
  throw new RangeError(`Cannot count ratings of ${window} as windows are ${WINDOWS.join(", ")}`);
}

/** The best by `scores` (NaN: not listed) that pass the filter and that the operator does not hide. */
function listed(snapshot: Snapshot, scores: Float32Array, { n, ...filter }: PopularOptions): number[] {
  const keptOut = shelfOf(snapshot).keptOut(filter);
  const isSeen = (movie: number) => keptOut !== null && keptOut[movie] !== 0;
  return Array.from(topN(scores, { n, isSeen, ids: snapshot.movieIds }).movies);
}
