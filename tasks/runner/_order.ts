/** Does the manifest's order make sense for the tables that its stages read and write? */
import { oneOf } from "./_words.ts";
import type { Stage } from "./manifest.ts";
import type { PlanState } from "./plan_state.ts";
import type { Tasks } from "./task.ts";

export interface OrderFault {
  stage: Stage;
  message: string;
  wanted: string;
}

export interface Order {
  faults: OrderFault[];
  /** By stage name: what it reads that no stage above it writes in this run. */
  lineage: ReadonlyMap<string, string[]>;
}

/**
 * Reading what only a stage below writes is a fault, unless an earlier run left it. Tables that no stage writes come
 * from outside (the import) and order nothing.
 */
export function checkOrder(
  stages: readonly Stage[],
  { tasks, state }: { tasks: Tasks; state: Pick<PlanState, "finished"> },
): Order {
  const faults: OrderFault[] = [];
  const lineage = new Map<string, string[]>();
  for (const [index, stage] of stages.entries()) {
    if (!stage.enabled) continue;
    const notes: string[] = [];
    for (const [writers, tables] of staleReads(stages, { index, tasks })) {
      const note = noteOf(writers, { tables, state });
      if (note !== undefined) notes.push(note);
      else faults.push(faultOf(stage, { writer: writers[0], tables }));
    }
    lineage.set(stage.as, notes);
  }
  return { faults, lineage };
}

/** Tables that the stage reads and no enabled stage above it writes, by the stages that could have written them. */
function staleReads(
  stages: readonly Stage[],
  { index, tasks }: { index: number; tasks: Tasks },
): Map<Stage[], string[]> {
  const { task } = stages[index];
  const found = new Map<string, { writers: Stage[]; tables: string[] }>();
  for (const table of tasks[task].reads) {
    const writers = stages.filter((other) => other.task !== task && tasks[other.task].writes.includes(table));
    const isFresh = writers.some((writer) => writer.enabled && stages.indexOf(writer) < index);
    if (writers.length === 0 || isFresh) continue;
    const key = writers.map(({ as }) => as).join();
    const entry = found.get(key) ?? { writers, tables: [] };
    found.set(key, { ...entry, tables: [...entry.tables, table] });
  }
  return new Map([...found.values()].map(({ writers, tables }) => [writers, tables]));
}

/** How old the tables are that the stage is going to read; undefined when a stage below would only just write them. */
function noteOf(
  writers: readonly Stage[],
  { tables, state }: { tables: readonly string[]; state: Pick<PlanState, "finished"> },
): string | undefined {
  const finished = new Map(Object.entries(state.finished));
  const batches = writers.map(({ task }) => finished.get(task)).filter((batch) => batch !== undefined);
  const listed = tables.join(", ");
  if (batches.length > 0) return `reads ${listed} as of batch ${Math.max(...batches)}`;
  if (writers.every(({ enabled }) => enabled)) return undefined;
  return `reads ${listed}, not written yet: ${oneOf(writers.map(({ as }) => as))} is disabled`;
}

function faultOf(stage: Stage, { writer, tables }: { writer: Stage; tables: readonly string[] }): OrderFault {
  return {
    stage,
    message: `Cannot run "${stage.as}" above "${writer.as}" as it reads ${tables.join(", ")}`,
    wanted: `"${stage.as}" below "${writer.as}" (line ${writer.at.line}), or an earlier run that wrote it`,
  };
}
