/** The manifest: `pipeline.yaml` as typed values, or every error in it at once, each with the place where it stands. */
import type { z } from "zod";
import type { SourceMapping } from "../../import/mapping.ts";
import { readChecks } from "../checks/_check_columns.ts";
import { interpolate, type Outside } from "./_interpolate.ts";
import { manifestSchema, type RETRY_CAUSES } from "./_manifest_schema.ts";
import { nearest } from "../../../models/nearest.ts";
import { checkSchema, type SchemaFault } from "./_schema_fault.ts";
import type { EVENTS } from "./_schedule_schema.ts";
import { nameOf, scheduleName, stageNameFaults, stagePaths } from "./_stage_names.ts";
import { oneOf } from "../_words.ts";
import { type Located, nodeAt, type Path, readYaml, spanAt, spanWithin, valueAt } from "./_yaml.ts";
import type { Span } from "./_yaml_fault.ts";
import type { Check } from "../checks/check.ts";
import { type ManifestError, positionOf } from "./manifest_error.ts";
import type { Settings, Tasks } from "../task.ts";
import { parseWhen, type When } from "./when.ts";

/** A task's place in the day. */
export interface Stage {
  /** The stage's name, unique in the manifest. */
  as: string;
  task: string;
  enabled: boolean;
  /** As the task's own schema returned them. */
  params: unknown;
  /** As the manifest has them. */
  given?: Readonly<Record<string, unknown>>;
  /** Names of the stages that must be done or skipped before this one starts. */
  needs: readonly string[];
  /** Its condition; absent: it always holds. */
  when?: When;
  /** Milliseconds that an attempt may take; absent: no limit. */
  timeout?: number;
  retry: Retry;
  /** What must hold of the tables that the stage writes. */
  checks: readonly Check[];
  /** Where its task's name stands in the file, for errors about the order. */
  at: Pick<ManifestError, "line" | "column" | "length">;
}

/** When a failed attempt is tried again. Times are in milliseconds. */
export interface Retry {
  attempts: number;
  /** Pause before the second attempt; it doubles each time, up to `max`. */
  backoff: number;
  max: number;
  /** Share of a pause that is left to chance. */
  jitter: number;
  on: readonly (typeof RETRY_CAUSES)[number][];
}

export interface Schedule {
  name: string;
  cron: string;
  /** IANA name. */
  timezone: string;
  catchUp: "last" | "all" | "none";
  overlap: "skip" | "queue";
  /** Stages that it runs alone; null: the whole day. */
  only: readonly string[] | null;
}

export interface Notification {
  on: readonly (typeof EVENTS)[number][];
  webhook?: string;
  command?: readonly string[];
}

export interface Manifest extends Settings {
  file: string;
  /** What to type when an error in it is mended. */
  next: string;
  name: string;
  /** "auto", a path, a data set's name, or a mapping, whose paths `loadPipeline()` makes absolute. */
  source: string | SourceMapping;
  /** Most stages that run at once. */
  concurrency: number;
  schedules: readonly Schedule[];
  /** `readyBy` is HH:MM in the first schedule's zone, `maxDuration` in milliseconds. */
  sla: { readyBy?: string; maxDuration?: number };
  notify: readonly Notification[];
  stages: Stage[];
}

export interface ManifestOptions extends Outside {
  /** Name of the file, for errors. */
  file: string;
  tasks: Tasks;
  /** What to type when its errors are mended. */
  next?: string;
}

