/**
 * API keys: who may read, write and operate.
 *
 * A key is kept as its SHA-256 from the moment it is read, and compared with what a client presents by all 32
 * bytes of every key there is: how long an answer takes tells nothing.
 */
import { createHash, timingSafeEqual } from "node:crypto";

/** read: lists and facts; write: ratings and feedback; operate: runs, models, erasing a person. */
export const SCOPES = ["read", "write", "operate"] as const;
export type Scope = (typeof SCOPES)[number];

/** Shortest key that is taken, in characters. */
const SHORTEST_KEY = 20;

/** One key: plain data, so that workers can be sent it. */
export interface KeyRecord {
  /** For logs and rate limits; not secret. */
  name: string;
  scopes: readonly Scope[];
  /** SHA-256 of the key, 32 bytes. */
  digest: Uint8Array;
}

/**
 * Reads keys out of `text`: one entry a line or between blanks, `name:scope[,scope]:key`; `#` begins a comment.
 *
 * @param where names the text in errors; the keys themselves are never quoted.
 * @throws {SyntaxError} on an entry of another form, an unknown scope, a short key, or a name that stands twice.
 */
export function readKeys(text: string, where: string): KeyRecord[] {
  const entries = text.split("\n").map((line) => line.replace(/(^|\s)#.*$/, "")).join(" ").split(/\s+/)
    .filter((entry) => entry !== "");
  const keys = entries.map((entry, i) => keyOf(entry, `entry ${i + 1} of ${where}`));
  const names = keys.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) {
    throw new SyntaxError(`Cannot read ${where} as each name should stand once: found "${twice}" twice`);
  }
  return keys;
}

function keyOf(entry: string, where: string): KeyRecord {
  const [, name, scopes, key] = /^([\w.-]{1,64}):([^:]*):(.*)$/.exec(entry) ?? [];
  if (key === undefined) {
    throw new SyntaxError(`Cannot read ${where} as it should be NAME:SCOPE[,SCOPE]:KEY: found another form`);
  }
  if (key.length < SHORTEST_KEY) {
    throw new SyntaxError(
      `Cannot take key "${name}" (${where}) as it should have at least ${SHORTEST_KEY} characters: found ${key.length}. ` +
        `Next: openssl rand -hex 24`,
    );
  }
  return { name, scopes: scopes.split(",").map((scope) => scopeOf(scope, where)), digest: digestOf(key) };
}

function scopeOf(text: string, where: string): Scope {
  const scope = SCOPES.find((known) => known === text);
  if (scope) return scope;
  throw new SyntaxError(
    `Cannot read ${where} as a scope should be one of ${SCOPES.join(", ")}: found ${JSON.stringify(text)}`,
  );
}

/** The record of `presented`; null when no key is that. Looks at every record, whatever it finds. */
export function findKey(keys: readonly KeyRecord[], presented: string): KeyRecord | null {
  const digest = digestOf(presented);
  let found: KeyRecord | null = null;
  for (const key of keys) {
    if (timingSafeEqual(key.digest, digest)) found = key;
  }
  return found;
}

const digestOf = (key: string) => new Uint8Array(createHash("sha256").update(key).digest());
