/** What train holds, as the signals want it: read once, shared by all of them. */
import type { Dataset } from "../../dataset.ts";
import { momentAfter } from "../../evaluation/frozen.ts";
import { activeColumns, type Interactions, readInteractions, type SparseRows } from "../../interactions.ts";
import type { Moment } from "../../ratings.ts";
import { type Taste, weighted, weightOf } from "../../taste.ts";

export interface Learnt {
  readonly dataset: Dataset;
  /** As of the end of train: histories are the queries. */
  readonly moment: Moment;
  /** Values are stars. */
  readonly interactions: Interactions;
  /** X of a taste; made when it is first asked for. */
  weighted(taste: Taste): SparseRows;
  /** Ids of the catalogue's movies by position. */
  readonly movieIds: Int32Array;
  /** Positions of the movies that somebody rated. */
  readonly rated: Int32Array;
  /** Newest rating of each user by position, in seconds since 1970; −∞ for who has none. */
  readonly newest: Float64Array;
}

export async function learn(dataset: Dataset, signal: AbortSignal): Promise<Learnt> {
  const { interactions } = await readInteractions(dataset, signal);
  const moment = await momentAfter(dataset, signal);
  const { nRows, starts, times } = interactions;
  const newest = new Float64Array(Math.max(nRows, dataset.users.size)).fill(-Infinity);
  for (let user = 0; user < nRows; user++) {
    for (let k = starts[user]; k < starts[user + 1]; k++) newest[user] = Math.max(newest[user], times[k]);
  }
  const movieIds = dataset.catalogue.movies.ids;
  const byTaste = new Map<Taste, SparseRows>();
  return {
    dataset,
    moment,
    interactions,
    movieIds,
    rated: activeColumns(interactions).columns,
    newest,
    weighted(taste) {
      const rows = byTaste.get(taste) ?? weighted(interactions, weightOf(taste));
      byTaste.set(taste, rows);
      return rows;
    },
  };
}
