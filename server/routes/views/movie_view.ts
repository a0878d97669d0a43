/** How a movie goes over the wire. */
import { z } from "@hono/zod-openapi";
import { STAR_STEPS } from "../../../models/snapshot/histograms.ts";
import type { Snapshot } from "../../../models/snapshot/snapshot.ts";
import { WINDOW_DAYS } from "../../../models/snapshot/windows.ts";
import type { Serving } from "../../live/live.ts";
import { mean, modelOf, modelVersion, SNAPSHOT, source } from "./model_view.ts";

export const titleSchema = z.object({
  movie_id: z.int(),
  movie_key: z.string().optional().describe("What the data set calls it, where its ids are texts."),
  title: z.string(),
  year: z.int().nullable().describe("Of release; null: unknown."),
  genres: z.array(z.string()),
});

export const movieSchema = titleSchema.extend({
  n_ratings: z.int().describe("Ratings as of the snapshot."),
  mean_rating: z.number().nullable().describe("Stars; null: nobody rated it."),
  histogram: z.array(z.int()).length(STAR_STEPS).describe("How often it was given 0.5, 1, … 5 stars."),
  n_ratings_within: z.record(z.string(), z.int())
    .describe("Ratings of the last days (7d, 30d, …), counted back from the archive's newest rating."),
  trend: z.number().describe("How much faster than before it is rated, in standard errors."),
  model_version: modelVersion,
  source,
}).openapi("Movie");

/** What a movie is called: the part of it that every list shows. */
export function titleOf(snapshot: Snapshot, movie: number) {
  return {
    movie_id: snapshot.movieIds[movie],
    ...(snapshot.movieKeys ? { movie_key: snapshot.movieKeys.key(movie) } : {}),
    title: snapshot.title(movie),
    year: snapshot.year(movie),
    genres: snapshot.genresOf(movie),
  };
}

/** Null when the snapshot has no such movie. */
export function movieView({ snapshot }: Serving, movieId: number): z.infer<typeof movieSchema> | null {
  const movie = snapshot.movieIndex(movieId);
  if (movie < 0) return null;
  const { nRatings, ratingSums, histograms, trends } = snapshot;
  return {
    ...titleOf(snapshot, movie),
    n_ratings: nRatings[movie],
    mean_rating: mean(ratingSums[movie], nRatings[movie]),
    histogram: Array.from(histograms.subarray(movie * STAR_STEPS, (movie + 1) * STAR_STEPS)),
    n_ratings_within: Object.fromEntries(
      WINDOW_DAYS.map((days) => [`${days}d`, snapshot.countsIn(days)?.[movie] ?? 0]),
    ),
    trend: Math.round(trends[movie] * 100) / 100,
    ...modelOf(snapshot),
    source: SNAPSHOT,
  };
}
