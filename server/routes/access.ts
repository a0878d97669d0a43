/** What whoever asks may do: a page that knows it asks for no more, and a key can be tried before it is used. */
import { createRoute, z } from "@hono/zod-openapi";
import { may } from "../http/access.ts";
import { SCOPES } from "../http/keys.ts";
import { closed } from "../http/refusal.ts";
import { createRouter } from "../http/router.ts";
import { json, problems } from "../http/schemas.ts";

const access = createRoute({
  method: "get",
  path: "/access",
  tags: ["operation"],
  security: [],
  summary: "What this request's key may do, or whoever comes without one",
  request: { query: closed({}) },
  responses: {
    200: json(
      z.object({
        key: z.string().nullable().describe("The key's name; null: the request has none."),
        scopes: z.array(z.enum(SCOPES)),
      }).openapi("Access"),
      "The scopes, which may be none.",
    ),
    ...problems("bad-parameter", "no-key"),
  },
});

export function accessRoutes() {
  return createRouter().openapi(access, (c) => {
    const caller = c.get("caller");
    c.header("cache-control", "no-store");
    return c.json(
      { key: caller.key?.name ?? null, scopes: SCOPES.filter((scope) => may(caller, scope)) },
      200,
    );
  });
}