/** Reads a manifest, for the run of a day if one is given. Never throws: what is wrong comes back as errors. */
export function parseManifest(
  text: string,
  { file, tasks, next = "deno task plan", ...outside }: ManifestOptions,
): { manifest: Manifest; errors?: undefined } | { manifest?: undefined; errors: ManifestError[] } {
  const { root: written, faults } = readYaml(text);
  const errors = new Map<string, ManifestError>();
  const tell = (span: Span, said: Pick<ManifestError, "message" | "wanted" | "means" | "nearest">) => {
    const error = { file, ...positionOf(text, span), ...said, next };
    const place = `${error.line}:${error.column} ${error.wanted}`;
    if (!errors.has(place)) errors.set(place, error); // an alias repeats what is wrong with its source
  };
  for (const { span, ...said } of faults) tell(span, said);
  if (written === null) return { errors: [...errors.values()] };
  const { root, faults: unfilled } = interpolate(written, outside);
  const { value, faults: misfits } = checkSchema(manifestSchema, root);
  const params = stagePaths(root).map((path) => checkParams(root, { path, tasks }));
  const checks = stagePaths(root).map((path) => readChecks(root, { path, tasks }));
  const ofStages = [...params, ...checks].flatMap(({ faults }) => faults);
  const wrong = [...misfits, ...ofStages, ...stageNameFaults(root, text)];
  const isUnfilled = (path: Path) => unfilled.some((fault) => fault.path.join() === path.join());
  for (const fault of [...unfilled, ...wrong.filter(({ path }) => !isUnfilled(path))]) {
    const { path, on, within, ...said } = { on: "value" as const, ...fault };
    tell(spanOf(root, { path, on, within, text }), said);
  }
  if (errors.size > 0 || value === undefined) return { errors: [...errors.values()] };
  const stages = value.stages.map(({ env: _, when, ...stage }, index): Stage => ({
    ...stage,
    as: nameOf(stage),
    needs: stage.needs ?? (index === 0 ? [] : [nameOf(value.stages[index - 1])]),
    ...when !== undefined && { when: whenOf(when, nodeAt(root, ["stages", index, "when"])) },
    params: params[index].value,
    given: stage.params,
    checks: checks[index].checks,
    at: positionOf(text, spanAt(root, ["stages", index, "task"])),
  }));
  return { manifest: toManifest(value, { file, next, stages }) };
}

/** Where a fault stands; of a text with references in it, its parts have no places in the file. */
function spanOf(
  root: Located,
  { path, on, within, text }: Pick<SchemaFault, "path" | "on" | "within"> & { text: string },
): Span {
  const span = spanAt(root, path, on);
  const { value, written } = nodeAt(root, path) ?? {};
  const isWithin = within !== undefined && typeof value === "string" && written === undefined;
  return isWithin ? spanWithin(span, { text, value, within }) : span;
}

/** YAML's names become TypeScript's. */
function toManifest(
  value: z.output<typeof manifestSchema>,
  rest: Pick<Manifest, "file" | "next" | "stages">,
): Manifest {
  const { name, seed, source, concurrency, schedule, sla = {}, notify, batch, bootstrap } = value;
  const schedules = Array.isArray(schedule) ? schedule : [schedule];
  return {
    name,
    seed,
    source,
    concurrency,
    schedules: schedules.map(({ catch_up, only = null, ...rest }, i) => {
      return { name: scheduleName(i), ...rest, catchUp: catch_up, only };
    }),
    sla: { readyBy: sla.ready_by, maxDuration: sla.max_duration },
    notify: notify.map(({ on, ...rest }) => ({ on: Array.isArray(on) ? on : [on], ...rest })),
    batch: { size: batch.size, atMost: batch.at_most },
    bootstrap: { ratings: bootstrap.ratings, atMost: bootstrap.at_most },
    holdoutDays: value.holdout_days,
    serving: value.serving,
    ...rest,
  };
}

/** The condition that `text` is; what people read of it is what they wrote, without what variables hold. */
function whenOf(text: string, node: Located | undefined): When | undefined {
  const { when } = parseWhen(text);
  return when && { ...when, text: node?.written ?? text };
}

/** The stage's task is known, and its `params` fit the task's schema. */
function checkParams(
  root: Located,
  { path, tasks }: { path: Path; tasks: Tasks },
): { value?: unknown; faults: SchemaFault[] } {
  const name = valueAt(root, [...path, "task"]);
  if (typeof name !== "string") return { faults: [] };
  if (!Object.hasOwn(tasks, name)) {
    const names = Object.keys(tasks);
    const message = `Cannot find task ${JSON.stringify(name)}`;
    const wanted = names.length > 0 ? oneOf(names) : `a file tasks/${name}.ts`;
    const fault = { message, wanted, nearest: nearest(name, names) };
    return { faults: [{ path: [...path, "task"], on: "value", ...fault }] };
  }
  const value = valueAt(root, [...path, "params"]);
  const isMap = value === undefined || typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isMap) return { faults: [] }; // the manifest's own schema says so
  return checkSchema(tasks[name].params, root, { path: [...path, "params"], missing: {} });
}
