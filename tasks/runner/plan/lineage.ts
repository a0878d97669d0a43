/** Lineage of a planned run: what each stage reads, who wrote that and when, and what it writes. */
import type { TableName } from "../../../sql/tables.ts";
import { ancestorsOf } from "./_graph.ts";
import { oneOf } from "../_words.ts";
import type { Manifest, Stage } from "../manifest/manifest.ts";
import type { PlanStage } from "./plan.ts";
import type { PlanState } from "./plan_state.ts";
import type { Tasks } from "../task.ts";

export interface TableRead {
  table: TableName;
  /** Stages of this run that write it before: "if" ones may leave it as it was. */
  written_by: { stage: string; action: "run" | "if" }[];
  /** Stages that could have written it in an earlier run; none: it comes from outside, by the import or the server. */
  left_by: string[];
  /** The newest batch that these have finished; null: none. */
  as_of_batch: number | null;
}

export interface StageLineage {
  stage: string;
  needs: string[];
  reads: TableRead[];
  writes: TableName[];
}

/** What the stages of a plan read and write; those that it skips do neither. */
export function lineageOf(
  { stages }: Pick<Manifest, "stages">,
  { tasks, state, planned }: { tasks: Tasks; state: PlanState; planned: readonly PlanStage[] },
): StageLineage[] {
  const above = ancestorsOf(stages);
  const actions = new Map(planned.map(({ as, action }) => [as, action]));
  return stages.filter(({ as }) => actions.get(as) !== "skip").map(({ as, task, needs }) => {
    const { reads, readsPrevious = [], writes } = tasks[task];
    const tables = [...new Set([...reads, ...readsPrevious])];
    return {
      stage: as,
      needs: [...needs],
      reads: tables.map((table) => readOf(table, { stages, tasks, state, actions, above: above.get(as)! })),
      writes: [...writes],
    };
  });
}

interface World {
  stages: readonly Stage[];
  tasks: Tasks;
  state: PlanState;
  actions: ReadonlyMap<string, PlanStage["action"]>;
  above: ReadonlySet<string>;
}

function readOf(table: TableName, { stages, tasks, state, actions, above }: World): TableRead {
  const writers = stages.filter(({ task }) => tasks[task].writes.includes(table));
  const now = writers.filter(({ as }) => above.has(as)).flatMap(({ as: stage }) => {
    const action = actions.get(stage);
    return action === "run" || action === "if" ? [{ stage, action }] : [];
  });
  const finished = new Map(Object.entries(state.finished));
  const batches = writers.map(({ task }) => finished.get(task)).filter((batch) => batch !== undefined);
  return {
    table,
    written_by: now,
    left_by: writers.map(({ as }) => as),
    as_of_batch: batches.length > 0 ? Math.max(...batches) : null,
  };
}

/** Whether the stage reads the table as this run does not write it before. */
export function isFromBefore({ written_by, left_by }: TableRead): boolean {
  return left_by.length > 0 && written_by.every(({ action }) => action === "if");
}

/** One line a table: stage, how it is used, table, of what. */
export function lineageRows(lineage: readonly StageLineage[]): string[][] {
  return lineage.flatMap(({ stage, reads, writes }) => [
    ...reads.map((read) => [stage, "reads", read.table, sourceOf(read)]),
    ...writes.map((table) => [stage, "writes", table, ""]),
  ]);
}

function sourceOf(read: TableRead): string {
  const { written_by, left_by, as_of_batch } = read;
  if (left_by.length === 0) return "from outside";
  const before = as_of_batch === null ? "not written yet" : `as of batch ${as_of_batch}`;
  if (written_by.length === 0) return `${before}, by ${oneOf(left_by)}`;
  const now = `of this run, by ${written_by.map(({ stage }) => stage).join(" and ")}`;
  return isFromBefore(read) ? `${now}, if that runs; else ${before}` : now;
}
