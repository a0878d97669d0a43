/** The ledger of runs and stage attempts, as the runner keeps it: every write is one statement under `sql/queries/ops/`. */
import type { Db } from "../../../sql/db.ts";
import type { Row } from "../../../sql/tables.ts";
import type { Batch, StageResult } from "../task.ts";
import type { RunGraph } from "./graph.ts";

/** `partial`: some stages only, for a slot of a schedule or a request. */
export type RunKind = Batch["kind"] | "partial";
export type Outcome = "succeeded" | "failed" | "interrupted" | "skipped";
export type RunOutcome = Exclude<Outcome, "skipped">;

/** Rows with the values that the tables' check constraints allow. */
export type Run = Row<"ops_db.runs"> & { kind: RunKind; status: RunOutcome | "running" };
/** A run of a whole day, or the bootstrap. */
export type DayRun = Run & { kind: Batch["kind"] };
export type StageRun = Row<"ops_db.stage_runs"> & { status: Outcome | "running"; outputs: StageResult };

/** The manifest that a run works by, kept with it. */
export interface ManifestText {
  text: string;
  hash: string;
  /** Absent: nobody will draw it. */
  graph?: RunGraph;
}

export interface NewRun {
  day: string;
  kind: RunKind;
  /** What a partial run is for. */
  slot?: string;
  seed: number;
  manifest: ManifestText;
}

/** Opens the run of `day`; its row says from now on that this process works on it. */
export async function openRun(db: Db, { day, kind, slot, seed, manifest }: NewRun): Promise<Run> {
  const { hash, text, graph } = manifest;
  const place = [Deno.pid, Deno.hostname()];
  const params = [day, kind, hash, text, seed, ...place, slot ?? null, graphText(graph)];
  return await one<Run>(db, "ops/insert_run", params);
}

/** Takes an unfinished run up again. */
export async function reopenRun(db: Db, run: Run, manifest: ManifestText): Promise<Run> {
  const { hash, text, graph } = manifest;
  const params = [run.run_id, hash, text, Deno.pid, Deno.hostname(), graphText(graph)];
  return await one<Run>(db, "ops/reopen_run", params);
}

const graphText = (graph?: RunGraph) => graph === undefined ? null : JSON.stringify(graph);

export async function closeRun(db: Db, run: Run, status: RunOutcome): Promise<Run> {
  return await one<Run>(db, "ops/finish_run", [run.run_id, status]);
}

/** The newest run of a whole day. */
export async function latestRun(db: Db): Promise<DayRun | undefined> {
  return await db.row<DayRun>("ops/latest_run");
}

/** The partial run for `slot`, if it was opened. */
export async function runOfSlot(db: Db, slot: string): Promise<Run | undefined> {
  return await db.row<Run>("ops/run_of_slot", [slot]);
}

/** The newest label that has a daily run, if one has. */
export async function newestDay(db: Db): Promise<string | null> {
  return (await db.row<{ day: string | null }>("ops/newest_day"))?.day ?? null;
}

/** The newest attempt of each stage of `run`. */
export async function stageRuns(db: Db, run: Pick<Run, "run_id">): Promise<StageRun[]> {
  return await db.rows<StageRun>("ops/stage_runs_of_run", [run.run_id]);
}

export async function openStageRun(db: Db, run: Run, stage: { as: string; task: string }): Promise<StageRun> {
  return await one<StageRun>(db, "ops/insert_stage_run", [run.run_id, stage.as, stage.task]);
}

/** Notes that a stage is skipped; undefined when its newest attempt says so already. */
export async function skipStageRun(
  db: Db,
  run: Run,
  { stage, ...outputs }: { stage: { as: string; task: string }; reason: string; skipped_by: string },
): Promise<StageRun | undefined> {
  const params = [run.run_id, stage.as, stage.task, JSON.stringify(outputs)];
  return await db.row<StageRun>("ops/insert_skip", params);
}

export async function closeStageRun(
  db: Db,
  attempt: StageRun,
  { status, result = {}, error = null }: { status: Outcome; result?: StageResult; error?: string | null },
): Promise<StageRun> {
  const { rowsIn = null, rowsOut = null, ...outputs } = result;
  const params = [attempt.stage_run_id, status, rowsIn, rowsOut, JSON.stringify(outputs), error];
  return await one<StageRun>(db, "ops/finish_stage_run", params);
}

/** The session lock that whoever works on a run holds. */
export const RUN_LOCK = "matinee run";

export interface Holder {
  holder: string;
  since: Date;
  day: string | null;
}

/** Who works on a run now; undefined: nobody does, and what the journal calls running was left by a dead process. */
export async function readHolder(db: Db): Promise<Holder | undefined> {
  return await db.row<Holder>("ops/lock_holder", [RUN_LOCK]);
}

/**
 * Closes what a killed process left open. Call it under the run lock only: whoever wrote `running` is gone then.
 *
 * @returns how many attempts were cut off.
 */
export async function recoverJournal(db: Db): Promise<number> {
  const attempts = await db.execute("ops/interrupt_stage_runs");
  await db.execute("ops/interrupt_runs");
  return attempts;
}

async function one<Found extends object>(
  db: Db,
  query: string,
  params: (string | number | null)[],
): Promise<Found> {
  const row = await db.row<Found>(query, params);
  if (row === undefined) throw new Error(`Cannot write ledger as "${query}" should return a row: found none`);
  return row;
}
