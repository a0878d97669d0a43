/** People: what is known of them, what they rated, and why a movie is not on their list. */
import { createRoute, z } from "@hono/zod-openapi";
import { needs } from "../http/access.ts";
import { answer } from "../http/answer.ts";
import type { AppDeps, Database } from "../http/env.ts";
import { movieFrom, type Named, nameIn, readerFrom } from "../http/parameters.ts";
import { Problem } from "../http/problem.ts";
import { closed } from "../http/refusal.ts";
import { createRouter } from "../http/router.ts";
import { json, movieId, problems, userId, wholeNumber } from "../http/schemas.ts";
import { servingOf } from "../http/serving.ts";
import type { Serving } from "../live/live.ts";
import { whyNot } from "../recommend/why_not.ts";
import { n, requestOf, USUAL_LIST, wishes } from "./requests/list_query.ts";
import { haveModel } from "./requests/model_choice.ts";
import { historySchema, historyView } from "./views/history_view.ts";
import { userSchema, userView } from "./views/user_view.ts";
import { whyNotSchema, whyNotView } from "./views/why_not_view.ts";

const LONGEST_PAGE = 500;
const USUAL_PAGE = 50;

const profile = createRoute({
  method: "get",
  path: "/users/{id}",
  tags: ["users"],
  summary: "What is known of a person",
  description:
    "Counts, the mean of their stars, and their taste by genre: of the snapshot and of what came since.",
  ...needs("read"),
  request: { params: z.object({ id: userId }), query: closed({}) },
  responses: {
    200: json(userSchema, "The person."),
    ...problems("bad-parameter", "unknown-user", "nothing-to-serve"),
  },
});

const alias = createRoute({
  ...profile,
  path: "/user/{id}",
  summary: "What is known of a person: /users/{id}",
});

const ratings = createRoute({
  method: "get",
  path: "/users/{id}/ratings",
  tags: ["users"],
  summary: "What a person rated",
  ...needs("read"),
  request: {
    params: z.object({ id: userId }),
    query: closed({
      offset: wholeNumber({ least: 0, most: 10_000_000, usual: 0 }).optional()
        .openapi({ description: "Ratings to leave out at the beginning." }),
      n: wholeNumber({ least: 1, most: LONGEST_PAGE, usual: USUAL_PAGE }).optional()
        .openapi({ description: "Length of the page." }),
    }),
  },
  responses: {
    200: json(historySchema, "One page of them, the last ones first."),
    ...problems("bad-parameter", "unknown-user", "nothing-to-serve"),
  },
});

const whyNotRoute = createRoute({
  method: "get",
  path: "/users/{id}/why-not/{movie_id}",
  tags: ["users"],
  summary: "Why a movie is not on a person's list",
  description: "Takes what the list takes, and says all that keeps the movie off, its rank and its score.",
  ...needs("read"),
  request: {
    params: z.object({ id: userId, movie_id: movieId }),
    query: closed({ n, ...wishes }),
  },
  responses: {
    200: json(whyNotSchema, "What keeps it off."),
    ...problems("bad-parameter", "unknown-movie", "unknown-model", "database-down", "nothing-to-serve"),
  },
});

export function userRoutes({ database }: AppDeps) {
  return createRouter()
    .openapi(profile, async (c) => {
      const serving = servingOf(c);
      const user = await profileOf(serving, c.req.valid("param").id, database);
      return answer(c, user, { version: serving.sha256, audience: "private" });
    })
    .openapi(alias, async (c) => {
      const serving = servingOf(c);
      const user = await profileOf(serving, c.req.valid("param").id, database);
      return answer(c, user, { version: serving.sha256, audience: "private" });
    })
    .openapi(ratings, async (c) => {
      const serving = servingOf(c);
      const named = await readerFrom(c.req.valid("param").id, serving, database);
      const { offset = 0, n = USUAL_PAGE } = c.req.valid("query");
      const history = historyView(serving, named, { offset, n });
      if (!history) throw unknownUser(named);
      return answer(c, history, { version: serving.sha256, audience: "private" });
    })
    .openapi(whyNotRoute, async (c) => {
      const serving = servingOf(c);
      const { id, movie_id } = c.req.valid("param");
      const user = await readerFrom(id, serving, database);
      const movie = movieFrom(movie_id, serving.snapshot);
      const { n = USUAL_LIST, ...wishes } = c.req.valid("query");
      const request = { userId: user.id, n, ...requestOf(wishes, serving) };
      await haveModel(request.model, serving, database);
      const found = whyNot(serving, request, movie.id);
      if (found.movie < 0) throw new Problem("unknown-movie", `The archive has no movie ${nameIn(movie)}.`);
      return answer(c, whyNotView(serving, user, found), { version: serving.sha256, audience: "private" });
    });
}

async function profileOf(serving: Serving, text: string, database: Database) {
  const named = await readerFrom(text, serving, database);
  const user = userView(serving, named);
  if (!user) throw unknownUser(named);
  return user;
}

const unknownUser = (named: Named) =>
  new Problem("unknown-user", `No ratings of user ${nameIn(named)} are known.`);
