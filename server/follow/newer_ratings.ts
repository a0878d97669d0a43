/**
 * What happened after the snapshot, out of PostgreSQL, so that what was seen stays hidden.
 *
 * All of it is read when batches, erasures or hidden movies have changed. Of a live rating that came into the inbox
 * since (another server's, mostly), only that row is read, and goes into the log: thousands a day cost nothing.
 */
import { numericRows } from "../../sql/binary_copy.ts";
import type { Db } from "../../sql/db.ts";
import type { NewerRatings } from "../live/newer.ts";
import { createMovieRows, type NewerBase, sharedInt32 } from "../live/newer_base.ts";
import type { NewerEntry, NewerLog } from "../live/newer_log.ts";
import { registeredVersions } from "../live/registered.ts";

export interface NewerReader {
  /** All that is newer than batch `afterBatch`, of one moment or later. */
  read(db: Db, afterBatch: number): Promise<NewerBase>;
  /** Brings `newer` up to the database by the log; false when it takes a `read()`. */
  catchUp(db: Db, newer: NewerRatings): Promise<boolean>;
  /** Makes the next look read everything again: equal marks of two databases mean nothing. */
  distrust(): void;
}

/** Changes whenever what is newer may have changed: by new live ratings, or by anything else. */
export interface NewerMark {
  archive: string;
  /** Count and sum of the inbox's ids. */
  inbox: string;
  /** The greatest of them; 0: there is none. */
  inbox_last: number;
}

/** The inbox rows that are known, by count and sum of their ids as SQL sums them. */
interface Inbox {
  count: number;
  sum: bigint;
  /** The greatest id. */
  last: number;
}

interface InboxRow {
  mark: string;
  inbox_id: number | null;
  user_id: number;
  movie_id: number;
  rating: number;
}

export function createNewerReader(log: NewerLog): NewerReader {
  let serial = 0;
  let mark: NewerMark | null = null;
  let inbox: Inbox = { count: 0, sum: 0n, last: 0 };

  return {
    async read(db, afterBatch) {
      // Both before the rows: whatever comes in between is read, and stands in the log or is looked for once more.
      const epoch = log.head;
      const before = await newerMark(db);
      const base = await readBase(db, { serial: ++serial, epoch, afterBatch });
      mark = before;
      inbox = inboxOf(before);
      return base;
    },
    async catchUp(db, newer) {
      const found = await newerMark(db);
      if (log.isLong || mark?.archive !== found.archive) return false;
      if (mark.inbox === found.inbox) return true;
      const news = await inboxAfter(db, inbox);
      // An id that was allocated early and committed late is not among those that follow.
      if (markOf(news.inbox) !== news.mark) return false;
      newer.takeIn();
      if (!log.append(unknownTo(newer, news.rows))) return false;
      inbox = news.inbox;
      mark = { ...mark, inbox: news.mark };
      return true;
    },
    distrust: () => mark = null,
  };
}

export async function newerMark(db: Db): Promise<NewerMark> {
  return await db.row<NewerMark>("serve/newer_mark") ?? { archive: "", inbox: "0/0", inbox_last: 0 };
}

/** What is newer than a snapshot of batch `afterBatch`, as base `serial`. */
export async function readBase(
  db: Db,
  facts: Pick<NewerBase, "serial" | "epoch" | "afterBatch">,
): Promise<NewerBase> {
  const ratings = createMovieRows();
  const bytes = db.copyOut("serve/copy_newer_ratings", { batch_id: facts.afterBatch });
  for await (const { n, columns } of numericRows(bytes, ["int4", "int4", "int4"])) {
    const [users, movies, halfStars] = columns;
    for (let i = 0; i < n; i++) ratings.add(users[i], movies[i], halfStars[i]);
  }
  const hidden = createMovieRows();
  for (const row of await db.rows<{ user_id: number; movie_id: number }>("serve/hidden_movies")) {
    hidden.add(row.user_id, row.movie_id, 0);
  }
  const erased = await db.rows<{ user_id: number }>("serve/erased_users");
  return {
    ...facts,
    ratings: ratings.finish(),
    hidden: hidden.finish(),
    erased: sharedInt32(erased.map(({ user_id }) => user_id)),
    registered: await registeredVersions(db),
  };
}

async function inboxAfter(db: Db, known: Inbox): Promise<{ mark: string; inbox: Inbox; rows: InboxRow[] }> {
  const found = await db.rows<InboxRow>("serve/inbox_after", [known.last]);
  const rows = found.filter(({ inbox_id }) => inbox_id !== null);
  const inbox = { ...known };
  for (const { inbox_id } of rows) {
    inbox.count++;
    inbox.sum += BigInt(inbox_id ?? 0);
    inbox.last = inbox_id ?? 0;
  }
  return { mark: found[0].mark, inbox, rows };
}

function inboxOf({ inbox, inbox_last }: NewerMark): Inbox {
  const [count, sum] = inbox.split("/");
  return { count: Number(count), sum: BigInt(sum), last: inbox_last };
}

const markOf = ({ count, sum }: Inbox): string => `${count}/${sum}`;

/** What `rows` say of each movie of each person in the end, as far as `newer` does not say so already. */
function unknownTo(newer: NewerRatings, rows: readonly InboxRow[]): NewerEntry[] {
  const last = new Map(rows.map((row) => [`${row.user_id} ${row.movie_id}`, row]));
  return [...last.values()]
    .filter(({ user_id, movie_id, rating }) => newer.of(user_id)?.get(movie_id) !== rating)
    .map(({ user_id, movie_id, rating }) => ({
      kind: "rated",
      userId: user_id,
      movieId: movie_id,
      stars: rating,
    }));
}
