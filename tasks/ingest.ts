/** Drains the inbox into the archive's live lane and forms the run's batch: a closed id range per lane. */
import { z } from "zod";
import type { Db } from "../sql/db.ts";
import type { Row } from "../sql/tables.ts";
import type { Decision, PlanState } from "./runner/plan/plan_state.ts";
import { type Batch, type StageResult, task, type TaskContext } from "./runner/task.ts";

type BatchRow = Pick<Row<"ops_db.batches">, "batch_id" | "kind" | "n_ratings">;
type Range = Pick<Row<"ops_db.batch_ranges">, "lane" | "first_id" | "last_id" | "n_rows">;
type Source = Pick<Row<"raw_db.sources">, "name" | "n_copied" | "n_rows">;

export default task({
  params: z.strictObject({}),
  reads: ["raw_db.inbox", "raw_db.ratings", "raw_db.sources", "raw_db.unparsable"],
  writes: ["raw_db.inbox", "raw_db.ratings", "ops_db.batches", "ops_db.batch_ranges"],

  plan: planIngestion,

  async run(context): Promise<StageResult> {
    return await context.db.transaction(async (tx) => {
      await tx.row("ingest/lock");
      const formed = await tx.row<BatchRow>("ingest/batch_of_run", [context.run.id]);
      if (formed) return outputs(formed, await tx.rows<Range>("ops/ranges_of_batch", [formed.batch_id]));

      await refuseUnfinishedSource(tx, context);
      // The bootstrap takes no live rating: until a day does, they wait where plans count them.
      const drained = context.run.kind === "daily" ? await tx.execute("ingest/drain_inbox") : 0;
      if (drained > 0) context.log.detail(`${drained} live ratings drained from the inbox`);
      context.signal.throwIfAborted();

      const ranges = await nextRanges(tx, context);
      if (ranges.length === 0) return { rowsIn: 0, rowsOut: 0, batch: null };
      return outputs(await formBatch(tx, context, ranges), ranges);
    });
  },
});

function planIngestion({ kind, waiting, newestBatch, finished, run, importsFirst }: PlanState): Decision {
  if (run?.batch != null) return { action: "skip", reason: `this run has formed batch ${run.batch}` };
  const lanes = kind === "bootstrap" ? { imported: waiting.imported } : waiting;
  const waits = Object.entries(lanes).filter(([, rows]) => rows > 0).map(([lane, rows]) => `${rows} ${lane}`);
  if (waits.length === 0 && !importsFirst) return { action: "skip", reason: "no rating waits" };
  const batch = (newestBatch ?? -1) + 1;
  const formed = { newestBatch: batch, finished: { ...finished, ingest: batch } };
  const what = importsFirst ? "what is imported first" : `${waits.join(", ")} wait`;
  return { action: "run", reason: `forms batch ${batch}: ${what}`, outcomes: [formed] };
}

/** A bootstrap from part of an archive would stay wrong for good; a daily run only waits with those rows. */
async function refuseUnfinishedSource(tx: Db, { run, log }: TaskContext): Promise<void> {
  const source = await tx.row<Source>("ingest/unfinished_source");
  if (!source) return;
  const found = `found ${source.n_copied} of ${source.n_rows} ratings of "${source.name}"`;
  if (run.kind === "bootstrap") {
    throw new Error(
      `Cannot form the bootstrap batch as the archive must be imported whole: ${found}. Next: deno task import`,
    );
  }
  log.warn(`Imported ratings wait until their file is in: ${found}. Next: deno task import`);
}

/** What this run takes: the bootstrap only the archive's head, a day also all that came in live. */
async function nextRanges(tx: Db, { run, settings }: TaskContext): Promise<Range[]> {
  const limit = run.kind === "bootstrap"
    ? { ratings: settings.bootstrap.ratings, atMost: settings.bootstrap.atMost }
    : { ratings: settings.batch.size, atMost: settings.batch.atMost };
  const next = async (lane: string, query: string, params: (string | number)[] = []): Promise<Range[]> =>
    (await tx.rows<Omit<Range, "lane">>(query, params)).map((range) => ({ lane, ...range }));
  const imported = await next("import", "ingest/next_import_range", [limit.ratings, limit.atMost]);
  if (run.kind === "bootstrap") return imported;
  return [
    ...imported,
    ...await next("live", "ingest/next_live_range"),
    ...await next("unparsable", "ingest/next_unparsable_range"),
  ];
}

async function formBatch(tx: Db, context: TaskContext, ranges: readonly Range[]): Promise<BatchRow> {
  const { run } = context;
  const rows = ranges.reduce((sum, { n_rows }) => sum + n_rows, 0);
  const row = await tx.row<BatchRow>("ingest/insert_batch", [run.id, run.kind, rows]);
  if (!row) throw new Error(`Cannot form a batch of ${rows} rows as PostgreSQL returned none`);
  for (const { lane, first_id, last_id, n_rows } of ranges) {
    await tx.execute("ingest/insert_range", [row.batch_id, lane, first_id, last_id, n_rows]);
  }
  const batch: Batch = { id: row.batch_id, kind: run.kind, nRatings: rows };
  await context.finishBatch(tx, batch);
  return row;
}

function outputs({ batch_id, n_ratings }: BatchRow, ranges: readonly Range[]): StageResult {
  const lanes = Object.fromEntries(ranges.map(({ lane, n_rows }) => [lane, n_rows]));
  return { rowsIn: n_ratings, rowsOut: n_ratings, batch: batch_id, ...lanes };
}
