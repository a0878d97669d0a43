/** How a movie goes over the wire. */
import { z } from "@hono/zod-openapi";
import type { Snapshot } from "../../../models/snapshot/snapshot.ts";
import type { Serving } from "../../live/live.ts";
import { mean, modelOf, modelVersion } from "./model_view.ts";

const titleFields = {
  movie_id: z.int(),
  movie_key: z.string().optional().describe("What the data set calls it, where its ids are texts."),
  title: z.string(),
  year: z.int().nullable().describe("Of release; null: unknown."),
  genres: z.array(z.string()),
};

export const titleSchema = z.object(titleFields);

export const movieSchema = z.object({
  ...titleFields,
  n_ratings: z.int().describe("Ratings as of the snapshot."),
  mean_rating: z.number().nullable().describe("Stars; null: nobody rated it."),
  model_version: modelVersion,
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
  const nRatings = snapshot.nRatings[movie];
  return {
    ...titleOf(snapshot, movie),
    n_ratings: nRatings,
    mean_rating: mean(snapshot.ratingSums[movie], nRatings),
    ...modelOf(snapshot),
  };
}
