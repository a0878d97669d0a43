/** Lists of movies that are nobody's in particular: found, popular, rising, alike. */
import { z } from "@hono/zod-openapi";
import type { Snapshot } from "../../../models/snapshot/snapshot.ts";
import { type PopularMovie, type Window, WINDOWS } from "../../recommend/popular.ts";
import type { Filter } from "../../recommend/shelf.ts";
import type { SimilarMovies } from "../../recommend/similar.ts";
import { filterFields, filterNotes, mean, modelOf, modelVersion, SNAPSHOT, source } from "./model_view.ts";
import { titleOf, titleSchema } from "./movie_view.ts";

const made = { model_version: modelVersion, source };

const rated = titleSchema.extend({
  n_ratings: z.int().describe("Ratings as of the snapshot."),
  mean_rating: z.number().nullable().describe("Stars; null: nobody rated it."),
});

export const foundSchema = z.object({
  query: z.string(),
  ...made,
  items: z.array(rated).describe("The best match first; of equals, the most rated."),
}).openapi("FoundMovies");

export function foundView(
  snapshot: Snapshot,
  query: string,
  movies: readonly number[],
): z.infer<typeof foundSchema> {
  return {
    query,
    ...modelOf(snapshot),
    source: SNAPSHOT,
    items: movies.map((movie) => ({ ...titleOf(snapshot, movie), ...ratingsOf(snapshot, movie) })),
  };
}

export const popularSchema = z.object({
  window: z.enum(WINDOWS).describe("Days before the archive's newest rating in which ratings are counted."),
  ...made,
  ...filterFields,
  items: z.array(rated.extend({
    rank: z.int().min(1),
    n_ratings_in_window: z.int(),
    trend: z.number().describe("How much faster than before it is rated, in standard errors."),
  })),
}).openapi("PopularMovies");

export function popularView(
  snapshot: Snapshot,
  { window, source, filter, movies }: {
    window: Window;
    source: string;
    filter: Filter;
    movies: readonly PopularMovie[];
  },
): z.infer<typeof popularSchema> {
  return {
    window,
    ...modelOf(snapshot),
    source,
    ...filterNotes(snapshot, filter),
    items: movies.map(({ movie, nRatings, trend }, i) => ({
      rank: i + 1,
      ...titleOf(snapshot, movie),
      ...ratingsOf(snapshot, movie),
      n_ratings_in_window: nRatings,
      trend: Math.round(trend * 100) / 100,
    })),
  };
}

export const similarSchema = z.object({
  movie_id: z.int(),
  title: z.string(),
  ...made,
  ...filterFields,
  by: z.enum(["vectors", "facts"]).describe(
    "vectors: cosine of the model's; facts: genres, year and how often both are rated.",
  ),
  items: z.array(rated.extend({
    rank: z.int().min(1),
    likeness: z.number().describe("1: the same."),
  })).describe("The most alike first; ties by movie id."),
}).openapi("SimilarMovies");

export function similarView(
  snapshot: Snapshot,
  movie: number,
  { by, items, filter }: SimilarMovies & { filter: Filter },
): z.infer<typeof similarSchema> {
  return {
    movie_id: snapshot.movieIds[movie],
    title: snapshot.title(movie),
    ...modelOf(snapshot),
    source: by === "vectors" ? snapshot.champion?.model ?? SNAPSHOT : SNAPSHOT,
    by,
    ...filterNotes(snapshot, filter),
    items: items.map(({ movie: other, likeness }, i) => ({
      rank: i + 1,
      ...titleOf(snapshot, other),
      ...ratingsOf(snapshot, other),
      likeness: Math.round(likeness * 1e4) / 1e4,
    })),
  };
}

function ratingsOf({ nRatings, ratingSums }: Snapshot, movie: number) {
  return { n_ratings: nRatings[movie], mean_rating: mean(ratingSums[movie], nRatings[movie]) };
}
