/** What conditions are decided by: the stages that the run has settled so far, and the newest metrics. */
import type { Db } from "../../../sql/db.ts";
import { type Run, stageRuns } from "../run/journal.ts";
import type { Manifest, Stage } from "../manifest/manifest.ts";
import type { PlanState } from "./plan_state.ts";
import type { KnownFacts, StageFacts, When } from "../manifest/when.ts";

type PlanFacts = NonNullable<PlanState["facts"]>;

/** Tables that hold the metrics which a condition can name. */
export const METRIC_TABLES = ["ops_db.metric_history", "ops_db.model_metrics"] as const;

/** To a condition, all that did not run in a run is skipped. */
const SKIPPED: StageFacts = { status: "skipped" };

/** The facts as of now; undefined where no condition asks for any. */
export async function readFacts(
  db: Db,
  { stages, run }: { stages: readonly Stage[]; run?: Pick<Run, "run_id"> },
): Promise<PlanFacts | undefined> {
  if (stages.every(({ when }) => when === undefined)) return undefined;
  const attempts = run === undefined ? [] : await stageRuns(db, run);
  const settled = attempts.flatMap(
    ({ stage, status, outputs, rows_in, rows_out }): [string, StageFacts][] => {
      if (status === "skipped") return [[stage, SKIPPED]];
      return status === "succeeded" ? [[stage, { ...outputs, rows_in, rows_out, status }]] : [];
    },
  );
  const metrics = stages.some(({ when }) => when?.readsMetrics)
    ? await db.rows<{ metric: string; value: number }>("ops/newest_metrics")
    : [];
  return {
    stages: Object.fromEntries(settled),
    metrics: Object.fromEntries(metrics.map(({ metric, value }) => [metric, value])),
  };
}

/** What may still change before a stage starts. */
export interface Open {
  /** Stages that run before it. */
  stages: ReadonlySet<string>;
  /** Whether one of them writes metrics. */
  metrics: boolean;
}

export const NOTHING_OPEN: Open = { stages: new Set(), metrics: false };

/** Whether `when` holds; null while that depends on what is open. */
export function holds(when: When, { day, facts }: PlanState, open: Open): boolean | null {
  const { stages, metrics } = facts ?? { stages: {}, metrics: {} };
  const asked = when.stages.filter((name) => !open.stages.has(name));
  const known: KnownFacts = {
    day,
    stages: Object.fromEntries(asked.map((name) => [name, stages[name] ?? SKIPPED])),
    ahead: open.stages,
    ...!open.metrics && { metrics },
  };
  return when.foresee(known);
}

/** `facts` once the plan, a condition or the manifest has left out `stage`. */
export function withSkipped(facts: PlanFacts | undefined, stage: string): PlanFacts | undefined {
  return facts && { ...facts, stages: { ...facts.stages, [stage]: SKIPPED } };
}

/** The stages that some condition asks about. */
export function stagesAskedFor({ stages }: Manifest): ReadonlySet<string> {
  return new Set(stages.flatMap(({ when }) => when?.stages ?? []));
}
