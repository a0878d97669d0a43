/**
 * Who may do what: keys and their scopes, and what is open without one.
 *
 * | scope   | open without a key                                                                    |
 * |---------|---------------------------------------------------------------------------------------|
 * | read    | on loopback                                                                           |
 * | write   | on loopback, as long as no key is configured: whoever tries Matinee at home may rate  |
 * | operate | never                                                                                 |
 *
 * On loopback means: the server listens there, and the request names it so. A page from elsewhere whose name was
 * made to point at this machine (DNS rebinding) names itself.
 */
import type { MiddlewareHandler } from "@hono/hono";
import type { Env } from "./env.ts";
import { findKey, type KeyRecord, type Scope } from "./keys.ts";
import { Problem } from "./problem.ts";

/** What is fixed at the start of the process: plain data, so that workers can be sent it. */
export interface AccessSettings {
  keys: readonly KeyRecord[];
  /** Whether the server listens on loopback alone. */
  isLoopback: boolean;
}

/** Whether `host`, to listen on or out of a Host header, is this machine alone. */
export function isLoopbackHost(host: string): boolean {
  const name = host.replace(/^(\[.*\]|[^:]*):\d+$/, "$1").replace(/^\[(.*)\]$/, "$1").toLowerCase();
  return name === "localhost" || name.endsWith(".localhost") || name === "::1" ||
    /^127(\.\d{1,3}){3}$/.test(name);
}

/** Gives the request the key that it presents. */
export function carryKey(access: AccessSettings): MiddlewareHandler<Env> {
  const callerOf = callers(access);
  return async (c, next) => {
    c.set("caller", callerOf(c.req.raw.headers));
    await next();
  };
}

/** Tells who sends a request, by its headers. */
export function callers({ keys, isLoopback }: AccessSettings): (headers: Headers) => Caller {
  // One client names one host in request after request.
  let known = { host: "localhost", isLocal: isLoopback };
  return (headers) => {
    const presented = presentedKey(headers);
    const key = presented === null ? null : findKey(keys, presented);
    const host = headers.get("host") ?? "localhost";
    if (host !== known.host) known = { host, isLocal: isLoopback && isLoopbackHost(host) };
    return { key, hasWrongKey: presented !== null && key === null, isLocal: known.isLocal, keys };
  };
}

/** A key that is none is refused, even where none is needed. Comes after the rate limit: guessing is slow. */
export function refuseWrongKeys(): MiddlewareHandler<Env> {
  return async (c, next) => {
    if (c.get("caller").hasWrongKey) {
      throw refused("The key that came with the request is none of the server's.");
    }
    await next();
  };
}

/** Who asks. */
export interface Caller {
  key: KeyRecord | null;
  hasWrongKey: boolean;
  /** Whether the request came over loopback, and names it. */
  isLocal: boolean;
  /** All that are configured. */
  keys: readonly KeyRecord[];
}

/** What a route says that needs `scope`: for its requests, and for the OpenAPI document. */
export function needs(scope: Scope) {
  const security: Record<string, string[]>[] = [{ bearer: [scope] }, { api_key: [scope] }];
  return { security, middleware: requires(scope) };
}

/** Lets a request pass that may do what `scope` covers. */
export function requires(scope: Scope): MiddlewareHandler<Env> {
  return async (c, next) => {
    const caller = c.get("caller");
    if (may(caller, scope)) return await next();
    const { key, keys } = caller;
    if (key === null) throw refused(wanting(scope, keys), howTo(scope, keys));
    throw new Problem(
      "narrow-key",
      `Cannot ${c.req.method} ${c.req.path} as it needs the scope ${scope}: key "${key.name}" has ${
        key.scopes.join(", ")
      }.`,
    );
  };
}

/** Whether what `scope` covers is the caller's to do. */
export function may({ key, hasWrongKey, isLocal, keys }: Caller, scope: Scope): boolean {
  if (hasWrongKey) return false;
  return key === null ? isOpen(scope, isLocal, keys) : key.scopes.includes(scope);
}

function isOpen(scope: Scope, isLocal: boolean, keys: readonly KeyRecord[]): boolean {
  if (!isLocal || scope === "operate") return false;
  return scope === "read" || keys.length === 0;
}

function wanting(scope: Scope, keys: readonly KeyRecord[]): string {
  const hasOne = keys.some(({ scopes }) => scopes.includes(scope));
  return `This needs a key with the scope ${scope}: found none in the request${
    hasOne ? "" : ", nor in the server"
  }.`;
}

function howTo(scope: Scope, keys: readonly KeyRecord[]): string {
  const send = "send it as Authorization: Bearer KEY, or x-api-key: KEY";
  if (keys.some(({ scopes }) => scopes.includes(scope))) return send;
  return `KEY=$(openssl rand -hex 24); echo $KEY; MATINEE_API_KEYS="me:${scope}:$KEY" deno task serve; then ${send}`;
}

function refused(detail: string, next?: string): Problem {
  return new Problem("no-key", detail, { next, headers: { "www-authenticate": 'Bearer realm="matinee"' } });
}

function presentedKey(headers: Headers): string | null {
  const bearer = /^Bearer\s+(\S+)\s*$/i.exec(headers.get("authorization") ?? "")?.[1];
  return bearer ?? headers.get("x-api-key");
}
