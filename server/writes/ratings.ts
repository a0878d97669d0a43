/**
 * Takes ratings in: durable when it returns, in one statement, once per Idempotency-Key.
 *
 * A repeat of the same request gets the first one's answer; another request under a used key is refused.
 */
import { createHash } from "node:crypto";
import type { Db } from "../../sql/db.ts";
import type { Row } from "../../sql/tables.ts";
import { Problem } from "../http/problem.ts";

export interface AcceptedRating {
  userId: number;
  movieId: number;
  /** 0.5 to 5, in half stars. */
  stars: number;
  /** Null: now. */
  ratedAt: Date | null;
}

/** What a client gets for its ratings, and gets again when it repeats itself. */
export interface Receipt {
  accepted: number;
  /** ISO time. */
  received_at: string;
}

type Known = Pick<Row<"ops_db.idempotency_keys">, "request_hash"> & { answer: Receipt };
interface Accepted extends Partial<Known> {
  n: number;
}

/**
 * Commits `ratings`, which are sound and not empty, to the inbox.
 *
 * @throws {Problem} when `key` was used for another request.
 */
export async function acceptRatings(
  db: Db,
  ratings: readonly AcceptedRating[],
  { key, receivedAt }: { key: string | null; receivedAt: Date },
): Promise<Receipt & { isRepeat: boolean }> {
  const rows = JSON.stringify(ratings.map(({ userId, movieId, stars, ratedAt }) => ({
    user_id: userId,
    movie_id: movieId,
    rating: stars,
    rated_at: ratedAt,
  })));
  const hash = key === null ? null : createHash("sha256").update(rows).digest("hex");
  const receipt: Receipt = { accepted: ratings.length, received_at: receivedAt.toISOString() };
  const params = [rows, key, hash, JSON.stringify(receipt)];
  const found = await db.row<Accepted>("write/accept_ratings", params);
  if (found!.n > 0) return { ...receipt, isRepeat: false };
  // Nothing seen and nothing done: the first request was committing just then, and has by now.
  const known = found!.answer ? found as Known : await db.row<Known>("write/known_key", [key]);
  if (known?.request_hash === hash) return { ...known!.answer, isRepeat: true };
  throw new Problem(
    "key-reused",
    `Cannot take ratings under Idempotency-Key ${JSON.stringify(key)} as it was used for others. ` +
      "Next: send them under a key of their own",
  );
}
