/** What the server says when it cannot do as asked: RFC 9457 problem details, for every error there is. */
import type { Context } from "@hono/hono";

const PROBLEMS = {
  "bad-parameter": { status: 400, title: "A parameter is wrong" },
  "unknown-route": { status: 404, title: "There is nothing at this address" },
  "unknown-user": { status: 404, title: "No such user" },
  "unknown-movie": { status: 404, title: "No such movie" },
  "wrong-method": { status: 405, title: "This address takes no such method" },
  internal: { status: 500, title: "Something went wrong here" },
  "nothing-to-serve": { status: 503, title: "There is nothing to recommend yet" },
} as const;

export type ProblemKind = keyof typeof PROBLEMS;

/** Thrown by a route, answered by the application's `onError`. */
export class Problem extends Error {
  override name = "Problem";

  /** `next`: what the reader may do about it. */
  constructor(readonly kind: ProblemKind, readonly detail: string, readonly next?: string) {
    super(detail);
  }
}

/** The answer to `problem`, as `application/problem+json`. */
export function problemResponse(c: Context, { kind, detail, next }: Problem): Response {
  const { status, title } = PROBLEMS[kind];
  const body = {
    type: `urn:matinee:problem:${kind}`,
    title,
    status,
    detail,
    next,
    instance: c.req.path,
    request_id: c.get("requestId"),
  };
  return c.body(JSON.stringify(body), status, {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    ...(status === 503 && { "retry-after": "10" }),
  });
}
