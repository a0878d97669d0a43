/** Adds each batch to the counts and sums of the users, movies and days that it touches, and of no others. */
import { z } from "zod";
import type { Db } from "../sql/db.ts";
import { finishBatches, type Range, rangesOf, ratingChunks } from "./_batches.ts";
import { addUpFirst, writeFirst } from "./_first_sums.ts";
import { addMovieDays } from "./_movie_days.ts";
import { filter } from "./polars/filter.ts";
import { planBatches } from "./runner/plan/plan_state.ts";
import { type StageResult, task, type TaskContext } from "./runner/task.ts";

export default task({
  params: z.strictObject({
    chunk: z.number().int().min(1).default(500_000)
      .describe("Ratings that Polars holds at once. Memory: about 0.5 kB each."),
  }),
  reads: ["data_lake_db.ratings", "data_lake_db.movies", "data_lake_db.genres", "ops_db.batch_ranges"],
  writes: [
    "processed_db.user_features",
    "processed_db.movie_features",
    "processed_db.rating_totals",
    "processed_db.movie_days",
  ],

  plan: planBatches("clean"),

  async run(context, { chunk }): Promise<StageResult> {
    const total = { rowsIn: 0, users: 0, movies: 0 };
    await finishBatches(context, "clean", async (tx, batch) => {
      const work = { ranges: await rangesOf(tx, batch), chunk };
      const isFirst = batch.kind === "bootstrap" && await tx.row("features/totals") === undefined;
      const { users, movies } = isFirst
        ? await writeFirst(tx, await addUpFirst(context, work))
        : await addSums(tx, context, work);
      await addMovieDays(tx, batch.id);
      total.rowsIn += batch.nRatings;
      total.users += users;
      total.movies += movies;
    });
    return { ...total, rowsOut: total.users + total.movies };
  },
});

/** The batch's lake rows → Polars → staged_sums, what it adds per user, movie, and user and genre → the sums. */
async function addSums(
  tx: Db,
  context: TaskContext,
  { ranges, chunk }: { ranges: readonly Range[]; chunk: number },
): Promise<{ users: number; movies: number }> {
  const { db, signal } = context;
  await tx.execute("features/create_staged_sums");
  for (const piece of ratingChunks(ranges, { size: chunk, context })) {
    const changes = db.copyOut("features/copy_changes", piece);
    await tx.copyIn("features/copy_staged_sums", filter("add_up", changes, { signal }));
  }
  await tx.execute("features/analyze_staged_sums");
  signal.throwIfAborted();
  const users = await tx.execute("features/upsert_users");
  const movies = await tx.execute("features/upsert_movies");
  await tx.execute("features/upsert_totals");
  return { users, movies };
}
