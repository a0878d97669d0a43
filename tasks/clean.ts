/** Types and validates each batch: a raw row becomes a row of the lake, or a reject that keeps its reason. */
import { z } from "zod";
import type { Db } from "../sql/db.ts";
import { finishBatches, type Range, rangesOf, ratingChunks } from "./_batches.ts";
import { filter } from "./polars/filter.ts";
import { planBatches } from "./runner/plan_state.ts";
import { type Batch, type StageResult, task, type TaskContext } from "./runner/task.ts";

const DAY_MS = 86_400_000;
/** MovieLens took its first rating in 1995; what is older is a lost date (1970) or a typing error. */
const EARLIEST_MS = Date.UTC(1995, 0, 1);

interface Counts {
  rowsIn: number;
  rowsOut: number;
  rejects: number;
  /** Accepted, but older than what earlier batches took: never held out. */
  late: number;
}

export default task({
  params: z.strictObject({
    chunk: z.number().int().min(1).default(500_000)
      .describe("Raw ratings that Polars holds at once. Memory: about 0.5 kB each."),
  }),
  reads: ["raw_db.ratings", "raw_db.unparsable", "data_lake_db.movies", "ops_db.batch_ranges"],
  writes: ["data_lake_db.ratings", "data_lake_db.rejects"],

  plan: planBatches("ingest"),

  async run(context, { chunk }): Promise<StageResult> {
    const total: Counts = { rowsIn: 0, rowsOut: 0, rejects: 0, late: 0 };
    const cleaned = await finishBatches(context, "ingest", async (tx, batch) => {
      const ranges = await rangesOf(tx, batch);
      await stageRatings(tx, context, { ranges, chunk });
      const counts = await writeRatings(tx, batch, ranges);
      return { ...counts, late: await markLate(tx, batch, context) };
    });
    for (const counts of cleaned) {
      total.rowsIn += counts.rowsIn;
      total.rowsOut += counts.rowsOut;
      total.rejects += counts.rejects;
      total.late += counts.late;
    }
    return { ...total };
  },
});

/** Raw rows → Polars → staged_ratings, typed and each with what is wrong with it; repeats are marked in SQL. */
async function stageRatings(
  tx: Db,
  context: TaskContext,
  { ranges, chunk }: { ranges: readonly Range[]; chunk: number },
): Promise<void> {
  const { db, run, rowChecks, signal } = context;
  const limits = [EARLIEST_MS, run.startedAt.getTime() + DAY_MS].map((ms) => ms * 1000);
  const args = [...limits, JSON.stringify(rowChecks)];
  await tx.execute("clean/create_staged_ratings");
  for (const piece of ratingChunks(ranges, { size: chunk, context })) {
    const raw = db.copyOut("clean/copy_raw", piece);
    await tx.copyIn("clean/copy_staged_ratings", filter("validate", raw, { args, signal }));
  }
  await tx.execute("clean/analyze_staged_ratings");
  await tx.execute("clean/mark_repeats");
  signal.throwIfAborted();
}

async function writeRatings(tx: Db, batch: Batch, ranges: readonly Range[]): Promise<Omit<Counts, "late">> {
  const rowsOut = await tx.execute("clean/insert_ratings", [batch.id]);
  let rejects = await tx.execute("clean/insert_rejects", [batch.id]);
  for (const { lane, first_id, last_id } of ranges) {
    if (lane !== "unparsable") continue;
    rejects += await tx.execute("clean/insert_unparsable", [batch.id, first_id, last_id]);
  }
  if (rowsOut + rejects !== batch.nRatings) {
    throw new Error(
      `Cannot clean batch ${batch.id} as it took ${batch.nRatings} raw rows: ` +
        `found ${rowsOut + rejects} (${rowsOut} accepted, ${rejects} refused). Next: deno task status`,
    );
  }
  return { rowsIn: batch.nRatings, rowsOut, rejects };
}

/** Notes in the ledger from which time on ratings of the batch are late; returns how many there are. */
async function markLate(tx: Db, batch: Batch, { run }: TaskContext): Promise<number> {
  const lanes = await tx.rows<{ n_late: number }>("clean/mark_late", [batch.id, run.startedAt]);
  return lanes.reduce((sum, { n_late }) => sum + n_late, 0);
}
