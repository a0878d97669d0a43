/**
 * What a run is going to do, stage by stage, with the reason: the same function that decides it when the time comes.
 *
 * `plan()` walks the stages, each after those that it needs, over every state that the ledger may have by then, so
 * that a stage is "run" or "skip" only when it is so in all of them, and else "if".
 */
import { inOrder } from "./_graph.ts";
import { checkOrder } from "./_order.ts";
import { holds, METRIC_TABLES, NOTHING_OPEN, type Open, stagesAskedFor, withSkipped } from "./facts.ts";
import type { Manifest, Stage } from "../manifest/manifest.ts";
import type { ManifestError } from "../manifest/manifest_error.ts";
import type { Decision, PlanState, RunSoFar } from "./plan_state.ts";
import { checkSelection, isAgain, leftOut, type PlanOptions } from "./selection.ts";
import type { Tasks } from "../task.ts";
import type { When } from "../manifest/when.ts";

export type { PlanOptions };

export interface PlanStage {
  task: string;
  /** The stage's name. */
  as: string;
  action: "run" | "skip" | "if";
  reason: string;
}

/** Who leaves a stage out: `run` has done or skipped it before, a `selection` does not ask for it. */
export type SkippedBy = "manifest" | "plan" | "when" | "run" | "selection";

/** A decision, and of a skip who made it. */
export type Verdict =
  | Extract<Decision, { action: "run" }>
  | Extract<Decision, { action: "skip" }> & { by: SkippedBy };

const ALWAYS: Decision = { action: "run", reason: "runs every time" };

/**
 * Plans the run that `state` is about.
 *
 * @throws {UsageError} when `selection` names no stage of the manifest.
 */
export function plan(
  manifest: Manifest,
  tasks: Tasks,
  state: PlanState,
  selection: PlanOptions = {},
): { stages: PlanStage[]; errors?: undefined } | { stages?: undefined; errors: ManifestError[] } {
  checkSelection(manifest, selection);
  const { faults: disorder, lineage } = checkOrder(manifest.stages, { tasks, state });
  const faults = [...disorder, ...refusals(manifest, tasks, state)];
  if (faults.length > 0) {
    return {
      errors: faults.map(({ stage, message, wanted }) => {
        return { file: manifest.file, ...stage.at, message, wanted, next: manifest.next };
      }),
    };
  }
  const found = new Map<string, PlanStage>();
  const asked = stagesAskedFor(manifest);
  let branches: Branch[] = [{ state, open: NOTHING_OPEN }];
  let fork: string | undefined;
  for (const stage of inOrder(manifest.stages)) {
    const forecasts = branches.map(({ state, open }) => {
      return forecast(stage, { manifest, tasks, state, selection }, open);
    });
    const { action, reason } = merge(forecasts, { fork, when: stage.when });
    const ways = branches.map((branch, i) =>
      forecasts[i].flatMap((verdict) => follow(branch, stage, verdict))
    );
    if (ways.some(({ length }) => length > 1)) fork = stage.as;
    branches = distinct(ways.flat());
    const notes = action === "skip" ? [] : lineage.get(stage.as) ?? [];
    const line = { task: stage.task, as: stage.as, action, reason: [reason, ...notes].join("; ") };
    found.set(stage.as, line);
  }
  return { stages: manifest.stages.map(({ as }) => found.get(as)!) };

  /** What `branch` is like once `verdict` has come true of `stage`. */
  function follow({ state, open }: Branch, stage: Stage, verdict: Verdict): Branch[] {
    const { as, task } = stage;
    if (verdict.action === "skip") {
      const isSettled = asked.has(as) && verdict.by !== "run" && verdict.by !== "selection";
      return [{ state: isSettled ? { ...state, facts: withSkipped(state.facts, as) } : state, open }];
    }
    const writesMetrics = METRIC_TABLES.some((table) => tasks[task].writes.includes(table));
    const then: Open = {
      stages: asked.has(as) ? new Set([...open.stages, as]) : open.stages,
      metrics: open.metrics || writesMetrics,
    };
    const outcomes = verdict.outcomes?.length ? verdict.outcomes : [{}];
    return outcomes.map((outcome) => ({ state: { ...state, ...outcome }, open: then }));
  }
}

/** One way in which the day may go. */
interface Branch {
  state: PlanState;
  open: Open;
}

