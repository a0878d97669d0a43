/** What one client may take: requests a minute, and bytes a request. */
import type { MiddlewareHandler } from "@hono/hono";
import { bodyLimit } from "@hono/hono/body-limit";
import type { Caller } from "./access.ts";
import type { Env } from "./env.ts";
import { Problem } from "./problem.ts";
import type { RateLimiter } from "./rate_limit.ts";

/** Largest body of a request, in bytes. */
export const LARGEST_BODY = 1 << 20;

/** Refuses bodies over `LARGEST_BODY`, whether or not they say how long they are. */
export function limitBody(): MiddlewareHandler<Env> {
  const counting = bodyLimit({ maxSize: LARGEST_BODY, onError: refuseBody });
  return async (c, next) => {
    const { method, headers } = c.req.raw;
    if (method === "GET" || method === "HEAD") return await next();
    const length = headers.get("content-length");
    // Hono would look at the body first, which makes a stream of what Deno has whole already.
    if (length === null || headers.has("transfer-encoding")) return await counting(c, next);
    if (Number(length) > LARGEST_BODY) refuseBody();
    await next();
  };
}

function refuseBody(): never {
  throw new Problem("too-large", `Cannot read the body as it should have at most ${LARGEST_BODY} bytes.`);
}

/** Where a load balancer asks: a probe that is refused would take a healthy server out of service. */
const PROBED = /^\/health(\/|$)/;

/** Counts requests by key, else by address; this machine's own and probes are not counted. Null: nobody's are. */
export function limitRate(limiter: RateLimiter | null): MiddlewareHandler<Env> {
  return async (c, next) => {
    const counted = PROBED.test(c.req.path) ? null : countRequest(limiter, c.get("caller"), c.env);
    if (!counted) return await next();
    const { isAllowed, headers } = counted;
    if (!isAllowed) {
      const wait = headers["ratelimit-reset"];
      throw new Problem(
        "too-many-requests",
        `Each client may send ${headers["ratelimit-limit"]} requests a minute: try again in ${wait} s.`,
        { headers: { ...headers, "retry-after": wait } },
      );
    }
    await next();
    for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
  };
}

/** What the limit says to one request; a refused one does not count. */
export interface Counted {
  isAllowed: boolean;
  headers: Record<(typeof RATE_HEADERS)[number], string>;
}

/** Headers that tell a client of its limit. */
export const RATE_HEADERS = ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"] as const;

/** Counts a request of `caller`; null: it needs no limit. */
export function countRequest(
  limiter: RateLimiter | null,
  caller: Caller,
  connection: Env["Bindings"],
): Counted | null {
  const client = limiter && clientOf(caller, connection);
  if (!limiter || !client) return null;
  const { isAllowed, remaining, seconds } = limiter.take(client);
  return {
    isAllowed,
    headers: {
      "ratelimit-limit": String(limiter.perMinute),
      "ratelimit-remaining": String(remaining),
      "ratelimit-reset": String(Math.ceil(seconds)),
    },
  };
}

/** Whom a request counts for; null: this machine, that needs no limit. */
function clientOf({ key, isLocal }: Caller, connection: Env["Bindings"]): string | null {
  if (key) return `key ${key.name}`;
  const address = isLocal ? undefined : connection?.remoteAddr?.hostname;
  return address === undefined ? null : `address ${networkOf(address)}`;
}

/** An IPv6 host can take any address of its /64: they count as one. */
function networkOf(address: string): string {
  if (!address.includes(":") || address.includes(".")) return address;
  const [head, tail = ""] = address.split("::");
  const groups = head.split(":").filter((group) => group !== "");
  const missing = 8 - groups.length - tail.split(":").filter((group) => group !== "").length;
  return [...groups, ...Array.from({ length: missing }, () => "0")].slice(0, 4).join(":");
}
