/** Every address and method that no route has taken, and whatever a route throws. */
import { HTTPException } from "@hono/hono/http-exception";
import type { Context } from "@hono/hono";
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AppDeps, Env } from "./env.ts";
import { Problem, problemResponse } from "./problem.ts";

/** Comes after the last route: it looks at all that are there. */
export function addProblems(app: OpenAPIHono<Env>, { log, metrics }: Pick<AppDeps, "log" | "metrics">): void {
  const refuse = (c: Context<Env>, problem: Problem) => {
    metrics.problem(problem.kind);
    return problemResponse(c, problem);
  };

  for (const [path, methods] of methodsByPath(app)) {
    const allowed = [...methods].join(", ");
    app.all(path, (c) => {
      throw new Problem("wrong-method", `Cannot ${c.req.method} ${c.req.path} as it takes ${allowed} only.`, {
        headers: { allow: allowed },
      });
    });
  }

  app.notFound((c) =>
    refuse(c, new Problem("unknown-route", `Found nothing at ${JSON.stringify(c.req.path)}.`))
  );

  app.onError((error, c) => {
    if (error instanceof Problem) return refuse(c, error);
    if (error instanceof HTTPException && error.status < 500) return refuse(c, problemOf(error));
    const id = c.get("requestId");
    log.warn("a request failed", { path: c.req.path, request_id: id, error: error.stack ?? String(error) });
    return refuse(
      c,
      new Problem("internal", "The server's log has the details under this request_id."),
    );
  });
}

/** Methods that the routes of each path take, HEAD beside GET. */
function methodsByPath(app: OpenAPIHono<Env>): Map<string, Set<string>> {
  const all = new Map<string, Set<string>>();
  for (const { path, method } of app.routes) {
    // What is used for every method stands around the routes: it is none itself.
    if (method === "ALL") continue;
    const methods = all.get(path) ?? new Set();
    methods.add(method);
    if (method === "GET") methods.add("HEAD");
    all.set(path, methods);
  }
  return all;
}

/** What Hono itself refuses: a body that cannot be read. */
function problemOf(error: HTTPException): Problem {
  if (error.status === 415) {
    return new Problem("wrong-type", "Cannot read the body as it should be of type application/json.");
  }
  return new Problem("bad-json", "Cannot read the body as it should be JSON: found a text that is none.");
}
