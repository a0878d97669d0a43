/** What happened after the snapshot: every newer rating, read from PostgreSQL, so that what was seen stays hidden. */
import type { Db } from "../../sql/db.ts";
import { numericRows } from "../../sql/binary_copy.ts";
import { createSeenLists, type SeenLists } from "../../models/snapshot/seen_lists.ts";

export interface NewerRatings {
  /** Every rating of a later batch, and every live one, is in; others may be. */
  readonly afterBatch: number;
  /** By movie id. */
  readonly seen: SeenLists;
  /** As `newerMark()` gave it before the read: while it says the same, there is nothing to read again. */
  readonly mark: string;
}

/** What a server knows that has not reached a database: nothing. */
export function noNewerRatings(afterBatch: number): NewerRatings {
  return { afterBatch, seen: createSeenLists().finish(), mark: "" };
}

/** Changes whenever `readNewerRatings()` may answer otherwise. */
export async function newerMark(db: Db): Promise<string> {
  const row = await db.row<{ mark: string }>("serve/newer_mark");
  return row?.mark ?? "";
}

/** All ratings newer than batch `afterBatch`, of one moment. */
export async function readNewerRatings(db: Db, afterBatch: number): Promise<NewerRatings> {
  // The mark first: what comes in between is read now, and once more at the next look.
  const mark = await newerMark(db);
  const lists = createSeenLists();
  const bytes = db.copyOut("serve/copy_newer_ratings", { batch_id: afterBatch });
  for await (const { n, columns: [users, movies] } of numericRows(bytes, ["int4", "int4"])) {
    for (let i = 0; i < n; i++) lists.add(users[i], movies[i]);
  }
  return { afterBatch, seen: lists.finish(), mark };
}
