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
    const total: Counts = { rowsIn: 0, rowsOut: 0, rejects: 0 };
    const cleaned = await finishBatches(context, "ingest", async (tx, batch) => {
      const ranges = await rangesOf(tx, batch);
      await stageRatings(tx, context, { ranges, chunk });
      return await writeRatings(tx, batch, ranges);
    });
    for (const counts of cleaned) {
      total.rowsIn += counts.rowsIn;
      total.rowsOut += counts.rowsOut;
      total.rejects += counts.rejects;
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
  const { db, run, signal } = context;
  const limits = [EARLIEST_MS, run.startedAt.getTime() + DAY_MS].map((ms) => ms * 1000);
  await tx.execute("clean/create_staged_ratings");
  for (const piece of ratingChunks(ranges, { size: chunk, context })) {
    const raw = db.copyOut("clean/copy_raw", piece);
    await tx.copyIn("clean/copy_staged_ratings", filter("validate", raw, { args: limits, signal }));
  }
  await tx.execute("clean/analyze_staged_ratings");
  await tx.execute("clean/mark_repeats");
  signal.throwIfAborted();
}

async function writeRatings(tx: Db, batch: Batch, ranges: readonly Range[]): Promise<Counts> {
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
