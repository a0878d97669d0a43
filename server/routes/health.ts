/** Whether the process lives, and whether requests should come to it. */
import { createRoute, z } from "@hono/zod-openapi";
import type { AppDeps } from "../http/env.ts";
import { createRouter } from "../http/router.ts";
import { json, problems } from "../http/schemas.ts";
import { readinessSchema, readinessView } from "./views/stats_view.ts";

const live = createRoute({
  method: "get",
  path: "/health/live",
  tags: ["operation"],
  security: [],
  summary: "Whether the process lives",
  responses: { 200: json(z.object({ live: z.literal(true) }), "It does."), ...problems() },
});

const readiness = {
  200: json(readinessSchema, "They should."),
  503: json(readinessSchema, "They should not, or not yet."),
};

const ready = createRoute({
  method: "get",
  path: "/health/ready",
  tags: ["operation"],
  security: [],
  summary: "Whether requests should come here",
  responses: { ...problems(), ...readiness },
});

const health = createRoute({
  ...ready,
  path: "/health",
  summary: "Whether requests should come here, under the name that monitors try first",
});

export function healthRoutes({ state }: AppDeps) {
  return createRouter()
    .openapi(live, (c) => c.json({ live: true as const }, 200))
    .openapi(ready, (c) => {
      const view = readinessView(c.get("serving"), state);
      c.header("cache-control", "no-store");
      return c.json(view, view.ready ? 200 : 503);
    })
    .openapi(health, (c) => {
      const view = readinessView(c.get("serving"), state);
      c.header("cache-control", "no-store");
      return c.json(view, view.ready ? 200 : 503);
    });
}
