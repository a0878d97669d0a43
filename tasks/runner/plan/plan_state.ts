/** What a plan may look at, and what it says of a stage. Plain data in, plain data out: no clock, no database. */
import type { Settings } from "../task.ts";
import type { Facts } from "../manifest/when.ts";

/** The ledger, as far as plans depend on it. `run` and `waiting` are about the run that is planned. */
export interface PlanState {
  /** The run's label, YYYY-MM-DD. */
  day: string;
  kind: "bootstrap" | "daily";
  /** Rows that no batch has taken. */
  waiting: { imported: number; live: number; unparsable: number };
  /** The archive is empty, or an import of it stopped half-way: `daily` imports before its first stage. */
  importsFirst?: boolean;
  /** All ratings that were imported are interactions: nobody said how much they liked what. */
  isImplicit?: boolean;
  /** Names of the genres that the archive's movies have. */
  genres?: readonly string[];
  newestBatch: number | null;
  /**
   * The newest batch that each task has finished; for a task that finishes no batches, the newest batch there was
   * when it last succeeded. A task that never succeeded is absent.
   */
  finished: Readonly<Record<string, number>>;
  champion: Version | null;
  /** The versions that wait for their verdict. */
  candidates: readonly Version[];
  /** Day of the run that last trained the champion's model from scratch. */
  retrainedOn: string | null;
  /** The same for every model by its name, and for every model with its settings (see `Version.spec`). */
  trainedOn?: Readonly<Record<string, string>>;
  /**
   * What the runs before measured that `retrain_when` goes by: how far the last retraining surely is ahead of the live
   * model (`gap_rmse`, `gap_ndcg`), and the greatest `psi` that was judged. Absent: not measured.
   */
  signs?: Readonly<Partial<Record<"gap_rmse" | "gap_ndcg" | "psi", number>>>;
  /** People who were erased since the champion's last training from scratch: it learned from them. Absent: nobody. */
  erased?: number;
  /** What the server was last given; `version` is null for lists without a model. */
  published: { version: string | null; batch: number } | null;
  /** The run of this day and kind; null before it starts. */
  run: RunSoFar | null;
  /** What conditions ask for: the stages that this run has settled, and the newest metrics. Absent where none ask. */
  facts?: Pick<Facts, "stages" | "metrics">;
}

export interface Version {
  version: string;
  /** Its model's name in the manifest. */
  model: string;
  /** The model with its settings, as `train` names them; absent in versions of old. */
  spec?: string;
  /** Its settings; absent in plans that need none. */
  config?: unknown;
  /** The newest batch that it was trained on. */
  throughBatch: number;
}

export interface RunSoFar {
  status: "running" | "succeeded" | "failed" | "interrupted";
  /** ISO time. */
  finishedAt: string | null;
  /** ISO time at which each stage that succeeded did so, by stage name. */
  done: Readonly<Record<string, string>>;
  /**
   * Why each stage was skipped that its condition or its task's own plan skipped, by stage name. A resumed run keeps to it: what later
   * stages did since (a champion promoted, say) must not send an earlier one to work on it.
   */
  skipped: Readonly<Record<string, string>>;
  /** The batch that this run has formed. */
  batch: number | null;
}

/** What happens to a stage, and why. */
export type Decision =
  | {
    action: "run";
    reason: string;
    /**
     * What the ledger may say once the stage has succeeded, one entry for each way it can end; without entries it
     * says the same as before. Where the ways lead later stages to different actions, their plan is "if".
     */
    outcomes?: readonly Partial<PlanState>[];
  }
  | { action: "skip"; reason: string };

export interface DecisionOptions<Params> {
  /** The task's own name. */
  task: string;
  params: Params;
  settings: Settings;
}

/** The `plan` of a task that works through every batch which task `after` has finished. */
export function planBatches(
  after: string,
): (state: PlanState, options: Pick<DecisionOptions<unknown>, "task">) => Decision {
  return ({ finished }, { task }) => {
    const ready = finished[after] ?? -1;
    const next = (finished[task] ?? -1) + 1;
    if (ready < next) {
      const found = ready < 0 ? `${after} has finished none` : `batch ${ready} is the newest from ${after}`;
      return { action: "skip", reason: `no batch waits: ${found}` };
    }
    const reason = ready === next ? `batch ${ready} waits` : `batches ${next} to ${ready} wait`;
    return { action: "run", reason, outcomes: [{ finished: { ...finished, [task]: ready } }] };
  };
}
