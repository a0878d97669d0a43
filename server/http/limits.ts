/** What one client may take: requests a minute, and bytes a request. */
import type { Context, MiddlewareHandler } from "@hono/hono";
import { bodyLimit } from "@hono/hono/body-limit";
import type { Env } from "./env.ts";
import { Problem } from "./problem.ts";
import type { RateLimiter } from "./rate_limit.ts";

/** Largest body of a request, in bytes. */
export const LARGEST_BODY = 1 << 20;

/** Refuses bodies over `LARGEST_BODY`, whether or not they say how long they are. */
export function limitBody(): MiddlewareHandler<Env> {
  return bodyLimit({
    maxSize: LARGEST_BODY,
    onError() {
      throw new Problem("too-large", `Cannot read the body as it should have at most ${LARGEST_BODY} bytes.`);
    },
  });
}

/** Counts requests by key, else by address; this machine's own are not counted. Null: nobody's are. */
export function limitRate(limiter: RateLimiter | null): MiddlewareHandler<Env> {
  return async (c, next) => {
    const client = limiter && clientOf(c);
    if (!limiter || !client) return await next();
    const { isAllowed, remaining, seconds } = limiter.take(client);
    const wait = String(Math.ceil(seconds));
    const headers = {
      "ratelimit-limit": String(limiter.perMinute),
      "ratelimit-remaining": String(remaining),
      "ratelimit-reset": wait,
    };
    if (!isAllowed) {
      throw new Problem(
        "too-many-requests",
        `Each client may send ${limiter.perMinute} requests a minute: try again in ${wait} s.`,
        { headers: { ...headers, "retry-after": wait } },
      );
    }
    await next();
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
  };
}

/** Whom a request counts for; null: this machine, that needs no limit. */
function clientOf(c: Context<Env>): string | null {
  const { key, isLocal } = c.get("caller");
  if (key) return `key ${key.name}`;
  const address = c.env?.remoteAddr?.hostname;
  if (isLocal || address === undefined) return null;
  return `address ${networkOf(address)}`;
}

/** An IPv6 host can take any address of its /64: they count as one. */
function networkOf(address: string): string {
  if (!address.includes(":") || address.includes(".")) return address;
  const [head, tail = ""] = address.split("::");
  const groups = head.split(":").filter((group) => group !== "");
  const missing = 8 - groups.length - tail.split(":").filter((group) => group !== "").length;
  return [...groups, ...Array.from({ length: missing }, () => "0")].slice(0, 4).join(":");
}
