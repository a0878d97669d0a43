/**
 * The control of every ranking: the most rated movies, the same list for everybody (minus what they have seen).
 *
 *   score(i) = Σ_{ratings of i} 2^(−age / half-life),   age in days back from the data's newest `rated_at`
 *
 * Without a window or a half-life the counts are those of the moment; with either, they are frozen by the fit, without
 * what is held out. A
 * re-rating inside the window counts again: it is attention. Ties go to the lower movie id, as in every list.
 */
import { z } from "zod";
import type { Container } from "./container.ts";
import { type Dataset, isExample, survey } from "./dataset.ts";
import { breathe } from "./breathe.ts";
import { defineModel, headerOf, type Scorer } from "./model.ts";

const popularityConfig = z.strictObject({
  window_days: z.number().positive().nullable().default(null).describe(
    "Days that count, back from the newest rating; null: all ratings, as of the moment of the question.",
  ),
  half_life_days: z.number().positive().nullable().default(null).describe(
    "Days after which a rating counts half, back from the newest rating; null: all count alike.",
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

export interface Decay {
  /** Days that count; null: all. */
  window: number | null;
  /** In days; null: none. */
  halfLife: number | null;
  signal: AbortSignal;
}

/** What the ratings of each movie add up to, newer ones counting more; reads `dataset` twice. */
async function decayedCounts(
  dataset: Dataset,
  { window, halfLife, signal }: Decay,
): Promise<Float64Array> {
  let newest = -Infinity;
  for await (const { ratedAt } of dataset.ratings()) {
    for (const seconds of ratedAt) newest = Math.max(newest, seconds);
    await breathe(signal);
  }
  const counts = new Float64Array(dataset.catalogue.movies.size);
  for await (const ratings of dataset.ratings()) {
    const { length, movies, ratedAt, isStale } = ratings;
    for (let row = 0; row < length; row++) {
      const age = (newest - ratedAt[row]) / SECONDS_PER_DAY;
      if (isStale[row] || !isExample(dataset, ratings, row) || (window !== null && age >= window)) continue;
      counts[movies[row]] += halfLife === null ? 1 : 2 ** (-age / halfLife);
    }
    await breathe(signal);
  }
  return counts;
}

export const popularity = defineModel({
  config: popularityConfig,
  space: {
    window_days: { low: 7, high: 2000, scale: "log" },
    half_life_days: { low: 7, high: 2000, scale: "log" },
  },
  learnsFrom: "interactions",
  async fit(dataset, config, { signal }) {
    const { n, end } = await survey(dataset, signal);
    const { window_days: window, half_life_days: halfLife } = config;
    const isFrozen = window !== null || halfLife !== null;
    const counts = isFrozen ? await decayedCounts(dataset, { window, halfLife, signal }) : null;
    const arrays: Container["arrays"] = counts === null ? {} : { counts };
    const artifact = { header: { model: "popularity", config }, arrays };
    return { scorer: createPopularity(counts), artifact, report: { examples: n }, end };
  },
  open(artifact) {
    headerOf("popularity", artifact);
    return createPopularity(artifact.arrays.counts ?? null);
  },
});
