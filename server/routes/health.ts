/** Whether the process lives, and whether requests should come to it. */
import { createRoute, z } from "@hono/zod-openapi";
import type { AppDeps } from "../http/env.ts";
import { createRouter } from "../http/router.ts";
import { readinessView } from "./views.ts";

const readiness = z.object({
  ready: z.boolean().describe("Whether requests should come here."),
  state: z.string().describe("Why, or why not: ready, degraded, stopping, nothing to serve."),
  model_version: z.string().nullable().describe("The champion's version; null: popularity alone."),
  database: z.enum(["up", "down"]),
}).openapi("Readiness");

const live = createRoute({
  method: "get",
  path: "/health/live",
  tags: ["operation"],
  summary: "Whether the process lives",
  responses: {
    200: {
      description: "It does.",
      content: { "application/json": { schema: z.object({ live: z.literal(true) }) } },
    },
  },
});

const ready = createRoute({
  method: "get",
  path: "/health/ready",
  tags: ["operation"],
  summary: "Whether requests should come here",
  responses: {
    200: { description: "They should.", content: { "application/json": { schema: readiness } } },
    503: {
      description: "They should not, or not yet.",
      content: { "application/json": { schema: readiness } },
    },
  },
});

export function healthRoutes({ state }: AppDeps) {
  return createRouter()
    .openapi(live, (c) => c.json({ live: true as const }, 200))
    .openapi(ready, (c) => {
      const view = readinessView(c.get("serving"), state);
      c.header("cache-control", "no-store");
      return c.json(view, view.ready ? 200 : 503);
    });
}
