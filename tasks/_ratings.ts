/** Lake ratings as `models/` reads them: columns in arrival order, streamed from PostgreSQL, kept in memory while they fit. */
import { type NumericColumn, numericRows } from "../sql/binary_copy.ts";
import type { Db } from "../sql/db.ts";
import type { Catalogue } from "../models/catalogue.ts";
import { Histories } from "../models/histories.ts";
import type { IdIndex } from "../models/id_index.ts";
import { createRatings, type Ratings } from "../models/ratings.ts";
import { holdoutMarker, type HoldoutRule, type Place } from "../models/split.ts";

interface Range {
  batch_id: number;
  kind: "bootstrap" | "daily";
  lane: string;
  first_id: number;
  last_id: number;
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
}

const COLUMNS: NumericColumn[] = ["int8", "int4", "int4", "float4", "float4", "int4", "float8"];

/** Ratings that stay in memory for the next pass (37 bytes each); longer archives are streamed anew each time. */
const KEPT_RATINGS = 8_000_000;

/** Chunks of the ratings of some batches in arrival order; `users` grows by those not known yet. */
export async function* readRatings(db: Db, options: RatingsOptions): AsyncGenerator<Ratings> {
  const { users, catalogue, rule } = options;
  const ranges = await db.rows<Range>("lake/cleaned_ranges", [...options.batches]);
  const isHeldOut = holdoutMarker(rule, batchesOf(ranges));
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
    for (const name of NAMES) all[name].set(chunk[name].subarray(from), at);
    at += chunk.length - from;
  }
  return all;
}

const NAMES = [
  "ratingIds",
  "batches",
  "users",
  "movies",
  "ratings",
  "replaces",
  "isStale",
  "isHeldOut",
  "ratedAt",
] as const;

/** What the users of `ratings` had rated before its first row. */
export async function readHistories(
  db: Db,
  { users, catalogue, ratings }: { users: IdIndex; catalogue: Catalogue; ratings: Ratings },
): Promise<Histories> {
  const histories = new Histories();
  if (ratings.length === 0) return histories;
  const cut = {
    cut_batch: ratings.batches[0],
    cut_id: ratings.ratingIds[0],
    last_batch: ratings.batches[ratings.length - 1],
  };
  for await (
    const { n, columns } of numericRows(db.copyOut("lake/copy_histories", cut), ["int4", "int4", "float4"])
  ) {
    const [userIds, movieIds, stars] = columns;
    for (let row = 0; row < n; row++) {
      histories.observe(users.add(userIds[row]), catalogue.movies.add(movieIds[row]), stars[row]);
    }
  }
  return histories;
}

function batchesOf(ranges: readonly Range[]): Iterable<Place["batch"]> {
  return new Map(ranges.map(({ batch_id: id, kind, n_accepted: nRatings }) => [id, { id, kind, nRatings }]))
    .values();
}
