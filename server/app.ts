/** The HTTP application: routes over the live snapshot. It asks no database, and keeps nothing between requests. */
import type { Context, MiddlewareHandler } from "@hono/hono";
import { requestId } from "@hono/hono/request-id";
import { secureHeaders } from "@hono/hono/secure-headers";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { answer, tagged } from "./http/answer.ts";
import type { AppDeps, Env } from "./http/env.ts";
import { createRouter } from "./http/router.ts";
import type { Serving } from "./live/live.ts";
import { lengthFrom, movieFrom, type Named, userFrom } from "./http/parameters.ts";
import { Problem, problemResponse } from "./http/problem.ts";
import { PAGES } from "./ui/pages.ts";
import { healthRoutes } from "./routes/health.ts";
import { listView, movieView, statsView, userView } from "./routes/views.ts";

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
  addData(app, deps);
  app.route("/", healthRoutes(deps));
  for (const [path, { text, type }] of Object.entries(PAGES)) {
    app.get(path, (c) => tagged(c, text, { version: "page", audience: "public", type }));
  }
  addProblems(app, deps);
  return app;
}

/** Gives the request what is served now, and the answer what every answer carries. */
function carryServing({ live, state, log, logRequests, now }: AppDeps): MiddlewareHandler<Env> {
  return async (c, next) => {
    const start = now();
    // Read once: a swap in the middle of a request is the next request's matter.
    const serving = live.current;
    c.set("serving", serving);
    await next();
    const version = serving?.snapshot.champion?.version;
    if (version) c.header("x-model-version", version);
    if (state.isStopping) c.header("connection", "close");
    if (!logRequests) return;
    const { method, path } = c.req;
    const ms = Math.round((now() - start) * 100) / 100;
    log.info("request", { method, path, status: c.res.status, ms, request_id: c.get("requestId") });
  };
}

function addData(app: OpenAPIHono<Env>, { state }: AppDeps): void {
  app.get("/users/:id/recommendations", (c) => {
    const serving = servingOf(c);
    const user = userFrom(c.req.param("id"), serving.snapshot);
    const n = lengthFrom(c.req.query("n"));
    return answer(c, listView(serving, user, n), { version: serving.sha256, audience: "private" });
  });

  app.get("/users/:id", (c) => {
    const serving = servingOf(c);
    const named = userFrom(c.req.param("id"), serving.snapshot);
    const user = userView(serving, named);
    if (!user) throw new Problem("unknown-user", `No ratings of user ${nameOf(named)} are known.`);
    return answer(c, user, { version: serving.sha256, audience: "private" });
  });

  app.get("/movies/:id", (c) => {
    const serving = servingOf(c);
    const named = movieFrom(c.req.param("id"), serving.snapshot);
    const movie = movieView(serving, named.id);
    if (!movie) throw new Problem("unknown-movie", `The archive has no movie ${nameOf(named)}.`);
    return answer(c, movie, { version: serving.sha256, audience: "public" });
  });

  app.get("/stats", (c) => {
    const serving = servingOf(c);
    return answer(c, statsView(serving, state), { version: serving.sha256, audience: "public" });
  });
}

/** Every address and method that no route has taken, and whatever a route throws. */
function addProblems(app: OpenAPIHono<Env>, { log }: AppDeps): void {
  for (
    const path of new Set(app.routes.filter(({ method }) => method === "GET").map((route) => route.path))
  ) {
    app.all(path, (c) => {
      c.header("allow", "GET, HEAD");
      throw new Problem("wrong-method", `Cannot ${c.req.method} ${path} as it takes GET and HEAD only.`);
    });
  }

  app.notFound((c) =>
    problemResponse(c, new Problem("unknown-route", `Found nothing at ${JSON.stringify(c.req.path)}.`))
  );

  app.onError((error, c) => {
    if (error instanceof Problem) return problemResponse(c, error);
    const id = c.get("requestId");
    log.warn("a request failed", { path: c.req.path, request_id: id, error: error.stack ?? String(error) });
    return problemResponse(
      c,
      new Problem("internal", "The server's log has the details under this request_id."),
    );
  });
}

const nameOf = ({ id, key }: Named) => key === undefined ? id : JSON.stringify(key);

function servingOf(c: Context<Env>): Serving {
  const serving = c.get("serving");
  if (serving) return serving;
  throw new Problem(
    "nothing-to-serve",
    "Neither a trained model nor an imported archive is there.",
    "deno task daily",
  );
}
