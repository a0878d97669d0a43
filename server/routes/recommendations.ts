/** Lists: what should this person watch next? */
import { createRoute, z } from "@hono/zod-openapi";
import { answer } from "../http/answer.ts";
import { needs } from "../http/access.ts";
import type { AppDeps } from "../http/env.ts";
import { userFrom } from "../http/parameters.ts";
import { closed } from "../http/refusal.ts";
import { createRouter } from "../http/router.ts";
import { json, problems, userId, wholeNumber } from "../http/schemas.ts";
import { servingOf } from "../http/serving.ts";
import { listSchema, listView } from "./views/list_view.ts";

const LONGEST_LIST = 100;
const USUAL_LIST = 10;

const n = wholeNumber({ least: 1, most: LONGEST_LIST, usual: USUAL_LIST }).optional()
  .openapi({ description: "Length of the list.", example: 5 });

const list = createRoute({
  method: "get",
  path: "/users/{id}/recommendations",
  tags: ["recommendations"],
  summary: "The best movies that a person has not seen",
  ...needs("read"),
  request: { params: z.object({ id: userId }), query: closed({ n }) },
  responses: {
    200: json(listSchema, "The list; popular movies for somebody unknown."),
    ...problems("bad-parameter", "nothing-to-serve"),
  },
});

export function recommendationRoutes(_deps: AppDeps) {
  return createRouter()
    .openapi(list, (c) => {
      const serving = servingOf(c);
      const user = userFrom(c.req.valid("param").id, serving.snapshot);
      const { n = USUAL_LIST } = c.req.valid("query");
      return answer(c, listView(serving, user, n), { version: serving.sha256, audience: "private" });
    });
}
