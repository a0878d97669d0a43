/** How a stage works through batches: each in one transaction, by one process, in chunks that fit in memory. */
import type { Db } from "../sql/db.ts";
import type { Row } from "../sql/tables.ts";
import type { Batch, TaskContext } from "./runner/task.ts";

export type Range = Pick<Row<"ops_db.batch_ranges">, "lane" | "first_id" | "last_id" | "n_rows">;

/**
 * Calls `body` for each batch that task `after` has finished and this one has not, oldest first; returns what it
 * returned. What `body` writes through `tx` commits together with the batch's row in the ledger, or not at all.
 *
 * Two processes may do this at once: the second waits, and then leaves the batch alone.
 */
export async function finishBatches<T>(
  context: TaskContext,
  after: string,
  body: (tx: Db, batch: Batch) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  for (const batch of await context.pendingBatches(after)) {
    context.signal.throwIfAborted();
    await context.db.transaction(async (tx) => {
      await tx.row("ops/lock_batch", [batch.id]);
      const pending = await context.pendingBatches(after);
      if (!pending.some(({ id }) => id === batch.id)) return;
      results.push(await body(tx, batch));
      context.signal.throwIfAborted();
      await context.finishBatch(tx, batch);
    });
  }
  return results;
}

/** One id range per lane of `batch`, in arrival order. */
export async function rangesOf(tx: Db, batch: Batch): Promise<Range[]> {
  return await tx.rows<Range>("ops/ranges_of_batch", [batch.id]);
}

/** The ratings of `ranges` (not the unparsable lines) in pieces of at most `size` ids: settings of a COPY. */
export function* ratingChunks(
  ranges: readonly Range[],
  { size, context: { log, signal } }: { size: number; context: TaskContext },
): Generator<{ lane: string; first_id: number; last_id: number }> {
  const lanes = ranges.filter(({ lane }) => lane !== "unparsable");
  const total = lanes.reduce((sum, { n_rows }) => sum + n_rows, 0);
  let before = 0;
  for (const { lane, first_id, last_id, n_rows } of lanes) {
    for (let first = first_id; first <= last_id; first += size) {
      signal.throwIfAborted();
      const last = Math.min(first + size - 1, last_id);
      yield { lane, first_id: first, last_id: last };
      log.progress(before + Math.min(n_rows, last - first_id + 1), total, "ratings");
    }
    before += n_rows;
  }
}
