/** Movies: their facts, by title, by popularity, and what is like what. */
import { createRoute, z } from "@hono/zod-openapi";
import { needs } from "../http/access.ts";
import { answer } from "../http/answer.ts";
import { movieFrom, nameIn } from "../http/parameters.ts";
import { Problem } from "../http/problem.ts";
import { closed } from "../http/refusal.ts";
import { createRouter } from "../http/router.ts";
import { json, movieId, problems } from "../http/schemas.ts";
import { servingOf } from "../http/serving.ts";
import type { Serving } from "../live/live.ts";
import { POPULARITY } from "../recommend/popularity.ts";
import { popularIn, trending, WINDOWS } from "../recommend/popular.ts";
import { shelfOf } from "../recommend/shelf.ts";
import { championVectors, similarTo } from "../recommend/similar.ts";
import { filterOf, filters, n, USUAL_LIST } from "./requests/list_query.ts";
import {
  foundSchema,
  foundView,
  popularSchema,
  popularView,
  similarSchema,
  similarView,
} from "./views/movie_lists.ts";
import { movieSchema, movieView } from "./views/movie_view.ts";

const LONGEST_QUERY = 200;
const USUAL_WINDOW = "30d";

const read = { method: "get" as const, tags: ["movies"], ...needs("read") };

const search = createRoute({
  ...read,
  path: "/movies",
  summary: "Movies by title",
  description:
    "Every word must be in the title, begin a word of it, or be one typo away from one; a year counts, too.",
  request: {
    query: closed({
      query: z.string().min(1).max(LONGEST_QUERY)
        .openapi({ description: "Words of the title.", example: "toy stroy" }),
      n,
    }),
  },
  responses: {
    200: json(foundSchema, "Those that match."),
    ...problems("bad-parameter", "nothing-to-serve"),
  },
});

const popular = createRoute({
  ...read,
  path: "/movies/popular",
  summary: "The most rated movies of a window of days",
  request: {
    query: closed({
      window: z.enum(WINDOWS).optional().openapi({
        description: "Days before the archive's newest rating; all: since it began.",
        default: USUAL_WINDOW,
      }),
      n,
      ...filters,
    }),
  },
  responses: {
    200: json(popularSchema, "The movies; none that nobody rated in the window."),
    ...problems("bad-parameter", "nothing-to-serve"),
  },
});

const rising = createRoute({
  ...read,
  path: "/movies/trending",
  summary: "Movies that are rated faster than before",
  request: { query: closed({ n, ...filters }) },
  responses: {
    200: json(popularSchema, "The movies, the fastest first; counts are of 7 days."),
    ...problems("bad-parameter", "nothing-to-serve"),
  },
});

const facts = createRoute({
  ...read,
  path: "/movies/{id}",
  summary: "A movie's facts",
  request: { params: z.object({ id: movieId }), query: closed({}) },
  responses: {
    200: json(movieSchema, "The movie."),
    ...problems("bad-parameter", "unknown-movie", "nothing-to-serve"),
  },
});

const alias = createRoute({ ...facts, path: "/movie/{id}", summary: "A movie's facts: /movies/{id}" });

const similar = createRoute({
  ...read,
  path: "/movies/{id}/similar",
  summary: "Movies like one",
  request: { params: z.object({ id: movieId }), query: closed({ n, ...filters }) },
  responses: {
    200: json(similarSchema, "The most alike first."),
    ...problems("bad-parameter", "unknown-movie", "nothing-to-serve"),
  },
});

export function movieRoutes() {
  return createRouter()
    .openapi(search, (c) => {
      const { snapshot, sha256 } = servingOf(c);
      const { query, n = USUAL_LIST } = c.req.valid("query");
      const view = foundView(snapshot, query, shelfOf(snapshot).titles.search(query, n));
      return answer(c, view, { version: sha256, audience: "public" });
    })
    .openapi(popular, (c) => {
      const serving = servingOf(c);
      const { window = USUAL_WINDOW, n = USUAL_LIST, ...wanted } = c.req.valid("query");
      const filter = filterOf(wanted, serving);
      const movies = popularIn(serving.snapshot, window, { n, ...filter });
      const view = popularView(serving.snapshot, { window, source: POPULARITY, filter, movies });
      return answer(c, view, { version: serving.sha256, audience: "public" });
    })
    .openapi(rising, (c) => {
      const serving = servingOf(c);
      const { n = USUAL_LIST, ...wanted } = c.req.valid("query");
      const filter = filterOf(wanted, serving);
      const movies = trending(serving.snapshot, { n, ...filter });
      const view = popularView(serving.snapshot, { window: "7d", source: "trend", filter, movies });
      return answer(c, view, { version: serving.sha256, audience: "public" });
    })
    .openapi(facts, (c) => {
      const serving = servingOf(c);
      const movie = factsOf(serving, c.req.valid("param").id);
      return answer(c, movie, { version: serving.sha256, audience: "public" });
    })
    .openapi(alias, (c) => {
      const serving = servingOf(c);
      const movie = factsOf(serving, c.req.valid("param").id);
      return answer(c, movie, { version: serving.sha256, audience: "public" });
    })
    .openapi(similar, (c) => {
      const serving = servingOf(c);
      const { snapshot, sha256 } = serving;
      const named = movieFrom(c.req.valid("param").id, snapshot);
      const movie = snapshot.movieIndex(named.id);
      if (movie < 0) throw new Problem("unknown-movie", `The archive has no movie ${nameIn(named)}.`);
      const { n = USUAL_LIST, ...wanted } = c.req.valid("query");
      const filter = filterOf(wanted, serving);
      const vectors = championVectors(snapshot);
      const view = similarView(snapshot, movie, {
        ...similarTo(snapshot, movie, { n, vectors, ...filter }),
        filter,
      });
      return answer(c, view, { version: sha256, audience: "public" });
    });
}

function factsOf(serving: Serving, text: string) {
  const named = movieFrom(text, serving.snapshot);
  const movie = movieView(serving, named.id);
  if (!movie) throw new Problem("unknown-movie", `The archive has no movie ${nameIn(named)}.`);
  return movie;
}
