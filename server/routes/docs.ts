/** What the server tells of itself: the OpenAPI document, made from the very schemas that check requests. */
import { createRoute, z } from "@hono/zod-openapi";
import { answer } from "../http/answer.ts";
import { createRouter } from "../http/router.ts";
import { closed } from "../http/refusal.ts";
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
  let known: object | null = null;
  return createRouter()
    .openapi(document, (c) => {
      known ??= made();
      return answer(c, known as { openapi: string }, { version: "document", audience: "public" });
    });
}
