/** The HTTP application: routes over the live snapshot. It asks no database, and keeps nothing between requests. */
import { type Context, Hono, type MiddlewareHandler } from "@hono/hono";
import { requestId, type RequestIdVariables } from "@hono/hono/request-id";
import { secureHeaders } from "@hono/hono/secure-headers";
import { answer, tagged } from "./answer.ts";
import type { Live, Serving } from "./live.ts";
import type { ServerLog } from "./log.ts";
import { lengthFrom, movieFrom, type Named, userFrom } from "./parameters.ts";
import { Problem, problemResponse } from "./problem.ts";
import { PAGES } from "./ui/pages.ts";
import { listView, movieView, readinessView, type ServerState, statsView, userView } from "./views.ts";

export interface AppDeps {
  live: Readonly<Live>;
  state: ServerState;
  log: ServerLog;
  /** Log a line for each request. */
  logRequests: boolean;
  /** Milliseconds, for the time that a request took. */
  now: () => number;
}

type Env = { Variables: RequestIdVariables & { serving: Serving | null } };

export function createApp(deps: AppDeps): Hono<Env> {
  const app = new Hono<Env>();
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
  addHealth(app, deps);
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

function addData(app: Hono<Env>, { state }: AppDeps): void {
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

function addHealth(app: Hono<Env>, { state }: AppDeps): void {
  app.get("/health/live", (c) => c.json({ live: true }));

  app.get("/health/ready", (c) => {
    const view = readinessView(c.get("serving"), state);
    c.header("cache-control", "no-store");
    return c.json(view, view.ready ? 200 : 503);
  });
}

/** Every address and method that no route has taken, and whatever a route throws. */
function addProblems(app: Hono<Env>, { log }: AppDeps): void {
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
