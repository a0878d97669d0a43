/** What stands around every route: what is served now goes in, what every answer carries goes out, a line is logged. */
import type { Context, MiddlewareHandler } from "@hono/hono";
import { cors } from "@hono/hono/cors";
import { matchedRoutes } from "@hono/hono/route";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { carryKey, refuseWrongKeys } from "./access.ts";
import type { AppDeps, Env } from "./env.ts";
import { limitBody, limitRate, RATE_HEADERS } from "./limits.ts";

/** Comes before the first route. */
export function addFrame(app: OpenAPIHono<Env>, deps: AppDeps): void {
  app.use(carryHeaders(deps.cors));
  if (deps.cors.length > 0) app.use(allowOrigins(deps.cors));
  app.use(carryServing(deps));
  app.use(carryKey(deps.access));
  app.use(limitRate(deps.limiter));
  app.use(refuseWrongKeys());
  app.use(limitBody());
}

/** An id that a client may give its request: for logs, so of few characters. */
const GIVEN_ID = /^[\w\-=]{1,255}$/;

/** Gives the request its id, and the answer its id and what browsers are told. */
function carryHeaders(origins: readonly string[]): MiddlewareHandler<Env> {
  const always = {
    "content-security-policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'",
    // Pages of the origins that may call at all may read what they get.
    "cross-origin-resource-policy": origins.length === 0 ? "same-origin" : "cross-origin",
    "x-content-type-options": "nosniff",
  };
  return async (c, next) => {
    const given = c.req.raw.headers.get("x-request-id");
    const id = given !== null && GIVEN_ID.test(given) ? given : crypto.randomUUID();
    c.set("requestId", id);
    await next();
    // Into the answer that is there: one with prepared headers is made more slowly.
    const { headers } = c.res;
    headers.set("x-request-id", id);
    setAll(headers, always);
    if (headers.get("content-type")?.startsWith("text/html")) setAll(headers, OF_PAGES);
  };
}

/** What says something of pages only; each header costs half a microsecond, and a list is answered in ten. */
const OF_PAGES = {
  "cross-origin-opener-policy": "same-origin",
  "origin-agent-cluster": "?1",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
};

function setAll(headers: Headers, values: Readonly<Record<string, string>>): void {
  for (const name in values) headers.set(name, values[name]);
}

function allowOrigins(origins: readonly string[]): MiddlewareHandler {
  return cors({
    origin: [...origins],
    allowMethods: ["GET", "HEAD", "POST", "PUT", "DELETE"],
    allowHeaders: [
      "authorization",
      "x-api-key",
      "content-type",
      "idempotency-key",
      "if-none-match",
      "x-request-id",
    ],
    exposeHeaders: [
      "etag",
      "location",
      "retry-after",
      "x-model-version",
      "x-rec-id",
      "x-request-id",
      "x-source",
      ...RATE_HEADERS,
    ],
    maxAge: 600,
  });
}

/** Gives the request what is served now, and the answer what every answer carries. */
function carryServing({ live, state, log, logRequests, now, metrics }: AppDeps): MiddlewareHandler<Env> {
  return async (c, next) => {
    const start = now();
    // Read once: a swap in the middle of a request is the next request's matter.
    const serving = live.current;
    // What any worker took before this request began counts for it.
    serving?.newer.takeIn();
    c.set("serving", serving);
    await next();
    const version = serving?.snapshot.champion?.version;
    // Into the answer that is there: `c.header()` would make another one around a stream of its body.
    if (version) c.res.headers.set("x-model-version", version);
    if (state.isStopping) c.res.headers.set("connection", "close");
    const { method, path } = c.req;
    const route = routeOf(c);
    const ms = now() - start;
    const { status } = c.res;
    metrics.answered({ method: METHODS.has(method) ? method : "other", route, status, seconds: ms / 1000 });
    if (!logRequests) return;
    log.info("request", {
      method,
      path,
      route,
      status,
      ms: Math.round(ms * 100) / 100,
      key: c.get("caller")?.key?.name,
      request_id: c.get("requestId"),
    });
  };
}

/** Others are one figure together: a client may make up as many as it likes. */
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** The pattern of the route that took the request. What stands around all routes is none. */
function routeOf(c: Context<Env>): string {
  return matchedRoutes(c).find(({ path }) => path !== "/*")?.path ?? "unmatched";
}
