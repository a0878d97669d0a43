/** The HTTP application: routes over the live snapshot, put together. It keeps nothing between requests. */
import { documentOf } from "./http/document.ts";
import type { AppDeps } from "./http/env.ts";
import { addProblems } from "./http/fallback.ts";
import { addFrame } from "./http/frame.ts";
import { createRouter } from "./http/router.ts";
import { accessRoutes } from "./routes/access.ts";
import { docsRoutes } from "./routes/docs.ts";
import { indexRoutes } from "./routes/index.ts";
import { healthRoutes } from "./routes/health.ts";
import { erasureRoutes } from "./routes/erasures.ts";
import { feedbackRoutes } from "./routes/feedback.ts";
import { ratingRoutes } from "./routes/ratings.ts";
import { metricsRoutes } from "./routes/metrics.ts";
import { dataRoutes } from "./routes/data.ts";
import { driftRoutes } from "./routes/drift.ts";
import { experimentRoutes } from "./routes/experiments.ts";
import { modelRoutes } from "./routes/models.ts";
import { runRoutes } from "./routes/runs.ts";
import { operationRoutes } from "./routes/operations.ts";
import { movieRoutes } from "./routes/movies.ts";
import { recommendationRoutes } from "./routes/recommendations.ts";
import { statsRoutes } from "./routes/stats.ts";
import { uiRoutes } from "./routes/ui.ts";
import { userRoutes } from "./routes/users.ts";

/** The type of the whole: what `hc` makes a client of. */
export type App = ReturnType<typeof createApp>;

export function createApp(deps: AppDeps) {
  const app = createRouter();
  addFrame(app, deps);
  const routes = app
    .route("/", indexRoutes(deps))
    .route("/", healthRoutes(deps))
    .route("/", accessRoutes())
    .route("/", recommendationRoutes(deps))
    .route("/", userRoutes(deps))
    .route("/", movieRoutes())
    .route("/", statsRoutes(deps))
    .route("/", ratingRoutes(deps))
    .route("/", feedbackRoutes(deps))
    .route("/", erasureRoutes(deps))
    .route("/", operationRoutes(deps))
    .route("/", runRoutes(deps))
    .route("/", modelRoutes(deps))
    .route("/", experimentRoutes(deps))
    .route("/", driftRoutes(deps))
    .route("/", dataRoutes(deps))
    .route("/", metricsRoutes(deps))
    .route("/", docsRoutes(() => documentOf(app)));
  app.route("/", uiRoutes());
  addProblems(app, deps);
  return routes;
}
