/** The body and the answer of `POST /recommend`. */
import { z } from "@hono/zod-openapi";
import { personOf } from "../../recommend/person.ts";
import { closed } from "../../http/refusal.ts";
import { anyId } from "../../http/schemas.ts";
import { bodyWishes, LONGEST_LIST, MOST_RETRIEVED, USUAL_LIST } from "../requests/list_query.ts";
import { explanationFields, explanationOf, type Listed, listedFields, madeBy, rounded } from "./list_view.ts";
import { filterFields, filterNotes, sampleFields, sampleLabel } from "./model_view.ts";
import { titleOf, titleSchema } from "./movie_view.ts";
import { demographicFields, demographicsOf } from "./user_view.ts";

const MOST_RATINGS = 1_000;

export const recommendBody = closed({
  user_id: anyId.nullable().optional().describe("Absent: a guest, of whom nothing is known but `ratings`."),
  ratings: z.array(closed({
    movie_id: anyId,
    rating: z.number().min(0.5).max(5).multipleOf(0.5).openapi({
      description: "Stars, in halves.",
      multipleOf: 0.5,
    }),
  })).max(MOST_RATINGS).optional()
    .describe(
      "Folded in on top of what is known of the person; of two of one movie, the last counts. Kept nowhere.",
    ),
  top_k_retrieve: z.int().min(1).max(MOST_RETRIEVED).default(200)
    .describe("Candidates that the retriever hands on to ranking and diversity."),
  top_n_final: z.int().min(1).max(LONGEST_LIST).default(USUAL_LIST).describe("Length of the list."),
  ...bodyWishes,
}).openapi("RecommendRequest", {
  example: { ratings: [{ movie_id: 1, rating: 5 }, { movie_id: 50, rating: 4.5 }], top_n_final: 5 },
});

export const recommendSchema = z.object({
  user_id: z.int().nullable().describe("Null: a guest, or a key that nobody has."),
  ...demographicFields,
  recommendations: z.array(z.object({
    rank: z.int().min(1),
    ...titleSchema.shape,
    ranking_score: z.number().describe("What the list is ordered by."),
    retrieval_score: z.number().describe("The retriever's: what made it a candidate."),
    ...explanationFields,
  })),
  ...listedFields,
  ...filterFields,
  ...sampleFields,
  unknown_movies: z.array(z.union([z.int(), z.string()])).optional()
    .describe("Movies of `ratings` that the archive has not: they tell nothing."),
}).openapi("RecommendAnswer");

export function recommendView(
  { serving, user, request, list }: Listed,
  unknown: readonly (number | string)[],
): z.infer<typeof recommendSchema> {
  const { snapshot } = serving;
  return {
    user_id: request.userId === null || user.id < 0 ? null : user.id,
    ...demographicsOf(snapshot, personOf(serving, { userId: request.userId })),
    recommendations: list.items.map((item, i) => ({
      rank: i + 1,
      ...titleOf(snapshot, item.movie),
      ranking_score: rounded(item.rankingScore),
      retrieval_score: rounded(item.retrievalScore),
      ...explanationOf(snapshot, item),
    })),
    ...madeBy(snapshot, request, list),
    ...filterNotes(snapshot, request),
    ...sampleLabel(snapshot),
    ...(unknown.length > 0 ? { unknown_movies: [...unknown] } : {}),
  };
}
