/** Movies: their facts. */
import { createRoute, z } from "@hono/zod-openapi";
import { answer } from "../http/answer.ts";
import { needs } from "../http/access.ts";
import type { AppDeps } from "../http/env.ts";
import { movieFrom, type Named } from "../http/parameters.ts";
import { Problem } from "../http/problem.ts";
import { closed } from "../http/refusal.ts";
import { createRouter } from "../http/router.ts";
import { json, movieId, problems } from "../http/schemas.ts";
import { servingOf } from "../http/serving.ts";
import { movieSchema, movieView } from "./views/movie_view.ts";

const facts = createRoute({
  method: "get",
  path: "/movies/{id}",
  tags: ["movies"],
  summary: "A movie's facts",
  ...needs("read"),
  request: { params: z.object({ id: movieId }), query: closed({}) },
  responses: {
    200: json(movieSchema, "The movie."),
    ...problems("bad-parameter", "unknown-movie", "nothing-to-serve"),
  },
});

export function movieRoutes(_deps: AppDeps) {
  return createRouter()
    .openapi(facts, (c) => {
      const serving = servingOf(c);
      const named = movieFrom(c.req.valid("param").id, serving.snapshot);
      const movie = movieView(serving, named.id);
      if (!movie) throw new Problem("unknown-movie", `The archive has no movie ${nameIn(named)}.`);
      return answer(c, movie, { version: serving.sha256, audience: "public" });
    });
}

const nameIn = ({ id, key }: Named) => key === undefined ? id : JSON.stringify(key);
