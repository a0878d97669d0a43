/** What the server says when it cannot do as asked: RFC 9457 problem details, for every error there is. */
import type { Context } from "@hono/hono";

export const PROBLEMS = {
  "bad-parameter": { status: 400, title: "A parameter is wrong" },
  "bad-json": { status: 400, title: "The body is no JSON" },
  "no-key": { status: 401, title: "This needs a key" },
  "narrow-key": { status: 403, title: "This key may not do that" },
  "unknown-route": { status: 404, title: "There is nothing at this address" },
  "unknown-user": { status: 404, title: "No such user" },
  "unknown-movie": { status: 404, title: "No such movie" },
  "unknown-model": { status: 404, title: "No such model" },
  "unknown-run": { status: 404, title: "No such run" },
  "unknown-request": { status: 404, title: "No such request" },
  "unknown-erasure": { status: 404, title: "No such erasure" },
  "wrong-method": { status: 405, title: "This address takes no such method" },
  "run-is-on": { status: 409, title: "A run is on" },
  "too-large": { status: 413, title: "The body is too large" },
  "wrong-type": { status: 415, title: "The body is of another type" },
  "key-reused": { status: 422, title: "The Idempotency-Key was used for another request" },
  "unknown-list": { status: 422, title: "No list of this server has this rec_id" },
  "too-many-requests": { status: 429, title: "Too many requests" },
  internal: { status: 500, title: "Something went wrong here" },
  "nothing-to-serve": { status: 503, title: "There is nothing to recommend yet" },
  "no-scheduler": { status: 503, title: "No scheduler listens" },
  "database-down": { status: 503, title: "The database does not answer" },
} as const;

export type ProblemKind = keyof typeof PROBLEMS;

/** One thing that is wrong with a request. */
export interface Fault {
  /** Name of the parameter, or path in the body: `ratings.0.rating`. */
  field: string;
  wanted: string;
  found?: string;
}

export interface ProblemOptions extends ErrorOptions {
  /** What the reader may do about it. */
  next?: string;
  /** All that is wrong, where that is more than one thing, or names a field. */
  errors?: readonly Fault[];
  headers?: Readonly<Record<string, string>>;
}

/** Thrown by a route, answered by the application's `onError`. */
export class Problem extends Error {
  override name = "Problem";

  constructor(readonly kind: ProblemKind, readonly detail: string, readonly options: ProblemOptions = {}) {
    super(detail, { cause: options.cause });
  }
}

/** Seconds after which a client may try again what failed with 503. */
const RETRY_AFTER = "10";

/** The answer to `problem`, as `application/problem+json`. */
export function problemResponse(c: Context, { kind, detail, options }: Problem): Response {
  const { status, title } = PROBLEMS[kind];
  const { next, errors, headers } = options;
  const body = {
    type: `urn:matinee:problem:${kind}`,
    title,
    status,
    detail,
    next,
    errors,
    instance: c.req.path,
    request_id: c.get("requestId"),
  };
  return c.body(JSON.stringify(body), status, {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    ...(status === 503 && { "retry-after": RETRY_AFTER }),
    ...headers,
  });
}
