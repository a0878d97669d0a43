/** Asks the API: JSON in, JSON out, and for every failure one sentence of what was wrong and one of what to do. */
import { currentKey } from "./key.js";

/** What the server, or the way to it, refused. */
export class Refusal extends Error {
  /** `next`: what to do about it; `status` 0: no answer at all. */
  constructor({ title, detail = "", next = "", status = 0, kind = "" }) {
    // Some details begin with the title.
    super(detail.startsWith(title) ? detail : [title, detail].filter(Boolean).join(": "));
    Object.assign(this, { title, detail, next, status, kind });
  }
}

/**
 * The answer's body. Query values that are null, undefined or "" are left out; arrays are joined by commas.
 *
 * @param {string} path
 * @param {Pick<RequestInit, "method" | "signal" | "keepalive"> & {
 *   query?: object, body?: unknown, headers?: Record<string, string> }} options
 * @returns {Promise<any>}
 * @throws {Refusal}
 */
export async function ask(path, { query = {}, method = "GET", body, signal, headers = {}, keepalive } = {}) {
  const response = await send(withQuery(path, query), {
    method,
    signal,
    keepalive,
    headers: {
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(currentKey() ? { authorization: `Bearer ${currentKey()}` } : {}),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await bodyOf(response);
  if (response.ok) return answer;
  throw refusalOf(response, answer);
}

export function withQuery(path, query) {
  const given = Object.entries(query)
    .filter(([, value]) => value !== null && value !== undefined && value !== "" && String(value) !== "")
    .map(([name, value]) => [name, Array.isArray(value) ? value.join(",") : String(value)]);
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

async function send(path, options) {
  try {
    return await fetch(path, options);
  } catch (cause) {
    if (cause.name === "AbortError") throw cause;
    throw new Refusal({
      title: "The server does not answer",
      next: "Start it with: deno task serve",
    });
  }
}

async function bodyOf(response) {
  if (response.status === 204) return null;
  try {
    return await response.json();
  } catch {
    return null;
  }
}

function refusalOf({ status, statusText }, problem) {
  const next = problem?.next ? `Next: ${problem.next}` : nextAfter(status);
  return new Refusal({
    title: problem?.title ?? `The server answered ${status} ${statusText}`,
    detail: problem?.detail ?? "",
    kind: problem?.type?.split(":").at(-1) ?? "",
    next,
    status,
  });
}

function nextAfter(status) {
  if (status === 401 || status === 403) return "Enter a key that may do this: the key button at the top.";
  if (status === 429) return "Wait a moment, then try again.";
  if (status >= 500) return "Try again; the server's log has more.";
  return "";
}
