/**
 * The typed client: paths, parameters, bodies and answers are those of the routes themselves, checked when you compile.
 *
 *   const matinee = createClient("http://127.0.0.1:8000", { key });
 *   const response = await matinee.users[":id"].recommendations.$get({ param: { id: "1" }, query: { n: 5 } });
 *   if (response.ok) for (const { title } of (await response.json()).items) …
 *
 * It takes nothing of the server along but its types.
 */
import { hc } from "@hono/hono/client";
import type { App } from "../app.ts";

export interface ClientOptions {
  /** An API key; absent: what is open without one. */
  key?: string;
  /** Sends the requests (default: the global `fetch`). */
  fetch?: (input: RequestInfo | URL, init?: RequestInit) => Response | Promise<Response>;
}

export type Client = ReturnType<typeof createClient>;

/** A client of the server at `url`. Answers that are no success are answers, too: look at `ok` or `status`. */
export function createClient(url: string, { key, fetch }: ClientOptions = {}) {
  return hc<App>(url, { headers: key === undefined ? {} : { authorization: `Bearer ${key}` }, fetch });
}
