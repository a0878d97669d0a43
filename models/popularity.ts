/**
 * The control of every ranking: the most rated movies, the same list for everybody (minus what they have seen).
 *
 * Without a window the counts are those of the moment; with one, ratings that were given in the last days of the
 * data, counted back from its newest `rated_at`, and frozen by the fit. A re-rating inside the window counts again:
 * it is attention. Ties go to the lower movie id, as in every list.
 */
import { z } from "zod";
import type { Container } from "./container.ts";
import { type Dataset, survey } from "./dataset.ts";
import { breathe } from "./breathe.ts";
import { defineModel, headerOf, type Scorer } from "./model.ts";

export const popularityConfig = z.strictObject({
  window_days: z.number().positive().nullable().default(null).describe(
    "Days that count, back from the newest rating; null: all ratings, as of the moment of the question.",
  ),
});

const SECONDS_PER_DAY = 86_400;

/** Popularity by `counts` (per movie), or by the moment's counts when there are none. */
export function createPopularity(counts: ArrayLike<number> | null = null) {
  return {
    model: "popularity",
    retriever({ state }) {
      const frozen = Float32Array.from(counts ?? state.movieCounts);
      // A movie that came after the counts has none.
      return (_moment, _user, out) => out.fill(0).set(frozen.subarray(0, out.length));
    },
  } satisfies Scorer;
}

/** Ratings per movie in the last `days` of `dataset`; reads it twice. */
export async function countWindow(
  dataset: Dataset,
  days: number,
  signal: AbortSignal,
): Promise<Float64Array> {
  let newest = -Infinity;
  for await (const { ratedAt } of dataset.ratings()) {
    for (const seconds of ratedAt) newest = Math.max(newest, seconds);
    await breathe(signal);
  }
  const counts = new Float64Array(dataset.catalogue.movies.size);
  for await (const { length, movies, ratedAt, isStale } of dataset.ratings()) {
    for (let row = 0; row < length; row++) {
      if (!isStale[row] && ratedAt[row] > newest - days * SECONDS_PER_DAY) counts[movies[row]]++;
    }
    await breathe(signal);
  }
  return counts;
}

export const popularity = defineModel({
  config: popularityConfig,
  learnsFrom: "interactions",
  async fit(dataset, config, { signal }) {
    const { n, end } = await survey(dataset, signal);
    const days = config.window_days;
    const counts = days === null ? null : await countWindow(dataset, days, signal);
    const arrays: Container["arrays"] = counts === null ? {} : { counts };
    const artifact = { header: { model: "popularity", config }, arrays };
    return { scorer: createPopularity(counts), artifact, report: { examples: n }, end };
  },
  open(artifact) {
    headerOf("popularity", artifact);
    return createPopularity(artifact.arrays.counts ?? null);
  },
});
