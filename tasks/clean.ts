/** Types and validates each batch: a raw row becomes a row of the lake, or a reject that keeps its reason. */
import { join } from "node:path";
import { z } from "zod";
import { AHEAD_MS, EARLIEST_MS } from "../models/soundness.ts";
import type { Db } from "../sql/db.ts";
import type { Row } from "../sql/tables.ts";
import { finishBatches, type Range, rangesOf, ratingChunks } from "./_batches.ts";
import { filter } from "./polars/filter.ts";
import { soundRows } from "./polars/sound_rows.ts";
import { planBatches } from "./runner/plan/plan_state.ts";
import { type Batch, type StageResult, task, type TaskContext } from "./runner/task.ts";

/** Of the first batch, whose rows stream through Polars: small blocks keep all processes busy. */
const MOST_ROWS_A_BLOCK = 65_536;

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
      const work = { batch, ranges: await rangesOf(tx, batch), chunk };
      const lake = await tx.row<{ is_empty: boolean }>("clean/lake_is_empty");
      const isFirst = batch.kind === "bootstrap" && lake?.is_empty;
      const rowsOut = isFirst ? await loadRatings(tx, context, work) : await addRatings(tx, context, work);
      const rejects = await writeRejects(tx, work, rowsOut);
      const late = await markLate(tx, batch, context);
      return { rowsIn: batch.nRatings, rowsOut, rejects, late };
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

interface Work {
  batch: Batch;
  ranges: readonly Range[];
  chunk: number;
}

/** Raw rows → Polars → staged_ratings, each with what is wrong with it; repeats are marked in SQL; the rest → lake. */
async function addRatings(tx: Db, context: TaskContext, { batch, ranges, chunk }: Work): Promise<number> {
  const { db, signal } = context;
  const { earliest, latest, checks } = rulesOf(context);
  const args = [earliest, latest, JSON.stringify(checks)];
  await tx.execute("clean/create_staged_ratings");
  for (const piece of ratingChunks(ranges, { size: chunk, context })) {
    const raw = db.copyOut("clean/copy_raw", piece);
    await tx.copyIn("clean/copy_staged_ratings", filter("validate", raw, { args, signal }));
  }
  await markRepeats(tx, context);
  return await tx.execute("clean/insert_ratings", [batch.id]);
}

/**
 * The same for the first batch, which may be 32 million: what is sound goes straight into a new table, which is indexed
 * in one go and then takes the empty one's place. Only rejects, and ratings of a user who rated that movie twice, are
 * staged, and then they go the ordinary way.
 */
async function loadRatings(tx: Db, context: TaskContext, work: Work): Promise<number> {
  const { signal } = context;
  await tx.execute("clean/create_staged_ratings");
  await tx.execute("clean/create_loaded_ratings");
  await tx.row("clean/sort_in_memory");
  let loaded = await copySoundRatings(tx, context, work);
  for (const step of ["clean/analyze_loaded_ratings", "clean/index_loaded_pairs"]) {
    signal.throwIfAborted();
    await tx.execute(step);
  }
  loaded -= await tx.execute("clean/stage_repeats");
  await markRepeats(tx, context);
  loaded += await tx.execute("clean/insert_loaded_ratings", [work.batch.id]);
  await tx.execute("clean/index_loaded_ids");
  signal.throwIfAborted();
  await tx.row("clean/replace_ratings");
  return loaded;
}

/** Raw rows → Polars → loaded_ratings, the refused ones → staged_ratings; returns how many are sound. */
async function copySoundRatings(
  tx: Db,
  context: TaskContext,
  { batch, ranges, chunk }: Work,
): Promise<number> {
  const { db, log, scratch, signal } = context;
  const lanes = ranges.filter(({ lane }) => lane !== "unparsable");
  const total = lanes.reduce((sum, { n_rows }) => sum + n_rows, 0);
  const movies = (await tx.rows<Row<"data_lake_db.movies">>("lake/movies")).map(({ movie_id }) => movie_id);
  const path = join(scratch, "rejects.csv");
  let [done, loaded] = [0, 0];
  for (const { lane, first_id, last_id } of lanes) {
    using rejects = await Deno.create(path);
    const args = { ...rulesOf(context), batch: batch.id, lane, block: Math.min(chunk, MOST_ROWS_A_BLOCK) };
    const sound = soundRows(db.copyOut("clean/copy_raw_rows", { lane, first_id, last_id }), {
      movies,
      args,
      signal,
      async refuse(csv) {
        for (let at = 0; at < csv.length;) at += await rejects.write(csv.subarray(at));
      },
      judged(rows, accepted) {
        loaded += accepted;
        log.progress(done += rows, total, "ratings");
      },
    });
    await tx.copyIn("clean/copy_loaded_ratings", sound);
    await rejects.seek(0, Deno.SeekMode.Start);
    await tx.copyIn("clean/copy_staged_ratings", rejects.readable);
  }
  return loaded;
}

function rulesOf({ run, rowChecks }: TaskContext) {
  const [earliest, latest] = [EARLIEST_MS, run.startedAt.getTime() + AHEAD_MS].map((ms) => ms * 1000);
  return { earliest, latest, checks: rowChecks };
}

async function markRepeats(tx: Db, { signal }: TaskContext): Promise<void> {
  await tx.execute("clean/analyze_staged_ratings");
  await tx.execute("clean/mark_repeats");
  signal.throwIfAborted();
}

/** Rejects of the staged ratings and of the unparsable lines. @throws when a raw row is neither here nor in the lake. */
async function writeRejects(tx: Db, { batch, ranges }: Work, rowsOut: number): Promise<number> {
  let rejects = await tx.execute("clean/insert_rejects", [batch.id]);
  for (const { lane, first_id, last_id } of ranges) {
    if (lane !== "unparsable") continue;
    rejects += await tx.execute("clean/insert_unparsable", [batch.id, first_id, last_id]);
  }
  if (rowsOut + rejects === batch.nRatings) return rejects;
  throw new Error(
    `Cannot clean batch ${batch.id} as it took ${batch.nRatings} raw rows: ` +
      `found ${rowsOut + rejects} (${rowsOut} accepted, ${rejects} refused). Next: deno task status`,
  );
}

/** Notes in the ledger from which time on ratings of the batch are late; returns how many there are. */
async function markLate(tx: Db, batch: Batch, { run }: TaskContext): Promise<number> {
  const lanes = await tx.rows<{ n_late: number }>("clean/mark_late", [batch.id, run.startedAt]);
  return lanes.reduce((sum, { n_late }) => sum + n_late, 0);
}
