/** The gate's case: which versions a candidate meets, and what is known of each. */
import type { HoldoutQuality } from "../models/evaluation/holdout.ts";
import type { Measure } from "../models/gate/bootstrap.ts";
import { cohortOf } from "../models/gate/cohort.ts";
import type { Rival, Role } from "../models/gate/comparison.ts";
import { type Case, type Contender, MEASURES, type Standards } from "../models/gate/gate.ts";
import type { GateOptions } from "../models/gate/options.ts";
import { openVersion, type Version, type VersionRow } from "./_versions.ts";
import type { TaskContext } from "./runner/task.ts";

/** Versions beside the candidates, each opened once. */
export interface Field {
  champion: Version | null;
  /** Every rival, and the last retraining. */
  versions: Version[];
  rivals: Rival[];
  standards: Standards;
  /** What the newest training of the champion's model from scratch made; null: none can be opened. */
  retraining: Version | null;
}

/** The versions that candidates of today meet. */
export async function readField(context: TaskContext, champion: Version | null): Promise<Field> {
  const opened = new Map<string, Version | null>(champion ? [[champion.row.version, champion]] : []);
  const open = async (version: string): Promise<Version | null> => {
    if (!opened.has(version)) opened.set(version, await openRival(context, version));
    return opened.get(version) ?? null;
  };
  if (champion === null) return { champion, versions: [], rivals: [], standards: {}, retraining: null };
  const roles: [Measure, Role, string][] = MEASURES.map((m) => [m, "champion", champion.row.version]);
  const { db, day } = context;
  const best = await db.rows<{ measure: Measure; version: string }>("registry/best_of_month", [day]);
  for (const { measure, version } of best) {
    if (await open(version) !== null) roles.push([measure, "month's best", version]);
  }
  const standards: Standards = {};
  for (const [measure, version] of Object.entries(await standardsOf(context, champion))) {
    // One that cannot be compared any more cannot be what others are held to.
    const standard = await open(version) === null ? champion.row.version : version;
    standards[measure as Measure] = standard;
    roles.push([measure as Measure, "standard", standard]);
  }
  const last = await db.row<VersionRow>("registry/last_retraining", [champion.row.model]);
  const retraining = last === undefined ? null : await open(last.version);
  const versions = [...opened.values()].filter((version) => version !== null);
  return { champion, versions, rivals: merged(roles), standards, retraining };
}

/** As the newest judgement left them; a champion that was put there by hand since is the standard itself. */
async function standardsOf({ db }: TaskContext, { row: { version } }: Version): Promise<Standards> {
  const newest = await db.row<{ champion: string | null; standards: Standards }>("gate/newest_judgement");
  if (newest?.champion === version) return newest.standards;
  return Object.fromEntries(MEASURES.map((measure) => [measure, version]));
}

/** A version that is no candidate; null, with a warning, when it is gone or cannot be opened. */
async function openRival(context: TaskContext, version: string): Promise<Version | null> {
  const row = await context.db.row<VersionRow>("registry/version", [version]);
  if (row === undefined) return null;
  try {
    return await openVersion(context, row);
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof Deno.errors.NotFound)) throw error;
    context.log.warn(`version ${version} is not compared with: ${error.message}`);
    return null;
  }
}

/** One entry for each version and measure, with all its roles. */
function merged(roles: readonly [Measure, Role, string][]): Rival[] {
  const rivals = new Map<string, Rival & { roles: Role[] }>();
  for (const [measure, role, version] of roles) {
    const key = `${measure} ${version}`;
    const rival = rivals.get(key) ?? { version, measure, roles: [] };
    rival.roles.push(role);
    rivals.set(key, rival);
  }
  return [...rivals.values()];
}

export interface CaseOptions {
  candidates: readonly Version[];
  field: Field;
  quality: HoldoutQuality;
  /** By version: milliseconds to score all movies for a person, at the median. */
  listMs: ReadonlyMap<string, number>;
  options: GateOptions;
  seed: number;
}

/** All that the verdict depends on. */
export function caseOf({ candidates, field, quality, listMs, options, seed }: CaseOptions): Case {
  const contender = ({ row: { version, mode } }: Version): Contender => {
    const coverage = quality.metrics.find(({ scorer, slice, metric }) =>
      scorer === version && slice === "all" && metric === "coverage"
    );
    return {
      version,
      isRetrain: mode === "scratch",
      coverage: coverage?.value ?? null,
      listMs: Number.isFinite(listMs.get(version)) ? listMs.get(version)! : null,
    };
  };
  const compared = new Set([...candidates, ...field.versions].map(({ row }) => row.version));
  return {
    candidates: candidates.map(contender),
    champion: field.champion && contender(field.champion),
    rivals: field.rivals,
    standards: field.standards,
    cohort: cohortOf(quality.people, [...compared]),
    options,
    seed,
  };
}
