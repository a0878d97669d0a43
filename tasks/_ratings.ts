/** Lake ratings as `models/` reads them: columns in arrival order, streamed from PostgreSQL, kept in memory while they fit. */
import { type NumericColumn, numericRows } from "../sql/binary_copy.ts";
import type { Db } from "../sql/db.ts";
import type { Catalogue } from "../models/catalogue.ts";
import { Histories } from "../models/histories.ts";
import type { IdIndex } from "../models/id_index.ts";
import { createRatings, RATING_COLUMNS, type Ratings } from "../models/ratings.ts";
import { holdoutMarker, type HoldoutRule, type Place } from "../models/evaluation/split.ts";
import { arrayText } from "./_lake.ts";

interface Range {
  batch_id: number;
  kind: "bootstrap" | "daily";
  lane: string;
  first_id: number;
  last_id: number;
  /** Of the whole batch. */
  n_accepted: number;
  /** Seconds since 1970: what is older came late. */
  late_before: number | null;
}

export interface RatingsOptions {
  users: IdIndex;
  catalogue: Catalogue;
  /** First and last batch. */
  batches: readonly [number, number];
  rule: HoldoutRule;
  /** Of the batches up to `through`, only the newest `n` ratings; without it, all. */
  tail?: { through: number; n: number };
}

const COLUMNS: NumericColumn[] = ["int8", "int4", "int4", "float4", "float4", "int4", "float8"];

/** Ratings that stay in memory for the next pass (37 bytes each); longer archives are streamed anew each time. */
const KEPT_RATINGS = 8_000_000;

/** Chunks of the ratings of some batches in arrival order; `users` grows by those not known yet. */
export async function* readRatings(db: Db, options: RatingsOptions): AsyncGenerator<Ratings> {
  const { users, catalogue, rule } = options;
  const { ranges, batches } = await rangesOf(db, options);
  const isHeldOut = holdoutMarker(rule, batches);
  for (const { batch_id, lane, first_id, last_id, late_before } of ranges) {
    const lateBefore = late_before ?? -Infinity;
    const bytes = db.copyOut("lake/copy_ratings", { batch_id, lane, first_id, last_id });
    for await (const { n, columns } of numericRows(bytes, COLUMNS)) {
      const chunk = createRatings(n);
      const [ratingIds, userIds, movieIds, ratings, replaces, isStale, ratedAt] = columns;
      chunk.ratingIds.set(ratingIds.subarray(0, n));
      chunk.batches.fill(batch_id);
      chunk.ratings.set(ratings.subarray(0, n));
      chunk.replaces.set(replaces.subarray(0, n));
      chunk.isStale.set(isStale.subarray(0, n));
      chunk.ratedAt.set(ratedAt.subarray(0, n));
      for (let row = 0; row < n; row++) {
        chunk.users[row] = users.add(userIds[row]);
        chunk.movies[row] = catalogue.movies.add(movieIds[row]);
        chunk.isHeldOut[row] = isHeldOut(batch_id, ratingIds[row], ratedAt[row] < lateBefore) ? 1 : 0;
      }
      yield chunk;
    }
  }
}

/** A function that gives the same ratings on every call, from memory after the first when there are not too many. */
export function repeatedly(db: Db, options: RatingsOptions): () => AsyncGenerator<Ratings> {
  let kept: Ratings[] | null = null;
  return async function* () {
    if (kept !== null) return yield* kept;
    const chunks: Ratings[] = [];
    let length = 0;
    for await (const chunk of readRatings(db, options)) {
      length += chunk.length;
      if (length <= KEPT_RATINGS) chunks.push(chunk);
      yield chunk;
    }
    if (length <= KEPT_RATINGS) kept = chunks;
  };
}

