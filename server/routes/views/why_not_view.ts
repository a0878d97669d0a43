/** Why a movie is not on somebody's list, in figures and in a sentence. */
import { z } from "@hono/zod-openapi";
import type { Named } from "../../http/parameters.ts";
import type { Serving } from "../../live/live.ts";
import type { Obstacle, WhyNot } from "../../recommend/why_not.ts";
import { rounded } from "./list_view.ts";
import { modelVersion, path, source } from "./model_view.ts";
import { titleOf, titleSchema } from "./movie_view.ts";
import { nameFields, nameOf } from "./user_view.ts";

const obstacleSchema = z.object({
  why: z.enum(["seen", "hidden", "excluded", "filter", "below_the_cut", "not_in_catalogue"]),
  by: z.enum(["person", "operator", "genres", "years"]).optional().describe("Who hides it; which filter."),
  stars: z.number().nullable().optional().describe("Of seen: their rating; null: unknown."),
  says: z.string().describe("The same as a sentence."),
}).openapi("Obstacle");

export const whyNotSchema = z.object({
  ...nameFields,
  model_version: modelVersion,
  source,
  path,
  ...titleSchema.shape,
  listed: z.int().nullable().describe("Its place on the list; null: it is not there."),
  rank: z.int().nullable().describe("Its place among all movies for this person, whatever is filtered."),
  score: z.number().nullable().describe("What the list is ordered by."),
  retrieval_score: z.number().nullable(),
  obstacles: z.array(obstacleSchema).describe("All that keeps it off; empty when it is listed."),
}).openapi("WhyNot");

export function whyNotView(
  { snapshot }: Serving,
  user: Named,
  { movie, version, source, path, rank, retrievalScore, rankingScore, listed, obstacles }: WhyNot,
): z.infer<typeof whyNotSchema> {
  return {
    ...nameOf(user),
    model_version: version ?? snapshot.champion?.version ?? null,
    source,
    path,
    ...titleOf(snapshot, movie),
    listed,
    rank,
    score: rankingScore === null ? null : rounded(rankingScore),
    retrieval_score: retrievalScore === null ? null : rounded(retrievalScore),
    obstacles: obstacles.map((obstacle) => ({
      why: obstacle.why,
      ...("by" in obstacle ? { by: obstacle.by } : {}),
      ...("stars" in obstacle ? { stars: obstacle.stars } : {}),
      says: sentenceOf(obstacle, rank),
    })),
  };
}

function sentenceOf(obstacle: Obstacle, rank: number | null): string {
  switch (obstacle.why) {
    case "not_in_catalogue":
      return "The archive has no such movie.";
    case "seen":
      return obstacle.stars === null
        ? "They have rated it already."
        : `They have rated it already, with ${obstacle.stars} stars.`;
    case "hidden":
      return obstacle.by === "person"
        ? "They asked never to see it."
        : "The operator hides it from everybody.";
    case "excluded":
      return "The request excludes it.";
    case "filter":
      return obstacle.by === "genres"
        ? "It is of none of the genres that the request asks for."
        : "It is not of the years that the request asks for.";
    case "below_the_cut":
      return `Nothing keeps it off but better ones: it stands at place ${rank}, and the list has ${obstacle.n}.`;
  }
}