export interface PlanWorld {
  manifest: Manifest;
  tasks: Tasks;
  state: PlanState;
  selection?: PlanOptions;
}

/** Stages that make no sense on this archive, or on the one that the manifest's source is going to make. */
function refusals(manifest: Manifest, tasks: Tasks, state: PlanState) {
  const { source, stages } = manifest;
  const willBeImplicit = state.importsFirst && typeof source !== "string" && source.isImplicit;
  const archive = { ...state, isImplicit: state.isImplicit || willBeImplicit };
  return stages.filter(({ enabled }) => enabled).flatMap((stage) => {
    const { task, params } = stage;
    const refusal = tasks[task].refuse?.(archive, { task, params, settings: manifest });
    return refusal ? [{ stage, ...refusal }] : [];
  });
}

/** Whether `stage` runs now, given what the ledger says now. The runner asks right before the stage would start. */
export function decide(stage: Stage, world: PlanWorld): Verdict {
  return forecast(stage, world, NOTHING_OPEN)[0];
}

/** What happens to `stage`: one verdict, or both where its condition depends on what is open yet. */
function forecast(stage: Stage, world: PlanWorld, open: Open): Verdict[] {
  const { manifest, tasks, state, selection = {} } = world;
  const unasked = leftOut(manifest, stage, selection);
  if (unasked !== undefined) return [skip("selection", unasked)];
  const isNamed = selection.only !== undefined;
  if (!stage.enabled && !isNamed) return [skip("manifest", "disabled in the manifest")];
  if (!isAgain(selection) && state.run !== null) {
    const settled = settledIn(state.run, stage, state.day);
    if (settled !== undefined) return [skip("run", settled)];
  }
  const holding = stage.when === undefined || isNamed || holds(stage.when, state, open);
  const unmet = skip("when", `when ${stage.when?.text} does not hold`);
  if (holding === false) return [unmet];
  const { task, params } = stage;
  const decision = tasks[task].plan?.(state, { task, params, settings: manifest }) ?? ALWAYS;
  const verdict = decision.action === "run" ? decision : skip("plan", decision.reason);
  return holding === null ? [verdict, unmet] : [verdict];
}

/** Why this run leaves `stage` as it is. */
function settledIn({ status, finishedAt, done, skipped }: RunSoFar, { as }: Stage, day: string) {
  if (status === "succeeded") return `${day} is done${finishedAt ? ` since ${clock(finishedAt)}` : ""}`;
  if (Object.hasOwn(done, as)) return `done in this run at ${clock(done[as])}`;
  return Object.hasOwn(skipped, as) ? skipped[as] : undefined;
}

/** One line of the plan from what would happen in each branch; `fork` is the stage after which they part. */
function merge(
  forecasts: readonly Verdict[][],
  { fork, when }: { fork: string | undefined; when?: When },
): Pick<PlanStage, "action" | "reason"> {
  const verdicts = forecasts.flat();
  const isOpen = forecasts.some(({ length }) => length > 1);
  const parts = forecasts.some(([{ reason }]) => reason !== verdicts[0].reason);
  const reasons = (action: Verdict["action"]) => {
    const own = verdicts.filter((verdict) => verdict.action === action);
    return [...new Set(own.map(({ reason }) => reason))];
  };
  const [run, skipped] = [reasons("run"), reasons("skip")];
  const depends = parts ? `depends on ${fork}: ` : "";
  if (run.length === 0 || skipped.length === 0) {
    return { action: verdicts[0].action, reason: depends + [...run, ...skipped].join("; or ") };
  }
  const condition = isOpen ? `when ${when?.text}: ` : "";
  const others = skipped.filter((reason) => !isOpen || reason !== `when ${when?.text} does not hold`);
  const otherwise = others.length > 0 ? `; or skipped: ${others.join("; or ")}` : "";
  return { action: "if", reason: `${depends}${condition}${run.join("; or ")}${otherwise}` };
}

function distinct(branches: readonly Branch[]): Branch[] {
  const keyOf = ({ state, open }: Branch) => JSON.stringify([state, [...open.stages].sort(), open.metrics]);
  return [...new Map(branches.map((branch) => [keyOf(branch), branch])).values()];
}

const skip = (by: SkippedBy, reason: string): Verdict => ({ action: "skip", by, reason });

/** HH:MM of an ISO time, in UTC, whatever the zone of the session that wrote it. */
const clock = (iso: string) => new Date(iso).toISOString().slice(11, 16);
