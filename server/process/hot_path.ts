/**
 * The short way of lists that were asked for before: answered with the application's own bytes and headers, without
 * going through it.
 *
 * Only what the application would answer in the same way takes it: a GET of this machine's, without a key, without an
 * entity tag, while nothing is logged for each request and the server is not stopping. Everything else, and every list
 * that is not there or out of date, goes through the application.
 */
import { isLoopbackHost } from "../http/access.ts";
import type { AppDeps } from "../http/env.ts";
import { type CachedList, createListCache, type ListCache } from "./list_cache.ts";

export type Handler = (
  request: Request,
  info: Deno.ServeHandlerInfo<Deno.NetAddr>,
) => Response | Promise<Response>;

export interface HotPath {
  handler: Handler;
  cache: ListCache;
}

type HotDeps = Pick<AppDeps, "live" | "state" | "access" | "logRequests" | "now" | "metrics">;

/** The pattern in figures, as the router has it. */
const ROUTE = "/users/:id/recommendations";
/** An id in plain digits; a person called by key goes the long way. */
const TARGET = /^\/users\/(0|[1-9]\d{0,9})\/recommendations(?:\?|$)/;
const SCHEME = "http://";
/** Bytes of answers that a worker keeps. */
const MOST = 32 * 2 ** 20;
const REQUEST_ID = "x-request-id";
/** With one of these the answer is another one, or is counted for somebody. */
const TELLING = ["authorization", "x-api-key", "if-none-match", "origin", REQUEST_ID];
const NOTHING = { seen: 0, hidden: 0, excluded: 0 };

export function createHotPath(deps: HotDeps, application: Handler, most = MOST): HotPath {
  const { live, state, metrics, now } = deps;
  const cache = createListCache(most);
  const isOpen = deps.access.isLoopback && !deps.logRequests;
  const isPlain = plainTest();

  const answer = ({ answer, made }: CachedList, start: number): Response => {
    // A clone of what has its bytes already shares them; making its 17 headers anew takes 30 times as long.
    const response = answer.clone();
    response.headers.set(REQUEST_ID, crypto.randomUUID());
    // What is taken out of a list was taken out, and counted, when it was made.
    metrics.listed({ ...made, dropped: NOTHING });
    metrics.answered({ method: "GET", route: ROUTE, status: 200, seconds: (now() - start) / 1000 });
    return response;
  };
  const handler: Handler = (request, info) => {
    const serving = live.current;
    if (!isOpen || serving === null || state.isStopping || request.method !== "GET") {
      return application(request, info);
    }
    const start = now();
    const { url } = request;
    const target = url.slice(url.indexOf("/", SCHEME.length));
    const userId = TARGET.exec(target)?.[1];
    if (userId === undefined || !isPlain(request)) return application(request, info);
    const { snapshot, newer } = serving;
    newer.takeIn();
    // Before the list is made: what is told meanwhile makes it out of date, not right.
    const moment = { snapshot, version: newer.version(Number(userId)) };
    const list = cache.find(target, moment);
    metrics.cached(list ? "hit" : "miss");
    if (list) return answer(list, start);
    return kept(
      application(request, info),
      (made) => cache.keep(target, snapshot, { ...made, version: moment.version }),
    );
  };
  return { handler, cache };
}

/** Whether the answer to a request is everybody's on this machine. */
function plainTest(): (request: Request) => boolean {
  let known = "";
  return ({ headers }) => {
    const host = headers.get("host") ?? "localhost";
    if (host !== known) {
      if (!isLoopbackHost(host)) return false;
      known = host;
    }
    return TELLING.every((name) => !headers.has(name));
  };
}

/** The application's answer, of which a list is kept. */
async function kept(
  answering: Response | Promise<Response>,
  keep: (list: Omit<CachedList, "version">) => void,
): Promise<Response> {
  const response = await answering;
  if (response.status !== 200) return response;
  const body = new Uint8Array(await response.arrayBuffer());
  const { source, path, variant } = JSON.parse(new TextDecoder().decode(body));
  const answer = new Response(body, { headers: response.headers });
  const first = answer.clone();
  answer.headers.delete(REQUEST_ID);
  keep({ answer, length: body.length, made: { source, path, variant } });
  return first;
}
