/**
 * What a run is going to do, stage by stage, with the reason: the same function that decides it when the time comes.
 *
 * `plan()` walks the stages from top to bottom over every state that the ledger may have by then, so that a stage
 * is "run" or "skip" only when it is so in all of them, and else "if".
 */
import { nearest } from "./_nearest.ts";
import { checkOrder } from "./_order.ts";
import { oneOf } from "./_words.ts";
import { UsageError } from "./errors.ts";
import type { Manifest, Stage } from "./manifest.ts";
import type { ManifestError } from "./manifest_error.ts";
import type { Decision, PlanState } from "./plan_state.ts";
import type { Tasks } from "./task.ts";

export interface PlanStage {
  task: string;
  /** The stage's name. */
  as: string;
  action: "run" | "skip" | "if";
  reason: string;
}

const ALWAYS: Decision = { action: "run", reason: "runs every time" };

/** Stages that a person asked for by name. */
export interface PlanOptions {
  /** This stage and all below it, done or not. */
  from?: string;
  /** This stage alone, done, disabled or not. */
  only?: string;
}

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
  const { faults, lineage } = checkOrder(manifest.stages, { tasks, state });
  if (faults.length > 0) {
    return {
      errors: faults.map(({ stage, message, wanted }) => {
        return { file: manifest.file, ...stage.at, message, wanted, next: "deno task plan" };
      }),
    };
  }
  let states = [state];
  let fork: string | undefined;
  const stages = manifest.stages.map((stage): PlanStage => {
    const decisions = states.map((state) => decide(stage, { manifest, tasks, state, selection }));
    const { action, reason } = merge(decisions, fork);
    if (decisions.some((decision) => outcomesOf(decision).length > 1)) fork = stage.as;
    states = distinct(
      states.flatMap((state, i) => outcomesOf(decisions[i]).map((out) => ({ ...state, ...out }))),
    );
    const notes = action === "skip" ? [] : lineage.get(stage.as) ?? [];
    return { task: stage.task, as: stage.as, action, reason: [reason, ...notes].join("; ") };
  });
  return { stages };
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
): Decision {
  const { from, only } = selection;
  const isAskedFor = from !== undefined || only !== undefined;
  const names = manifest.stages.map(({ as }) => as);
  if (only !== undefined && only !== stage.as) return skip(`not asked for (--only ${only})`);
  if (from !== undefined && names.indexOf(stage.as) < names.indexOf(from)) {
    return skip(`not asked for (--from ${from})`);
  }
  if (!stage.enabled && only === undefined) return skip("disabled in the manifest");
  if (state.run !== null && !isAskedFor) {
    const { status, finishedAt, done, skipped } = state.run;
    if (status === "succeeded") {
      return skip(`${state.day} is done${finishedAt ? ` since ${clock(finishedAt)}` : ""}`);
    }
    if (Object.hasOwn(done, stage.as)) return skip(`done in this run at ${clock(done[stage.as])}`);
    if (Object.hasOwn(skipped, stage.as)) return skip(skipped[stage.as]);
  }
  const { task, params } = stage;
  return tasks[task].plan?.(state, { task, params, settings: manifest }) ?? ALWAYS;
}

/** @throws {UsageError} when a name in `selection` is no stage, or both ways of selecting are used. */
function checkSelection({ stages }: Manifest, { from, only }: PlanOptions): void {
  if (from !== undefined && only !== undefined) {
    throw new UsageError(
      `Cannot select stages as --from and --only exclude each other: found "${from}" and "${only}"`,
    );
  }
  const name = from ?? only;
  const names = stages.map(({ as }) => as);
  if (name === undefined || names.includes(name)) return;
  const best = nearest(name, names);
  const hint = best ? ` Did you mean "${best}"?` : "";
  throw new UsageError(
    `Cannot select stage "${name}" as the manifest has ${oneOf(names)}.${hint} Next: deno task plan`,
  );
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

const skip = (reason: string): Decision => ({ action: "skip", reason });

/** HH:MM of an ISO time, in UTC as the schedule is. */
const clock = (iso: string) => iso.slice(11, 16);
