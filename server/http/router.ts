/** A group of routes whose schemas check every request, and from which the OpenAPI document is made. */
import { OpenAPIHono } from "@hono/zod-openapi";
import type { Env } from "./env.ts";
import { refusal } from "./refusal.ts";

/** Routes of one subject. What a schema refuses is a problem of kind `bad-parameter`. */
export function createRouter(): OpenAPIHono<Env> {
  return new OpenAPIHono<Env>({
    defaultHook(result) {
      if (result.success) return;
      const value = "data" in result ? result.data : undefined;
      throw refusal({ issues: result.error.issues, value });
    },
  });
}
