/** What a request is answered from: read once at its start, so that a swap in the middle is the next request's matter. */
import type { Context } from "@hono/hono";
import type { Serving } from "../live/live.ts";
import type { Env } from "./env.ts";
import { Problem } from "./problem.ts";

/** What is served. @throws {Problem} while nothing is. */
export function servingOf(c: Context<Env>): Serving {
  const serving = c.get("serving");
  if (serving) return serving;
  throw new Problem("nothing-to-serve", "Neither a trained model nor an imported archive is there.", {
    next: "deno task daily",
  });
}
