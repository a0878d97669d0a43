/** The pages below /ui and what they are made of. They are for people, so no part of the OpenAPI document. */
import type { Context } from "@hono/hono";
import type { Env } from "../http/env.ts";
import { createRouter } from "../http/router.ts";
import { type UiFile, uiFiles } from "../ui/files.ts";

const FILES = uiFiles();

export function uiRoutes() {
  const router = createRouter();
  for (const [path, file] of FILES) router.get(path, (c) => send(c, file));
  const movie = FILES.get("/ui/movies")!;
  router.get("/ui/movies/:id", (c) => send(c, movie));
  return router;
}

function send(c: Context<Env>, { type, body, tag }: UiFile): Response {
  c.header("etag", tag);
  c.header("cache-control", "no-cache");
  const known = c.req.header("if-none-match")?.split(",").map((entry) => entry.trim().replace(/^W\//, ""));
  if (known?.includes(tag) || known?.includes("*")) return c.body(null, 304);
  c.header("content-type", type);
  return c.body(body);
}
