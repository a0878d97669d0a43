/** How a list of recommendations goes over the wire. */
import { z } from "@hono/zod-openapi";
import type { Snapshot } from "../../../models/snapshot/snapshot.ts";
import type { Named } from "../../http/parameters.ts";
import { recIdOf } from "../../http/rec_id.ts";
import type { Serving } from "../../live/live.ts";
import type { ListedMovie, ListRequest, RecommendationList } from "../../recommend/request.ts";
import {
  filterFields,
  filterNotes,
  modelVersion,
  path,
  sampleFields,
  sampleLabel,
  source,
  variant,
} from "./model_view.ts";
import { titleOf, titleSchema } from "./movie_view.ts";
import { nameFields, nameOf } from "./user_view.ts";

const reasonSchema = z.object({
  movie_id: z.int(),
  title: z.string(),
  stars: z.number().describe("Their rating of it."),
  contribution: z.number().describe("Its share of the score."),
}).openapi("Reason");

/** What an explained movie says of its score: contributions, others and rest sum to it, unless they are approximate. */
export const explanationFields = {
  because: z.array(reasonSchema).optional().describe("Rated movies that pulled this one up; with `explain`."),
  others: z.number().optional().describe("The contributions of all other rated movies."),
  rest: z.number().optional().describe("What of the score no rated movie explains."),
  approximate: z.literal(true).optional().describe(
    "The model is not linear in the ratings: contributions are what leaving each one out would change.",
  ),
};

const itemSchema = titleSchema.extend({
  rank: z.int().min(1),
  score: z.number().describe(
    "What the list is ordered by: stars that the model expects, or its own measure; of popularity, ratings.",
  ),
  retrieval_score: z.number().describe("The retriever's: what made it a candidate."),
  ...explanationFields,
}).openapi("RecommendedMovie");

export const listedFields = {
  rec_id: z.string().describe("The list's name: feedback says by it what was shown and clicked."),
  model_version: modelVersion,
  source,
  path,
  variant,
};

export const listSchema = z.object({
  ...nameFields,
  ...listedFields,
  ...filterFields,
  ...sampleFields,
  items: z.array(itemSchema).describe("The best first; ties by movie id."),
}).openapi("RecommendationList");

/** A list, and what it was asked with. */
export interface Listed {
  serving: Serving;
  user: Named;
  request: ListRequest;
  list: RecommendationList;
}

export function listView({ serving: { snapshot }, user, request, list }: Listed): z.infer<typeof listSchema> {
  return {
    ...nameOf(user),
    ...madeBy(snapshot, request, list),
    ...filterNotes(snapshot, request),
    ...sampleLabel(snapshot),
    items: list.items.map((item, i) => ({
      rank: i + 1,
      ...titleOf(snapshot, item.movie),
      score: rounded(item.rankingScore),
      retrieval_score: rounded(item.retrievalScore),
      ...explanationOf(snapshot, item),
    })),
  };
}

/** What made a list, and its name. */
export function madeBy({ champion }: Snapshot, request: ListRequest, list: RecommendationList) {
  return {
    rec_id: recIdOf(list, request),
    model_version: list.version ?? champion?.version ?? null,
    source: list.source,
    path: list.path,
    variant: list.variant,
  };
}

export function explanationOf(snapshot: Snapshot, { because, others, rest, isApproximate }: ListedMovie) {
  if (because === undefined) return {};
  return {
    because: because.map(({ movie, stars, contribution }) => ({
      movie_id: snapshot.movieIds[movie],
      title: snapshot.title(movie),
      stars,
      contribution: rounded(contribution),
    })),
    others: others === undefined ? undefined : rounded(others),
    rest: rest === undefined ? undefined : rounded(rest),
    ...(isApproximate ? { approximate: true as const } : {}),
  };
}

export const rounded = (score: number) => Math.round(score * 1e4) / 1e4;
