/** Lists: what should this person watch next? */
import { createRoute, z } from "@hono/zod-openapi";
import { needs } from "../http/access.ts";
import { answer } from "../http/answer.ts";
import type { AppDeps } from "../http/env.ts";
import { GUEST, movieFrom, type Named, readerFrom } from "../http/parameters.ts";
import { closed } from "../http/refusal.ts";
import { createRouter } from "../http/router.ts";
import { json, jsonBody, OF_BODIES, problems, userId } from "../http/schemas.ts";
import { servingOf } from "../http/serving.ts";
import type { Serving } from "../live/live.ts";
import { recommend } from "../recommend/recommend.ts";
import type { ListRequest } from "../recommend/request.ts";
import { offerToShadow } from "../recommend/shadow_list.ts";
import { n, requestOf, USUAL_LIST, wishes } from "./requests/list_query.ts";
import { haveModel } from "./requests/model_choice.ts";
import { listSchema, listView, madeBy } from "./views/list_view.ts";
import {
  listHeaders,
  modelListSchema,
  modelListView,
  titlesSchema,
  titlesView,
} from "./views/model_list_view.ts";
import { recommendBody, recommendSchema, recommendView } from "./views/recommend_view.ts";

const list = createRoute({
  method: "get",
  path: "/users/{id}/recommendations",
  tags: ["recommendations"],
  summary: "The best movies that a person has not seen",
  description:
    "Somebody unknown gets a list, too: of popular movies. No list holds a movie that the person rated.",
  ...needs("read"),
  request: { params: z.object({ id: userId }), query: closed({ n, ...wishes }) },
  responses: {
    200: json(listSchema, "The list."),
    ...problems("bad-parameter", "unknown-model", "database-down", "nothing-to-serve"),
  },
});

const recommendation = createRoute({
  method: "post",
  path: "/recommend",
  tags: ["recommendations"],
  summary: "A list for a person, or for a guest with a few ratings",
  description: "Ratings are folded in: the list follows them at once, and nothing is stored.",
  ...needs("read"),
  request: { body: jsonBody(recommendBody) },
  responses: {
    200: json(recommendSchema, "The list."),
    ...problems(...OF_BODIES, "unknown-model", "database-down", "nothing-to-serve"),
  },
});

const byModel = createRoute({
  method: "get",
  path: "/recommend/{model}",
  tags: ["recommendations"],
  summary: "The list of one model, as titles",
  description:
    "Without a user, or for somebody unknown: what the model knows of people whom it does not know.",
  ...needs("read"),
  request: {
    params: z.object({
      model: z.string().min(1).max(200)
        .openapi({
          description:
            "Name of a model (two_tower, also as two_tower_NN), a version, MODEL_VERSION, or a variant.",
          example: "popularity",
        }),
    }),
    query: closed({
      user_id: userId.optional(),
      format: z.enum(["titles", "full"]).optional()
        .openapi({ description: "`titles`: texts; `full`: objects.", default: "titles" }),
      n,
    }),
  },
  responses: {
    200: { ...json(z.union([titlesSchema, modelListSchema]), "The list."), headers: listHeaders },
    ...problems("bad-parameter", "unknown-model", "database-down", "nothing-to-serve"),
  },
});

export function recommendationRoutes({ metrics, database, shadow }: AppDeps) {
  const listFor = (serving: Serving, request: ListRequest) => {
    const list = recommend(serving, request);
    metrics.listed(list);
    if (shadow) offerToShadow(shadow, { serving, request, list });
    return list;
  };
  return createRouter()
    .openapi(list, async (c) => {
      const serving = servingOf(c);
      const user = await readerFrom(c.req.valid("param").id, serving, database);
      const { n = USUAL_LIST, ...wishes } = c.req.valid("query");
      const request = { userId: idOf(user), n, ...requestOf(wishes, serving) };
      await haveModel(request.model, serving, database);
      const list = listFor(serving, request);
      c.env?.listed?.(list);
      return answer(c, listView({ serving, user, request, list }), {
        version: serving.sha256,
        audience: "private",
      });
    })
    .openapi(recommendation, async (c) => {
      const serving = servingOf(c);
      const { user_id, ratings = [], top_n_final, top_k_retrieve, ...wishes } = c.req.valid("json");
      const user = user_id == null ? GUEST : await readerFrom(String(user_id), serving, database);
      const given = ratings.map(({ movie_id, rating }) => ({
        movieId: movieFrom(String(movie_id), serving.snapshot).id,
        stars: rating,
      }));
      const unknown = ratings.filter((_, i) => serving.snapshot.movieIndex(given[i].movieId) < 0);
      const request = {
        userId: idOf(user),
        ratings: given,
        n: top_n_final,
        ...requestOf({ ...wishes, retrieve: top_k_retrieve }, serving),
      };
      await haveModel(request.model, serving, database);
      const list = listFor(serving, request);
      return c.json(
        recommendView({ serving, user, request, list }, unknown.map(({ movie_id }) => movie_id)),
        200,
      );
    })
    .openapi(byModel, async (c) => {
      const serving = servingOf(c);
      const { user_id, format, n = USUAL_LIST } = c.req.valid("query");
      const user = user_id === undefined ? GUEST : await readerFrom(user_id, serving, database);
      const request = { userId: idOf(user), n, ...requestOf(c.req.valid("param"), serving) };
      await haveModel(request.model, serving, database);
      const list = listFor(serving, request);
      const made = madeBy(serving.snapshot, request, list);
      c.header("x-rec-id", made.rec_id);
      c.header("x-source", made.source);
      const view = format === "full"
        ? modelListView(serving.snapshot, list)
        : titlesView(serving.snapshot, list);
      return answer(c, view, { version: serving.sha256, audience: "private" });
    });
}

const idOf = ({ id }: Named) => id < 0 ? null : id;
