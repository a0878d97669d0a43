/** How a list of recommendations goes over the wire. */
import { z } from "@hono/zod-openapi";
import type { Named } from "../../http/parameters.ts";
import type { Serving } from "../../live/live.ts";
import { recommend } from "../../recommend/recommend.ts";
import { modelOf, modelVersion, sampleFields, sampleLabel, source } from "./model_view.ts";
import { titleOf, titleSchema } from "./movie_view.ts";
import { nameFields, nameOf } from "./user_view.ts";

const itemSchema = titleSchema.extend({
  rank: z.int().min(1),
  score: z.number().describe("Stars that the model expects; of popularity, the number of ratings."),
}).openapi("RecommendedMovie");

export const listSchema = z.object({
  ...nameFields,
  model_version: modelVersion,
  source,
  ...sampleFields,
  items: z.array(itemSchema).describe("The best first; ties by movie id."),
}).openapi("RecommendationList");

export function listView(serving: Serving, user: Named, n: number): z.infer<typeof listSchema> {
  const { snapshot } = serving;
  const { source, items } = recommend(serving, { userId: user.id, n });
  return {
    ...nameOf(user),
    ...modelOf(snapshot),
    source,
    ...sampleLabel(snapshot),
    items: items.map(({ movie, rankingScore }, i) => ({
      rank: i + 1,
      ...titleOf(snapshot, movie),
      score: Math.round(rankingScore * 1e4) / 1e4,
    })),
  };
}
