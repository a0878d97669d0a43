/**
 * The short way of lists that were asked for before: answered with the application's own bytes and headers, without
 * going through it.
 *
 * Only what the application would answer in the same way takes it: a GET of somebody who may read and has not asked too
 * often, without an entity tag, while nothing is logged for each request and the server is not stopping. Everything
 * else, refusals among it, and every list that is not there or out of date, goes through the application.
 */
import { callers, may } from "../http/access.ts";
import type { AppDeps, Surroundings } from "../http/env.ts";
import { countRequest, RATE_HEADERS } from "../http/limits.ts";
import type { ListOrigin } from "../http/metrics.ts";
import { type CachedList, createListCache, type ListCache } from "./list_cache.ts";

type Connection = Deno.ServeHandlerInfo<Deno.NetAddr>;
export type Handler = (request: Request, info: Connection) => Response | Promise<Response>;
export type Application = (request: Request, info: Surroundings) => Response | Promise<Response>;

export interface HotPath {
  handler: Handler;
  cache: ListCache;
}

type HotDeps = Pick<AppDeps, "live" | "state" | "access" | "limiter" | "logRequests" | "now" | "metrics">;

/** The pattern in figures, as the router has it. */
const ROUTE = "/users/:id/recommendations";
/** An id in plain digits; a person called by key goes the long way. */
const TARGET = /^\/users\/(0|[1-9]\d{0,9})\/recommendations(?:\?|$)/;
const SCHEME = "http://";
/** Bytes of answers that a worker keeps. */
const MOST = 32 * 2 ** 20;
const REQUEST_ID = "x-request-id";
/** With one of these the answer is another one. */
const TELLING = ["if-none-match", "origin", REQUEST_ID];

export function createHotPath(deps: HotDeps, application: Application, most = MOST): HotPath {
  const { live, state, metrics, now, limiter, logRequests } = deps;
  const cache = createListCache(most);
  const callerOf = callers(deps.access);
  const durations = metrics.durations({ method: "GET", route: ROUTE, status: 200 });

  const answer = ({ answer, tally }: CachedList, own: Readonly<Record<string, string>> | undefined) => {
    // Set before it is cloned: a clone would have to read all headers anew, which takes twice as long as all the rest.
    const { headers } = answer;
    headers.set(REQUEST_ID, crypto.randomUUID());
    if (limiter !== null) {
      for (const name of RATE_HEADERS) own ? headers.set(name, own[name]) : headers.delete(name);
    }
    // What is taken out of a list was taken out, and counted, when it was made.
    tally.n++;
    // A clone shares the bytes, and copies the headers unchecked.
    return answer.clone();
  };
  const handler: Handler = (request, info) => {
    const serving = live.current;
    if (logRequests || serving === null || state.isStopping || request.method !== "GET") {
      return application(request, info);
    }
    const start = now();
    const { url } = request;
    const target = url.slice(url.indexOf("/", SCHEME.length));
    const userId = TARGET.exec(target)?.[1];
    if (userId === undefined || TELLING.some((name) => request.headers.has(name))) {
      return application(request, info);
    }
    const caller = callerOf(request.headers);
    if (!may(caller, "read")) return application(request, info);
    const { snapshot, newer } = serving;
    newer.takeIn();
    // Before the list is made: what is told meanwhile makes it out of date, not right.
    const moment = { snapshot, version: newer.version(Number(userId)) };
    const list = cache.find(target, moment);
    if (list) {
      const counted = countRequest(limiter, caller, info);
      // A refused request has not been counted: the application refuses it once more, and says why.
      if (counted?.isAllowed === false) return application(request, info);
      metrics.cached("hit");
      const response = answer(list, counted?.headers);
      durations.add((now() - start) / 1000);
      return response;
    }
    metrics.cached("miss");
    return kept(
      (listed) => application(request, { remoteAddr: info.remoteAddr, listed }),
      ({ answer, length, origin }) =>
        cache.keep(target, snapshot, {
          answer,
          length,
          version: moment.version,
          tally: metrics.lists(origin),
        }),
    );
  };
  return { handler, cache };
}

/** The application's answer, of which a list is kept. */
async function kept(
  ask: (listed: (origin: ListOrigin) => void) => Response | Promise<Response>,
  keep: (list: Pick<CachedList, "answer" | "length"> & { origin: ListOrigin }) => void,
): Promise<Response> {
  let origin: ListOrigin | null = null;
  const response = await ask((made) => origin = made);
  if (response.status !== 200 || origin === null) return response;
  const { length } = await response.clone().bytes();
  keep({ answer: response.clone(), length, origin });
  return response;
}
