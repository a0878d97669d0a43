/** The front door: browsers are shown in, programs are told where things are. */
import { createRoute, z } from "@hono/zod-openapi";
import type { AppDeps } from "../http/env.ts";
import { createRouter } from "../http/router.ts";
import { json, problems } from "../http/schemas.ts";

const LINKS = {
  pages: "/ui",
  documentation: "/docs",
  clients: "/docs/clients",
  openapi: "/openapi.json",
  stats: "/stats",
  health: "/health/ready",
  metrics: "/metrics",
} as const;

const index = createRoute({
  method: "get",
  path: "/",
  tags: ["documentation"],
  summary: "Where things are",
  description: "Whoever accepts HTML is sent to the pages, with the query.",
  security: [],
  responses: {
    200: json(
      z.object({
        name: z.literal("Matinee"),
        model_version: z.string().nullable().describe("The champion's version; null: there is none."),
        links: z.record(z.string(), z.string()),
      }).openapi("Index"),
      "The addresses.",
    ),
    302: { description: "To the pages." },
    ...problems(),
  },
});

export function indexRoutes({ live }: Pick<AppDeps, "live">) {
  return createRouter()
    .openapi(index, (c) => {
      c.header("vary", "accept");
      if (c.req.header("accept")?.includes("text/html")) {
        return c.redirect(`${LINKS.pages}${new URL(c.req.url).search}`, 302);
      }
      const version = live.current?.snapshot.champion?.version ?? null;
      return c.json({ name: "Matinee" as const, model_version: version, links: { ...LINKS } }, 200);
    });
}
