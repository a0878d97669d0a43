/**
 * Does the graph of the stages make sense for the tables that they read and write?
 *
 * "Above" a stage is what it needs, directly or not. Stages without a way between them may run at once and in any
 * order: they must not touch one table where one of them writes it, so that the order makes no difference.
 */
import type { TableName } from "../../../sql/tables.ts";
import { ancestorsOf } from "./_graph.ts";
import { oneOf } from "../_words.ts";
import { METRIC_TABLES } from "./facts.ts";
import type { Stage } from "../manifest/manifest.ts";
import type { PlanState } from "./plan_state.ts";
import type { Tasks } from "../task.ts";

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

interface Graph {
  stages: readonly Stage[];
  tasks: Tasks;
  above: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Reading what only a stage below writes is a fault, unless an earlier run left it. Tables that no stage writes come
 * from outside (the import) and order nothing.
 */
export function checkOrder(
  stages: readonly Stage[],
  { tasks, state }: { tasks: Tasks; state: Pick<PlanState, "finished"> },
): Order {
  const graph: Graph = { stages, tasks, above: ancestorsOf(stages) };
  const faults: OrderFault[] = [];
  const lineage = new Map<string, string[]>();
  for (const stage of stages.filter(({ enabled }) => enabled)) {
    const clashes = clashesOf(graph, stage);
    faults.push(...clashes);
    const notes: string[] = [];
    for (const { writers, tables } of staleReads(graph, stage)) {
      const note = noteOf(writers, { tables, state });
      if (note !== undefined) notes.push(note);
      else if (clashes.length === 0) faults.push(faultOf(stage, { writer: writers[0], tables }));
    }
    lineage.set(stage.as, notes);
  }
  return { faults, lineage };
}

/** Enabled stages further up in the manifest that may run beside `stage`, and touch a table that must not be shared. */
function clashesOf({ stages, tasks, above }: Graph, stage: Stage): OrderFault[] {
  const before = stages.slice(0, stages.indexOf(stage)).filter((other) =>
    other.enabled && !above.get(stage.as)?.has(other.as) && !above.get(other.as)?.has(stage.as)
  );
  return before.flatMap((other): OrderFault[] => {
    const shared = sharedTables(tasks, [other, stage]);
    if (shared.length === 0) return [];
    const message = `Cannot run "${stage.as}" beside "${other.as}" as one of them writes what both use: ` +
      shared.join(", ");
    return [{ stage, message, wanted: `needs: [${[...stage.needs, other.as].join(", ")}]` }];
  });
}

/** Tables that both stages touch and at least one of them writes. */
function sharedTables(tasks: Tasks, [one, other]: readonly [Stage, Stage]): string[] {
  const [ones, others] = [one, other].map((stage) => new Set(touched(tasks, stage)));
  const written = new Set([one, other].flatMap(({ task }) => tasks[task].writes));
  return [...ones].filter((table) => others.has(table) && written.has(table)).sort();
}

function touched(tasks: Tasks, { task, when }: Stage): TableName[] {
  const { reads, readsPrevious = [], writes } = tasks[task];
  return [...reads, ...readsPrevious, ...writes, ...when?.readsMetrics ? METRIC_TABLES : []];
}

interface StaleRead {
  writers: Stage[];
  tables: string[];
}

/** Tables that the stage reads and no enabled stage above it writes, by the stages that could have written them. */
function staleReads({ stages, tasks, above }: Graph, { as, task }: Stage): StaleRead[] {
  const found = new Map<string, StaleRead>();
  for (const table of tasks[task].reads) {
    const writers = stages.filter((other) => other.task !== task && tasks[other.task].writes.includes(table));
    const isFresh = writers.some((writer) => writer.enabled && above.get(as)?.has(writer.as));
    if (writers.length === 0 || isFresh) continue;
    const key = writers.map(({ as }) => as).join();
    const entry = found.get(key) ?? { writers, tables: [] };
    found.set(key, { ...entry, tables: [...entry.tables, table] });
  }
  return [...found.values()];
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
