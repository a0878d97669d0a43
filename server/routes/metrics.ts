/** What Prometheus reads. */
import { createRoute, z } from "@hono/zod-openapi";
import { needs } from "../http/access.ts";
import type { AppDeps, Database } from "../http/env.ts";
import { METRICS_TYPE, metricsText, queueMetrics } from "../http/metrics.ts";
import { Problem } from "../http/problem.ts";
import { closed } from "../http/refusal.ts";
import { createRouter } from "../http/router.ts";
import { problems } from "../http/schemas.ts";

const metricsRoute = createRoute({
  method: "get",
  path: "/metrics",
  tags: ["operation"],
  summary: "Figures for Prometheus, of all workers together",
  ...needs("read"),
  request: { query: closed({}) },
  responses: {
    200: {
      description: "The text format of Prometheus, 0.0.4.",
      content: {
        "text/plain": {
          schema: z.string().openapi({ example: "matinee_database_up 1\n" }),
        },
      },
    },
    ...problems("bad-parameter"),
  },
});

export function metricsRoutes({ metrics, gatherMetrics, database }: AppDeps) {
  return createRouter()
    .openapi(metricsRoute, async (c) => {
      const [workers, queues] = await Promise.all([
        gatherMetrics?.() ?? metrics.collect().then((own) => [own]),
        queueLengths(database),
      ]);
      const text = await metricsText([...workers, await queueMetrics(queues)]);
      return c.text(text, 200, { "content-type": METRICS_TYPE, "cache-control": "no-store" });
    });
}

/** Rows that wait, by queue; none while the database does not answer, which `matinee_database_up` says. */
async function queueLengths(database: Database): Promise<Record<string, number>> {
  try {
    return await database.use(async (db) => await db.row<Record<string, number>>("serve/queue_lengths")) ??
      {};
  } catch (error) {
    if (error instanceof Problem && error.kind === "database-down") return {};
    throw error;
  }
}
