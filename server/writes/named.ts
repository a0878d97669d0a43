/** Whom and what a body names: by number, or by what the data set calls them. */
import { z } from "@hono/zod-openapi";
import type { Snapshot } from "../../models/snapshot/snapshot.ts";
import type { Db } from "../../sql/db.ts";
import type { Serving } from "../live/live.ts";
import { type Fault, Problem } from "../http/problem.ts";

/** PostgreSQL's integer ends here. */
const LARGEST_ID = 2 ** 31 - 1;
const LONGEST_KEY = 200;

const id = z.int().min(0).max(LARGEST_ID);
// PostgreSQL's text holds every character but this one.
// deno-lint-ignore no-control-regex
const key = z.string().min(1).max(LONGEST_KEY).regex(/^[^\u0000]*$/, "a text without a null character");

export const userFields = {
  user_id: id.optional().openapi({ description: "The person's number; a new one is fine.", example: 1 }),
  user_key: key.optional().openapi({
    description: "What the data set calls them, where its ids are texts; a new one is fine.",
  }),
};
export const movieFields = {
  movie_id: id.optional().openapi({ description: "The movie's number.", example: 50 }),
  movie_key: key.optional().openapi({ description: "What the data set calls it, where its ids are texts." }),
};

export interface NamedUser {
  user_id?: number;
  user_key?: string;
}
export interface NamedMovie {
  movie_id?: number;
  movie_key?: string;
}

/** Most faults that are listed: the first ones tell enough. */
const MOST_FAULTS = 10;

/**
 * The movie id of each of `items`, which stand under `field` in the body.
 *
 * @throws {Problem} that lists the movies which the archive has not.
 */
export function movieIdsOf(items: readonly NamedMovie[], snapshot: Snapshot, field: string): number[] {
  const faults: Fault[] = [];
  const ids = items.map(({ movie_id, movie_key }, place) => {
    const index = movie_key === undefined
      ? snapshot.movieIndex(movie_id ?? -1)
      : snapshot.movieKeys?.find(movie_key) ?? -1;
    if (index >= 0) return snapshot.movieIds[index];
    const name = movie_key === undefined ? "movie_id" : "movie_key";
    const found = JSON.stringify(movie_key ?? movie_id);
    faults.push({ field: `${field}.${place}.${name}`, wanted: "a movie of the archive", found });
    return -1;
  });
  if (faults.length === 0) return ids;
  const more = faults.length > 1 ? `, and ${faults.length - 1} more` : "";
  throw new Problem("unknown-movie", `The archive has no movie ${faults[0].found}${more}.`, {
    errors: faults.slice(0, MOST_FAULTS),
  });
}

/**
 * The user id of each of `items`; a key that nobody has yet, or whose owner was erased, gets a number.
 *
 * @throws {Problem} when a key is given and the archive's ids are numbers.
 */
export async function userIdsOf(
  items: readonly NamedUser[],
  { db, serving: { snapshot, newer } }: { db: Db; serving: Pick<Serving, "snapshot" | "newer"> },
): Promise<number[]> {
  const { userKeys, userIds } = snapshot;
  const numbers = new Map<string, number>();
  for (const { user_key } of items) {
    if (user_key === undefined || numbers.has(user_key)) continue;
    if (userKeys === null) {
      throw new Problem("bad-parameter", "Cannot find a user by key as the ids of this archive are numbers.");
    }
    const index = userKeys.find(user_key);
    numbers.set(user_key, index < 0 || newer.isErased(userIds[index]) ? -1 : userIds[index]);
  }
  await numberNew(numbers, db);
  return items.map(({ user_id, user_key }) => user_key === undefined ? user_id! : numbers.get(user_key)!);
}

/** Fills in the numbers of keys that the snapshot does not know. */
async function numberNew(numbers: Map<string, number>, db: Db): Promise<void> {
  for (;;) {
    const missing = [...numbers].filter(([, id]) => id < 0).map(([key]) => key);
    if (missing.length === 0) return;
    for (
      const { key, user_id } of await db.rows<{ key: string; user_id: number }>("write/user_of_key", [
        JSON.stringify(missing),
      ])
    ) {
      numbers.set(key, user_id);
    }
  }
}

/** What is wrong with how a body names a user or a movie, for `refine`. */
export const isOne = (a: unknown, b: unknown) => (a === undefined) !== (b === undefined);
