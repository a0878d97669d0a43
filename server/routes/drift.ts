/** What monitor watches, run by run, against its thresholds. */
import { createRoute, z } from "@hono/zod-openapi";
import { needs } from "../http/access.ts";
import type { AppDeps } from "../http/env.ts";
import { closed } from "../http/refusal.ts";
import { createRouter } from "../http/router.ts";
import { json, problems, wholeNumber } from "../http/schemas.ts";

const USUAL_RUNS = 90;

const point = z.object({
  run_id: z.int(),
  day: z.string(),
  metric: z.string().describe("volume, reject_share, freshness_hours, prequential_rmse, psi, …"),
  slice: z.string().describe("Of psi, the feature; else all."),
  value: z.number(),
  threshold: z.number().nullable().describe("Null: watched, and not judged."),
  is_breach: z.boolean(),
});

const drift = createRoute({
  method: "get",
  path: "/drift",
  ...needs("read"),
  tags: ["models"],
  summary: "Each watched metric against its threshold, over the runs",
  request: {
    query: closed({
      n: wholeNumber({ least: 1, most: 1_000, usual: USUAL_RUNS }).optional()
        .openapi({ description: "How many of the newest runs." }),
    }),
  },
  responses: {
    200: json(
      z.object({ points: z.array(point).describe("Oldest first.") }).openapi("Drift"),
      "The history.",
    ),
    ...problems("bad-parameter", "database-down"),
  },
});

export function driftRoutes({ database }: AppDeps) {
  return createRouter().openapi(drift, async (c) => {
    const { n = USUAL_RUNS } = c.req.valid("query");
    const points = await database.use((db) => db.rows<z.infer<typeof point>>("data/metric_history", [n]));
    c.header("cache-control", "no-store");
    return c.json({ points }, 200);
  });
}
