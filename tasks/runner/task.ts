/** What a task is: the one contract between the runner and the modules under `tasks/`. */
import type { z } from "zod";
import type { ServingOptions } from "../../models/snapshot/serving_settings.ts";
import type { Db, Pool } from "../../sql/db.ts";
import type { TableName } from "../../sql/tables.ts";
import type { RowCheck } from "./checks/check.ts";
import type { Decision, DecisionOptions, PlanState } from "./plan/plan_state.ts";

/** A batch: the raw rows that one run took. Arrival order of ratings is (batch id, lane, rating_id). */
export interface Batch {
  id: number;
  kind: "bootstrap" | "daily";
  /** Raw rows taken: ratings of both lanes and unparsable lines. */
  nRatings: number;
}

/** What came of a stage. The runner stores it; keys beside the row counts are the stage's outputs. */
export interface StageResult {
  rowsIn?: number;
  rowsOut?: number;
  [output: string]: number | string | boolean | null | undefined;
}

/** Everything a task may know of the world: no clock, no environment, no `Math.random`. */
export interface TaskContext {
  /** The run's label, YYYY-MM-DD. */
  readonly day: string;
  readonly run: { id: number; kind: "bootstrap" | "daily"; startedAt: Date };
  readonly db: Pool;
  /** Folder that keeps model artifacts and snapshots; exists. */
  readonly artifacts: string;
  /** Folder for what this attempt leaves behind; emptied when the stage ends. */
  readonly scratch: string;
  readonly log: Log;
  /** Manifest values that more than one stage needs. */
  readonly settings: Settings;
  /** Integer that seeds all randomness: from (manifest seed, day, run kind, stage), never from the attempt. */
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Milliseconds on a clock that only goes forward: how long things take, never what becomes of them. */
  elapsed(): number;
  /** Batches that task `after` has finished and this task has not, oldest first. */
  pendingBatches(after: string): Promise<Batch[]>;
  /** Checks of the manifest that set rows aside; `clean` refuses the rows that break one. */
  readonly rowChecks: readonly RowCheck[];
  /**
   * Marks `batch` as finished by this task, once the manifest's checks of the stage hold; call it last in the
   * transaction that writes the batch's rows.
   */
  finishBatch(tx: Db, batch: Batch): Promise<void>;
}

export interface Settings {
  /** The manifest's seed: fixes hold-outs as well. */
  seed: number;
  /** Ratings a day takes from the import lane, and its ceiling as a share of the archive. */
  batch: { size: number; atMost: number };
  bootstrap: { ratings: number; atMost: number };
  /** Batches whose hashed 10 % is held out of training. */
  holdoutDays: number;
  /** What the server makes of the models. */
  serving: ServingOptions;
}

export interface Log {
  /** Something the run's summary must repeat. */
  warn(message: string): void;
  /** A detail, shown with --verbose. */
  detail(message: string): void;
  /** Long work: how far it is. The runner turns it into a rate and an ETA. */
  progress(done: number, total: number, unit: string): void;
}

export interface Task<Params> {
  /** Parameters as the manifest may set them; unknown keys are errors there. */
  params: z.ZodType<Params>;
  reads: readonly TableName[];
  writes: readonly TableName[];
  /** Read as an earlier run left them (champion, history): never orders stages. */
  readsPrevious?: readonly TableName[];
  /**
   * Says from the ledger alone whether the stage has work. `deno task plan` calls it, and so does the runner right
   * before the stage: what the plan prints is what then happens. A task without it runs whenever its turn comes.
   */
  plan?(state: PlanState, options: DecisionOptions<Params>): Decision;
  /**
   * Says what makes the stage senseless on this archive, whatever waits for it; null: nothing. It is an error of the
   * plan, before the first stage runs.
   */
  refuse?(state: PlanState, options: DecisionOptions<Params>): { message: string; wanted: string } | null;
  run(context: TaskContext, params: Params): Promise<StageResult>;
}

/** Every task by its name, which is its path under `tasks/`. */
export type Tasks = Readonly<Record<string, Task<unknown>>>;

/** Types a task by its own parameter schema. */
export function task<Params>(definition: Task<Params>): Task<Params> {
  return definition;
}
