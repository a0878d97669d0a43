/** People: what is known of them. */
import { createRoute, z } from "@hono/zod-openapi";
import { answer } from "../http/answer.ts";
import { needs } from "../http/access.ts";
import type { AppDeps } from "../http/env.ts";
import { type Named, userFrom } from "../http/parameters.ts";
import { Problem } from "../http/problem.ts";
import { closed } from "../http/refusal.ts";
import { createRouter } from "../http/router.ts";
import { json, problems, userId } from "../http/schemas.ts";
import { servingOf } from "../http/serving.ts";
import { userSchema, userView } from "./views/user_view.ts";

const profile = createRoute({
  method: "get",
  path: "/users/{id}",
  tags: ["users"],
  summary: "What is known of a person",
  ...needs("read"),
  request: { params: z.object({ id: userId }), query: closed({}) },
  responses: {
    200: json(userSchema, "The person."),
    ...problems("bad-parameter", "unknown-user", "nothing-to-serve"),
  },
});

export function userRoutes(_deps: AppDeps) {
  return createRouter()
    .openapi(profile, (c) => {
      const serving = servingOf(c);
      const named = userFrom(c.req.valid("param").id, serving.snapshot);
      const user = userView(serving, named);
      if (!user) throw new Problem("unknown-user", `No ratings of user ${nameIn(named)} are known.`);
      return answer(c, user, { version: serving.sha256, audience: "private" });
    });
}

const nameIn = ({ id, key }: Named) => key === undefined ? id : JSON.stringify(key);
