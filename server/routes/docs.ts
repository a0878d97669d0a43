/** What the server tells of itself: the OpenAPI document, made from the very schemas that check requests, and its pages. */
import type { Context } from "@hono/hono";
import { createRoute, z } from "@hono/zod-openapi";
import { clientsPage } from "../docs/clients.ts";
import type { ApiDocument } from "../docs/document_types.ts";
import { STYLE } from "../docs/layout.ts";
import { referencePage } from "../docs/reference.ts";
import { answer, tagged } from "../http/answer.ts";
import type { Env } from "../http/env.ts";
import { closed } from "../http/refusal.ts";
import { createRouter } from "../http/router.ts";
import { json, problems } from "../http/schemas.ts";

const document = createRoute({
  method: "get",
  path: "/openapi.json",
  tags: ["documentation"],
  summary: "This document",
  security: [],
  request: { query: closed({}) },
  responses: {
    200: json(z.looseObject({ openapi: z.string() }), "OpenAPI 3.1, of all routes."),
    ...problems("bad-parameter"),
  },
});

/** @param made the document: asked for once, when all routes are there. */
export function docsRoutes(made: () => object) {
  const known = once(made);
  const router = createRouter()
    .openapi(
      document,
      (c) => answer(c, known() as { openapi: string }, { version: "document", audience: "public" }),
    );
  const reference = once(() => referencePage(known() as ApiDocument));
  const clients = once(clientsPage);
  router.get("/docs", (c) => send(c, reference(), "text/html"));
  router.get("/docs/clients", (c) => send(c, clients(), "text/html"));
  router.get("/docs/style.css", (c) => send(c, STYLE, "text/css"));
  return router;
}

function send(c: Context<Env>, text: string, type: string): Response {
  return tagged(c, text, { version: "page", audience: "public", type: `${type}; charset=utf-8` });
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
