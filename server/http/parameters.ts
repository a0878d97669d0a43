/** Who and what a path names: an id, or `key:` and what the data set calls it. */
import type { KeyTable } from "../../models/snapshot/key_table.ts";
import type { Snapshot } from "../../models/snapshot/snapshot.ts";
import type { Serving } from "../live/live.ts";
import type { Database } from "./env.ts";
import { Problem } from "./problem.ts";

/** PostgreSQL's integer ends here. */
const LARGEST_ID = 2 ** 31 - 1;
/** Before an id that is a text. */
const KEY = "key:";

/** The id in a path. `what` is "user" or "movie". */
function idFrom(text: string, what: string): number {
  return wholeNumber(text, { what: `${what} id`, least: 0, most: LARGEST_ID });
}

/** Who is asked about: an id, and what the data set calls it where that is a text. */
export interface Named {
  id: number;
  key?: string;
}

/** No user or movie has this id. */
const NOBODY = -1;

/** Somebody without an id. */
export const GUEST: Named = { id: NOBODY };

/** What they or it are called where a person reads it. */
export const nameIn = ({ id, key }: Named) => key === undefined ? id : JSON.stringify(key);

/**
 * The user in a path: an id, or `key:` and what the data set calls them. Who came after the snapshot is known by key to
 * the database alone.
 *
 * @throws {Problem} `database-down`, for a key that the snapshot has not.
 */
export async function userFrom(text: string, serving: Serving, database: Database): Promise<Named> {
  const named = servedUser(text, serving);
  const { id, key } = named;
  // PostgreSQL's text holds every character but this one.
  if (id >= 0 || key === undefined || key.includes("\0")) return named;
  const row = await database.use((db) => db.row<{ user_id: number }>("serve/user_of_key", [key]));
  return { ...named, id: row?.user_id ?? NOBODY };
}

/** The same, for who only reads: while the database is down, a key that the snapshot has not is a stranger's. */
export async function readerFrom(text: string, serving: Serving, database: Database): Promise<Named> {
  try {
    return await userFrom(text, serving, database);
  } catch (error) {
    if (error instanceof Problem && error.kind === "database-down") return servedUser(text, serving);
    throw error;
  }
}

/**
 * What the snapshot calls somebody who was erased since is nobody's: neither does the number tell the key, nor the key
 * the number.
 */
function servedUser(text: string, { snapshot, newer }: Serving): Named {
  const { userIds, userKeys, userIndex } = snapshot;
  const named = namedFrom(text, { what: "user", ids: userIds, keys: userKeys, indexOf: userIndex });
  if (named.key === undefined || !newer.isErased(named.id)) return named;
  return text.startsWith(KEY) ? { ...named, id: NOBODY } : { id: named.id };
}

/** The movie in a path: an id, or `key:` and what the data set calls it. */
export function movieFrom(text: string, { movieIds, movieKeys, movieIndex }: Snapshot): Named {
  return namedFrom(text, { what: "movie", ids: movieIds, keys: movieKeys, indexOf: movieIndex });
}

function namedFrom(
  text: string,
  { what, ids, keys, indexOf }: {
    what: string;
    ids: Int32Array;
    keys: KeyTable | null;
    indexOf: (id: number) => number;
  },
): Named {
  if (!text.startsWith(KEY)) {
    const id = idFrom(text, what);
    const index = keys === null ? -1 : indexOf(id);
    return index < 0 ? { id } : { id, key: keys?.key(index) || undefined };
  }
  if (keys === null) {
    throw new Problem(
      "bad-parameter",
      `Cannot look a ${what} up by key as the ids of this archive are numbers.`,
    );
  }
  const key = text.slice(KEY.length);
  const index = keys.find(key);
  return { id: index < 0 ? NOBODY : ids[index], key };
}

/** A whole number written as `text`, called `what`. @throws {Problem} when it is none, or out of range. */
function wholeNumber(
  text: string,
  { what, least, most }: { what: string; least: number; most: number },
): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw new Problem(
    "bad-parameter",
    `Cannot read ${what} as it should be a whole number from ${least} to ${most}: found ${
      JSON.stringify(text)
    }`,
  );
}
