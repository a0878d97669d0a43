/** What an edit of the manifest changes against the newest run's: keys, stages, parameters, and what they outdate. */
import { formatDuration } from "../manifest/duration.ts";
import { movedStages, rowsOf } from "./_diff_order.ts";
import type { Manifest, Stage } from "../manifest/manifest.ts";
import type { PlanState } from "./plan_state.ts";
import type { Tasks } from "../task.ts";

export interface Change {
  /** `added`, `removed`, `moved`, `enabled`, `disabled`, or `changed`. */
  kind: "added" | "removed" | "moved" | "enabled" | "disabled" | "changed";
  /** The stage; null: a key of the whole manifest. */
  stage: string | null;
  /** What of it changed, such as `params.model` or `timeout`. */
  key: string | null;
  old?: unknown;
  new?: unknown;
}

/** Results that stand, and were made otherwise than the manifest would make them now. */
export interface Outdated {
  what: string;
  why: string;
}

export interface Diff {
  changes: Change[];
  outdated: Outdated[];
}

interface DiffWorld {
  tasks: Tasks;
  state: Pick<PlanState, "champion" | "candidates" | "finished">;
}

/** Compares the manifest of the newest run with the one of now. */
export function diffManifests(before: Manifest, now: Manifest, world: DiffWorld): Diff {
  const was = new Map(before.stages.map((stage) => [stage.as, stage]));
  const is = new Map(now.stages.map((stage) => [stage.as, stage]));
  const changes: Change[] = [
    ...changedKeys(wholeOf(before), wholeOf(now), null),
    ...before.stages.filter(({ as }) => !is.has(as)).map(({ as }) => change("removed", as)),
    ...now.stages.filter(({ as }) => !was.has(as)).map(({ as }) => change("added", as)),
    ...movedStages(rowsOf(before.stages), rowsOf(now.stages)).map(({ stage, old, new: to }) => ({
      ...change("moved", stage),
      old,
      new: to,
    })),
    ...now.stages.flatMap((stage) => changesOf(was.get(stage.as), stage, { before, now })),
  ];
  return { changes, outdated: outdatedBy(changes, now, world) };
}

const change = (kind: Change["kind"], stage: string): Change => ({ kind, stage, key: null });

/** Keys of the manifest that are no stage's. */
function wholeOf(manifest: Manifest): Record<string, unknown> {
  const { seed, source, concurrency, batch, bootstrap, holdoutDays, serving, schedules, sla, notify } =
    manifest;
  return {
    seed,
    source,
    concurrency,
    batch,
    bootstrap,
    holdout_days: holdoutDays,
    serving,
    schedule: schedules,
    sla,
    notify,
  };
}

function changesOf(
  old: Stage | undefined,
  stage: Stage,
  manifests: { before: Manifest; now: Manifest },
): Change[] {
  if (old === undefined) return [];
  const { as } = stage;
  const isSwitched = old.enabled !== stage.enabled;
  const keys = changedKeys(partsOf(old, manifests.before), partsOf(stage, manifests.now), as);
  return [...isSwitched ? [change(stage.enabled ? "enabled" : "disabled", as)] : [], ...keys];
}

/** What can be set of a stage, as its manifest has it; needs only where they are not the stage above. */
function partsOf(stage: Stage, { stages }: Manifest): Record<string, unknown> {
  const { task, params, given, needs, when, timeout, retry, checks } = stage;
  const at = stages.findIndex(({ as }) => as === stage.as);
  const above = at > 0 ? [stages[at - 1].as] : [];
  const isDefault = needs.join() === above.join();
  return {
    task,
    params: readable(params, given),
    ...!isDefault && { needs },
    when: when?.text,
    timeout: timeout && formatDuration(timeout),
    retry: { ...retry, backoff: formatDuration(retry.backoff), max: formatDuration(retry.max) },
    checks,
  };
}

/** Parameters with their defaults; what the manifest sets is given as it stands there (`7d`, not milliseconds). */
function readable(params: unknown, given: unknown): unknown {
  if (!isMap(params) || !isMap(given)) return given === undefined ? params : given;
  return Object.fromEntries(
    Object.entries(params).map(([key, value]) => [key, key in given ? readable(value, given[key]) : value]),
  );
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The leaves at which two maps differ. */
function changedKeys(
  old: unknown,
  now: unknown,
  stage: string | null,
  path: readonly string[] = [],
): Change[] {
  if (isMap(old) && isMap(now)) {
    const keys = new Set([...Object.keys(old), ...Object.keys(now)]);
    return [...keys].flatMap((key) => changedKeys(old[key], now[key], stage, [...path, key]));
  }
  if (JSON.stringify(old) === JSON.stringify(now)) return [];
  return [{ kind: "changed", stage, key: path.join("."), old: old ?? null, new: now ?? null }];
}

function outdatedBy(changes: readonly Change[], now: Manifest, { tasks, state }: DiffWorld): Outdated[] {
  const versions = [
    ...state.champion ? [`champion ${state.champion.version}`] : [],
    ...state.candidates.map(({ version }) => `candidate ${version}`),
  ].join(" and ");
  const found = changes.flatMap(({ stage: name, key, kind }): Outdated[] => {
    if (name === null) {
      if (key !== "seed" && key !== "holdout_days") return [];
      const why = key === "seed" ? "another seed fixes chance" : "other batches are held out";
      return versions === ""
        ? []
        : [{ what: `the hold-out rows of ${versions}`, why: `${key} changed: ${why}` }];
    }
    const stage = now.stages.find(({ as }) => as === name);
    const isMade = stage !== undefined && Object.hasOwn(state.finished, stage.task);
    if (!isMade || !(kind === "moved" || kind === "changed" && /^(params|task|needs)\b/.test(key ?? ""))) {
      return [];
    }
    const { writes } = tasks[stage.task];
    const tables = writes.filter((table) => table !== "ops_db.model_versions");
    const why = kind === "moved" ? `${name} stood elsewhere` : `${name} had another ${key}`;
    return [
      ...writes.includes("ops_db.model_versions") && versions !== "" ? [{ what: versions, why }] : [],
      ...tables.length > 0
        ? [{ what: `${tables.join(", ")} up to batch ${state.finished[stage.task]}`, why }]
        : [],
    ];
  });
  return found;
}

/** The difference as people read it. */
export function diffLines(
  { changes, outdated, since, unreadable }: Diff & {
    since: { run_id: number; day: string };
    unreadable: string | null;
  },
): string[] {
  const title = `Since run ${since.run_id} of ${since.day}`;
  if (unreadable !== null) return [`${title}: cannot compare, as its manifest reads no more (${unreadable})`];
  if (changes.length === 0) return [`${title}: the manifest is the same.`];
  return [
    `${title}:`,
    ...changes.map((change) => `  ${sentence(change)}`),
    ...outdated.length > 0 ? ["Made otherwise, and kept:"] : [],
    ...outdated.map(({ what, why }) => `  ${what}: ${why}`),
  ];
}

function sentence({ kind, stage, key, old, new: now }: Change): string {
  if (kind === "changed") return `${stage === null ? key : `${stage}.${key}`}: ${text(old)} → ${text(now)}`;
  if (kind === "moved") return `${stage}: moved from ${old} to ${now}`;
  return `${stage}: ${kind}`;
}

const text = (value: unknown) => value === null ? "none" : JSON.stringify(value);
