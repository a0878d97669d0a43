/** The answers of `GET /recommend/{model}`: an array, of titles or of objects. What else there is to say is in headers. */
import { z } from "@hono/zod-openapi";
import type { Snapshot } from "../../../models/snapshot/snapshot.ts";
import type { RecommendationList } from "../../recommend/request.ts";
import { rounded } from "./list_view.ts";
import { titleOf, titleSchema } from "./movie_view.ts";

export const titlesSchema = z.array(z.string()).openapi("Titles", { example: ["Toy Story", "Heat"] });

export const modelListSchema = z.array(titleSchema.extend({
  rank: z.int().min(1),
  score: z.number().describe("What the list is ordered by."),
})).openapi("ModelList");

export const listHeaders = z.object({
  "x-model-version": z.string().openapi({ description: "The version that answered." }),
  "x-rec-id": z.string().openapi({ description: "The list's name, for feedback." }),
  "x-source": z.string().openapi({ description: "What made the list: the name of a model, or popularity." }),
});

export function titlesView(snapshot: Snapshot, { items }: RecommendationList): z.infer<typeof titlesSchema> {
  return items.map(({ movie }) => snapshot.title(movie));
}

export function modelListView(
  snapshot: Snapshot,
  { items }: RecommendationList,
): z.infer<typeof modelListSchema> {
  return items.map(({ movie, rankingScore }, i) => ({
    rank: i + 1,
    ...titleOf(snapshot, movie),
    score: rounded(rankingScore),
  }));
}
