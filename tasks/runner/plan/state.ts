/** The ledger's answer to what a plan asks: `PlanState`, read in one statement. */
import type { Db } from "../../../sql/db.ts";
import type { DueRun } from "../due.ts";
import type { Run } from "../run/journal.ts";
import { readFacts } from "./facts.ts";
import type { Stage } from "../manifest/manifest.ts";
import type { PlanState, Version } from "./plan_state.ts";

interface Found {
  imported: number;
  live: number;
  unparsable: number;
  is_implicit: boolean;
  genres: string[];
  newest_batch: number | null;
  finished: Record<string, number>;
  champion: Version | null;
  candidates: Version[];
  retrained_on: string | null;
  trained_on: Record<string, string>;
  signs: PlanState["signs"];
  erased: number;
  published: PlanState["published"];
  done: Record<string, string>;
  skipped: Record<string, string>;
  batch: number | null;
}

/** The state that the plan of `due` depends on, as of now; with what the conditions of `stages` ask for. */
export async function readPlanState(
  db: Db,
  { day, kind, unfinished: run }: Pick<DueRun, "day" | "kind"> & {
    unfinished?: Pick<Run, "run_id" | "status" | "finished_at">;
  },
  { stages = [] }: { stages?: readonly Stage[] } = {},
): Promise<PlanState> {
  const found = await db.row<Found>("ops/plan_state", [run?.run_id ?? null]);
  if (found === undefined) throw new Error("Cannot plan as the ledger gave no state: wanted one row");
  const {
    imported,
    live,
    unparsable,
    is_implicit,
    newest_batch,
    retrained_on,
    trained_on,
    done,
    skipped,
    batch,
    ...rest
  } = found;
  const facts = await readFacts(db, { stages, run });
  return {
    ...rest,
    ...facts && { facts },
    day,
    // A partial run takes what a day takes.
    kind: kind === "partial" ? "daily" : kind,
    waiting: { imported, live, unparsable },
    isImplicit: is_implicit,
    newestBatch: newest_batch,
    retrainedOn: retrained_on,
    trainedOn: trained_on,
    run: run === undefined ? null : {
      status: run.status,
      finishedAt: run.finished_at?.toISOString() ?? null,
      done,
      skipped,
      batch,
    },
  };
}
