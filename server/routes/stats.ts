/** What is served, in numbers. */
import { createRoute } from "@hono/zod-openapi";
import { answer } from "../http/answer.ts";
import { needs } from "../http/access.ts";
import type { AppDeps } from "../http/env.ts";
import { closed } from "../http/refusal.ts";
import { createRouter } from "../http/router.ts";
import { json, problems } from "../http/schemas.ts";
import { servingOf } from "../http/serving.ts";
import { statsSchema, statsView } from "./views/stats_view.ts";

const stats = createRoute({
  method: "get",
  path: "/stats",
  tags: ["operation"],
  summary: "What is served, in numbers",
  ...needs("read"),
  request: { query: closed({}) },
  responses: {
    200: json(statsSchema, "The numbers."),
    ...problems("bad-parameter", "nothing-to-serve"),
  },
});

export function statsRoutes({ state }: AppDeps) {
  return createRouter()
    .openapi(stats, (c) => {
      const serving = servingOf(c);
      return answer(c, statsView(serving, state), { version: serving.sha256, audience: "public" });
    });
}
