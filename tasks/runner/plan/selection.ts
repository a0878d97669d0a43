/** What a person, a schedule or a request asks for instead of the whole day: which stages, with which parameters. */
import type { z } from "zod";
import { descendantsOf } from "./_graph.ts";
import { nearest } from "../../../models/nearest.ts";
import { oneOf } from "../_words.ts";
import { UsageError } from "../errors.ts";
import type { Manifest, Stage } from "../manifest/manifest.ts";
import type { Tasks } from "../task.ts";

/** Stages that were asked for by name; at most one of `from`, `only` and `stages`. */
export interface PlanOptions {
  /** This stage and all that need it, done or not. */
  from?: string;
  /** This stage alone, done, disabled or not. */
  only?: string;
  /** These stages alone; a disabled one stays disabled, and what the run has done stays done. */
  stages?: readonly string[];
  /** Parameters in the place of the manifest's, by stage and name: `{ train: { model: "als" } }`. */
  params?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** @throws {UsageError} when a name in `selection` is no stage, or more than one way of selecting is used. */
export function checkSelection(manifest: Manifest, selection: PlanOptions): void {
  const { from, only, stages, params = {} } = selection;
  const ways = Object.entries({ from, only, stages }).filter(([, names]) => names !== undefined);
  if (ways.length > 1) {
    const found = ways.map(([, names]) => JSON.stringify(names)).join(" and ");
    throw new UsageError(
      `Cannot select stages as ${
        ways.map(([way]) => `--${way}`).join(" and ")
      } exclude each other: found ${found}`,
    );
  }
  const names = manifest.stages.map(({ as }) => as);
  for (const name of [...ways.flatMap(([, names]) => names ?? []), ...Object.keys(params)]) {
    if (names.includes(name)) continue;
    const best = nearest(name, names);
    const hint = best ? ` Did you mean "${best}"?` : "";
    throw new UsageError(
      `Cannot select stage "${name}" as the manifest has ${oneOf(names)}.${hint} Next: deno task plan`,
    );
  }
}

/** Whether stages are asked for once more: they run although they are done. */
export function isAgain({ from, only }: PlanOptions): boolean {
  return from !== undefined || only !== undefined;
}

/** Why `selection` leaves `stage` out; undefined when it does not. */
export function leftOut(manifest: Manifest, stage: Stage, selection: PlanOptions): string | undefined {
  const { from, only, stages } = selection;
  if (only !== undefined && only !== stage.as) return `not asked for (--only ${only})`;
  if (stages !== undefined && !stages.includes(stage.as)) return `not asked for (only ${stages.join(", ")})`;
  if (from === undefined || from === stage.as) return undefined;
  return descendantsOf(manifest.stages, from).has(stage.as) ? undefined : `not asked for (--from ${from})`;
}

/**
 * The manifest with the parameters that were asked for.
 *
 * @throws {UsageError} when they do not fit their task's schema; it names all that is wrong.
 */
export function withParams(manifest: Manifest, tasks: Tasks, { params = {} }: PlanOptions): Manifest {
  if (Object.keys(params).length === 0) return manifest;
  const faults: string[] = [];
  const stages = manifest.stages.map((stage): Stage => {
    if (!Object.hasOwn(params, stage.as)) return stage;
    const given = { ...stage.given, ...params[stage.as] };
    const { data, error } = tasks[stage.task].params.safeParse(given);
    if (error !== undefined) faults.push(...error.issues.map((issue) => faultText(stage, issue, given)));
    return { ...stage, given, params: data };
  });
  if (faults.length > 0) {
    throw new UsageError(`Cannot use the parameters asked for: ${faults.join("; ")}. Next: deno task plan`);
  }
  return { ...manifest, stages };
}

function faultText({ as }: Stage, { path, message }: z.core.$ZodIssue, given: unknown): string {
  const found = path.reduce<unknown>(
    (value, key) => typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined,
    given,
  );
  return `${[as, ...path.map(String)].join(".")} is ${JSON.stringify(found)}: ${message}`;
}
