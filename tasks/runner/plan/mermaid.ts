/** A plan as a Mermaid flowchart: an edge for each need, a dashed one for each table that is read from an earlier run. */
import { isFromBefore, type StageLineage, type TableRead } from "./lineage.ts";
import type { Stage } from "../manifest/manifest.ts";
import type { PlanStage } from "./plan.ts";

const CLASSES = {
  skip: "stroke-dasharray: 4 4, opacity: 0.6",
  if: "stroke-dasharray: 4 4",
} as const;

/** The chart's text. Nodes are named by their place, so that no stage's name can be taken for a word of the language. */
export function mermaid(
  stages: readonly Stage[],
  { planned, lineage }: { planned: readonly PlanStage[]; lineage: readonly StageLineage[] },
): string {
  const ids = new Map(stages.map(({ as }, i) => [as, `s${i}`]));
  const nodes = planned.map(({ as, action }) => {
    return `  ${ids.get(as)}["${escape(action === "run" ? as : `${as} (${action})`)}"]`;
  });
  const needs = stages.flatMap(({ as, needs }) =>
    needs.map((name) => `  ${ids.get(name)} --> ${ids.get(as)}`)
  );
  const before = lineage.flatMap(({ stage, reads }) =>
    [...byWriter(reads.filter(isFromBefore))].filter(([writer]) => writer !== stage).map(([writer, tables]) =>
      `  ${ids.get(writer)} -.->|"${escape(tables.join("<br/>"))}"| ${ids.get(stage)}`
    )
  );
  const classes = Object.entries(CLASSES).flatMap(([action, style]) => {
    const named = planned.filter((stage) => stage.action === action).map(({ as }) => ids.get(as));
    return named.length > 0
      ? [`  classDef ${action}_stage ${style}`, `  class ${named.join(",")} ${action}_stage`]
      : [];
  });
  return ["flowchart TD", ...nodes, ...needs, ...before, ...classes].join("\n") + "\n";
}

function byWriter(reads: readonly TableRead[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { table, left_by, as_of_batch } of reads) {
    const [writer] = left_by;
    const label = as_of_batch === null ? table : `${table}, batch ${as_of_batch}`;
    found.set(writer, [...found.get(writer) ?? [], label]);
  }
  return found;
}

/** Mermaid's own entities; <br/> stays a line break. */
function escape(text: string): string {
  return text.replaceAll("#", "#35;").replaceAll('"', "#quot;");
}
