/** JSON answers with an entity tag: a client that has the answer already is told so, and spared the body. */
import type { Context, TypedResponse } from "@hono/hono";
import type { JSONParsed } from "@hono/hono/utils/types";

/** Who may keep the answer; all ask again before they use it. */
export type Audience = "private" | "public";

/** A JSON answer of status 200, for the types of clients. */
type JsonAnswer<T> = Response & TypedResponse<JSONParsed<T>, 200, "json">;

/** `body` as JSON, tagged by `version` (of the data) and content; 304 when the client names that tag. */
export function answer<T extends object>(
  c: Context,
  body: T,
  { version, audience }: { version: string; audience: Audience },
): JsonAnswer<T> {
  const response = tagged(c, JSON.stringify(body), { version, audience, type: "application/json" });
  // The type is for the client, who never reads a body out of a 304.
  return response as JsonAnswer<T>;
}

/** `text` of media type `type`, tagged. */
export function tagged(
  c: Context,
  text: string,
  { version, audience, type }: { version: string; audience: Audience; type: string },
): Response {
  const tag = `"${version.slice(0, 16)}-${hashOf(text)}"`;
  const known = c.req.header("if-none-match")?.split(",").map((entry) => entry.trim().replace(/^W\//, ""));
  const isKnown = known?.includes(tag) || known?.includes("*");
  const response = isKnown ? c.body(null, 304) : c.body(text, 200, { "content-type": type });
  // Into the answer that is there: one with prepared headers is made more slowly.
  response.headers.set("etag", tag);
  response.headers.set("cache-control", audience === "private" ? "private, no-cache" : "no-cache");
  return response;
}

/** 32-bit FNV-1a over UTF-16 code units (Fowler, Noll, Vo), in hex. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