/** One piece of all that `chunks` hold from the first rating on that `isIn` accepts. */
export async function collect(
  chunks: AsyncIterable<Ratings>,
  isIn: (chunk: Ratings, row: number) => boolean = () => true,
): Promise<Ratings> {
  const held: { chunk: Ratings; from: number }[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let from = 0;
    while (held.length === 0 && from < chunk.length && !isIn(chunk, from)) from++;
    if (from === chunk.length) continue;
    held.push({ chunk, from });
    length += chunk.length - from;
  }
  const all = createRatings(length);
  let at = 0;
  for (const { chunk, from } of held) {
    for (const name of RATING_COLUMNS) all[name].set(chunk[name].subarray(from), at);
    at += chunk.length - from;
  }
  return all;
}

export interface HistoriesOptions {
  users: IdIndex;
  catalogue: Catalogue;
  ratings: Ratings;
  /** Whose histories, as positions; without it, those of everybody in `ratings`. */
  of?: Iterable<number>;
}

/** What people had rated before the first row of `ratings`. */
export async function readHistories(db: Db, options: HistoriesOptions): Promise<Histories> {
  const { users, catalogue, ratings, of = new Set(ratings.users) } = options;
  if (ratings.length === 0) return new Histories();
  const cut = {
    cut_batch: ratings.batches[0],
    cut_id: ratings.ratingIds[0],
    user_ids: arrayText(Array.from(of, (user) => users.ids[user])),
  };
  return await historiesIn(db.copyOut("lake/copy_histories", cut), { users, catalogue });
}

/** What the people of `ids` have rated through `batchId`. */
export async function readHistoriesThrough(
  db: Db,
  { users, catalogue, batchId, ids }: {
    users: IdIndex;
    catalogue: Catalogue;
    batchId: number;
    ids: Iterable<number>;
  },
): Promise<Histories> {
  const rows = db.copyOut("publish/copy_histories_of", { batch_id: batchId, user_ids: arrayText(ids) });
  return await historiesIn(rows, { users, catalogue });
}

async function historiesIn(
  rows: AsyncIterable<Uint8Array>,
  { users, catalogue }: Pick<HistoriesOptions, "users" | "catalogue">,
): Promise<Histories> {
  const histories = new Histories();
  for await (const { n, columns } of numericRows(rows, ["int4", "int4", "float4"])) {
    const [userIds, movieIds, stars] = columns;
    for (let row = 0; row < n; row++) {
      histories.observe(users.add(userIds[row]), catalogue.movies.add(movieIds[row]), stars[row]);
    }
  }
  return histories;
}

/** The ids of everybody in `ratings`. */
export function usersOf(ratings: Ratings, { users }: { users: IdIndex }): number[] {
  return Array.from(new Set(ratings.users), (user) => users.ids[user]);
}

type Batch = Place["batch"] & { from: number };

/** The id ranges to be read, in arrival order, and each batch with the position of its first rating that is read. */
async function rangesOf(
  db: Db,
  { batches, tail }: RatingsOptions,
): Promise<{ ranges: Range[]; batches: Iterable<Batch> }> {
  const all = await db.rows<Range>("lake/cleaned_ranges", [...batches]);
  const ranges: Range[] = [];
  const known = new Map<number, Batch>();
  let left = tail?.n ?? Infinity;
  for (const range of all.toReversed()) {
    const { batch_id: id, kind, n_accepted: nRatings } = range;
    if (tail === undefined || id > tail.through) {
      ranges.unshift(range);
      known.set(id, { id, kind, nRatings, from: 0 });
    } else if (left > 0) {
      const { n, first_id } = await newestOf(db, range, left);
      if (n === 0) continue;
      ranges.unshift({ ...range, first_id });
      // Lanes come last to first: what is before the first rating read is what is left of the batch.
      known.set(id, { id, kind, nRatings, from: (known.get(id)?.from ?? nRatings) - n });
      left -= n;
    }
  }
  return { ranges, batches: known.values() };
}

async function newestOf(db: Db, { batch_id, lane, first_id, last_id }: Range, n: number) {
  const found = await db.row<{ n: number; first_id: number }>("lake/newest_of_range", [
    batch_id,
    lane,
    first_id,
    last_id,
    n,
  ]);
  return found ?? { n: 0, first_id };
}
