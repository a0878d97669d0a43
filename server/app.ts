/** The HTTP application: routes over the live snapshot, put together. It keeps nothing between requests. */
import { requestId } from "@hono/hono/request-id";
import { secureHeaders } from "@hono/hono/secure-headers";
import { tagged } from "./http/answer.ts";
import type { AppDeps } from "./http/env.ts";
import { addProblems } from "./http/fallback.ts";
import { carryServing } from "./http/frame.ts";
import { createRouter } from "./http/router.ts";
import { healthRoutes } from "./routes/health.ts";
import { movieRoutes } from "./routes/movies.ts";
import { recommendationRoutes } from "./routes/recommendations.ts";
import { statsRoutes } from "./routes/stats.ts";
import { userRoutes } from "./routes/users.ts";
import { PAGES } from "./ui/pages.ts";

/** The type of the whole: what `hc` makes a client of. */
export type App = ReturnType<typeof createApp>;

export function createApp(deps: AppDeps) {
  const app = createRouter();
  app.use(requestId());
  app.use(secureHeaders({
    // Over plain HTTP it means nothing, and behind a proxy it is the proxy's to say.
    strictTransportSecurity: false,
    contentSecurityPolicy: {
      defaultSrc: ["'self'"],
      imgSrc: ["'self'", "data:"],
      frameAncestors: ["'none'"],
    },
  }));
  app.use(carryServing(deps));
  const routes = app
    .route("/", healthRoutes(deps))
    .route("/", recommendationRoutes(deps))
    .route("/", userRoutes(deps))
    .route("/", movieRoutes(deps))
    .route("/", statsRoutes(deps));
  for (const [path, { text, type }] of Object.entries(PAGES)) {
    app.get(path, (c) => tagged(c, text, { version: "page", audience: "public", type }));
  }
  addProblems(app, deps);
  return routes;
}
