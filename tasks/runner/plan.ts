/**
 * What a run is going to do, stage by stage, with the reason: the same function that decides it when the time comes.
 *
 * `plan()` walks the stages, each after those that it needs, over every state that the ledger may have by then, so
 * that a stage is "run" or "skip" only when it is so in all of them, and else "if".
 */
import { inOrder } from "./_graph.ts";
import { checkOrder } from "./_order.ts";
import type { Manifest, Stage } from "./manifest.ts";
import type { ManifestError } from "./manifest_error.ts";
import type { Decision, PlanState } from "./plan_state.ts";
import { checkSelection, isAgain, leftOut, type PlanOptions } from "./selection.ts";
import type { Tasks } from "./task.ts";

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
  let states = [state];
  let fork: string | undefined;
  const found = new Map<string, PlanStage>();
  for (const stage of inOrder(manifest.stages)) {
    const decisions = states.map((state) => decide(stage, { manifest, tasks, state, selection }));
    const { action, reason } = merge(decisions, fork);
    if (decisions.some((decision) => outcomesOf(decision).length > 1)) fork = stage.as;
    states = distinct(
      states.flatMap((state, i) => outcomesOf(decisions[i]).map((out) => ({ ...state, ...out }))),
    );
    const notes = action === "skip" ? [] : lineage.get(stage.as) ?? [];
    const line = { task: stage.task, as: stage.as, action, reason: [reason, ...notes].join("; ") };
    found.set(stage.as, line);
  }
  const stages = manifest.stages.map(({ as }) => found.get(as)!);
  return { stages };
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
export function decide(
  stage: Stage,
  { manifest, tasks, state, selection = {} }: {
    manifest: Manifest;
    tasks: Tasks;
    state: PlanState;
    selection?: PlanOptions;
  },
): Verdict {
  const unasked = leftOut(manifest, stage, selection);
  if (unasked !== undefined) return skip("selection", unasked);
  if (!stage.enabled && selection.only === undefined) return skip("manifest", "disabled in the manifest");
  if (state.run !== null && !isAgain(selection)) {
    const { status, finishedAt, done, skipped } = state.run;
    if (status === "succeeded") {
      return skip("run", `${state.day} is done${finishedAt ? ` since ${clock(finishedAt)}` : ""}`);
    }
    if (Object.hasOwn(done, stage.as)) return skip("run", `done in this run at ${clock(done[stage.as])}`);
    if (Object.hasOwn(skipped, stage.as)) return skip("run", skipped[stage.as]);
  }
  const { task, params } = stage;
  const decision = tasks[task].plan?.(state, { task, params, settings: manifest }) ?? ALWAYS;
  return decision.action === "run" ? decision : skip("plan", decision.reason);
}

/** One line of the plan from what would happen in each state; `fork` is the stage after which they part. */
function merge(
  decisions: readonly Decision[],
  fork: string | undefined,
): Pick<PlanStage, "action" | "reason"> {
  const reasons = (action: Decision["action"]) => {
    return [
      ...new Set(decisions.filter((decision) => decision.action === action).map(({ reason }) => reason)),
    ];
  };
  const run = reasons("run").join("; or ");
  const skipped = reasons("skip").join("; or ");
  const depends = decisions.some(({ reason }) => reason !== decisions[0].reason)
    ? `depends on ${fork}: `
    : "";
  if (run === "" || skipped === "") {
    return { action: decisions[0].action, reason: `${depends}${run}${skipped}` };
  }
  return { action: "if", reason: `${depends}${run}; or skipped: ${skipped}` };
}

function outcomesOf(decision: Decision): readonly Partial<PlanState>[] {
  return decision.action === "run" && decision.outcomes?.length ? decision.outcomes : [{}];
}

function distinct(states: readonly PlanState[]): PlanState[] {
  return [...new Map(states.map((state) => [JSON.stringify(state), state])).values()];
}

const skip = (by: SkippedBy, reason: string): Verdict => ({ action: "skip", by, reason });

/** HH:MM of an ISO time, in UTC as the schedule is. */
const clock = (iso: string) => iso.slice(11, 16);
