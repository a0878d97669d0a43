/** What stands around every route: what is served now goes in, what every answer carries goes out, a line is logged. */
import type { MiddlewareHandler } from "@hono/hono";
import type { AppDeps, Env } from "./env.ts";

/** Gives the request what is served now, and the answer what every answer carries. */
export function carryServing({ live, state, log, logRequests, now }: AppDeps): MiddlewareHandler<Env> {
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
