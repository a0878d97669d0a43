/** What a manifest says by stages' names: each name once, `needs` without a cycle, `when` of what came before. */
import { nearest } from "../../../models/nearest.ts";
import type { SchemaFault } from "./_schema_fault.ts";
import { RESERVED } from "./_when_names.ts";
import { oneOf } from "../_words.ts";
import { type Located, type Path, spanAt, valueAt } from "./_yaml.ts";
import { positionOf } from "./manifest_error.ts";
import { parseWhen, type When } from "./when.ts";

/** A stage as far as its names can be read, whatever else is wrong with it. */
interface Named {
  name: string;
  path: Path;
  /** Places of the names that it needs; the default, the stage above, has none. */
  needs: readonly { name: string; path?: Path }[];
}

/** Everything that is wrong with the names of stages, in the order of the file. */
export function stageNameFaults(root: Located, text: string): SchemaFault[] {
  const stages = namedStages(root);
  const names = new Set(stages.map(({ name }) => name));
  const faults = [
    ...ownNameFaults(root, { stages, text }),
    ...stages.flatMap((stage) => needsFaults(stage, names)),
    ...scheduleFaults(root, names),
  ];
  // Whom a name means is not settled while two stages have it.
  if (names.size < stages.length) return faults;
  const cycles = cycleFaults(stages);
  const before = cycles.length > 0 ? () => names : ancestorsIn(stages);
  return [...faults, ...cycles, ...stages.flatMap((stage) => whenFaults(root, { stage, names, before }))];
}

/** The stage's name: its own, or else its task's. */
export const nameOf = (stage: { as?: string; task: string }): string => stage.as ?? stage.task;

export function stagePaths(root: Located): Path[] {
  const stages = valueAt(root, ["stages"]);
  return Array.isArray(stages) ? stages.map((_, index) => ["stages", index]) : [];
}

function namedStages(root: Located): Named[] {
  let above: string | undefined;
  return stagePaths(root).flatMap((path) => {
    const name = valueAt(root, nameAt(root, path));
    if (typeof name !== "string") return [];
    const needs = listed(root, [...path, "needs"]) ?? (above === undefined ? [] : [{ name: above }]);
    above = name;
    return [{ name, path, needs }];
  });
}

const nameAt = (root: Located, path: Path): Path => {
  return [...path, valueAt(root, [...path, "as"]) === undefined ? "task" : "as"];
};

/** The texts of the list at `path`, each with its place; undefined where there is no list. */
function listed(root: Located, path: Path): { name: string; path: Path }[] | undefined {
  const list = valueAt(root, path);
  if (!Array.isArray(list)) return undefined;
  return list.flatMap((name, index) => typeof name === "string" ? [{ name, path: [...path, index] }] : []);
}

function ownNameFaults(
  root: Located,
  { stages, text }: { stages: readonly Named[]; text: string },
): SchemaFault[] {
  const firsts = new Map<string, Path>();
  return stages.flatMap(({ name, path }): SchemaFault[] => {
    const place = { path: nameAt(root, path), on: "value" as const };
    const first = firsts.get(name);
    firsts.set(name, first ?? path);
    if (first !== undefined) {
      const { line } = positionOf(text, spanAt(root, first));
      const message = `Cannot have two stages named ${JSON.stringify(name)}: the other is in line ${line}`;
      return [{ ...place, message, wanted: "as: a name of its own", nearest: freeName(name, firsts) }];
    }
    if (!RESERVED.includes(name)) return [];
    const message = `Cannot name a stage ${JSON.stringify(name)} as conditions mean something else by it`;
    return [{ ...place, message, wanted: "as: another name" }];
  });
}

function freeName(name: string, taken: ReadonlyMap<string, unknown>): string {
  let n = 2;
  while (taken.has(`${name}_${n}`)) n++;
  return `as: ${name}_${n}`;
}

function needsFaults({ name: own, needs }: Named, names: ReadonlySet<string>): SchemaFault[] {
  const others = [...names].filter((name) => name !== own);
  return needs.flatMap(({ name, path }, index): SchemaFault[] => {
    if (path === undefined) return [];
    const place = { path, on: "value" as const };
    if (name === own) {
      const message = `Cannot wait for ${JSON.stringify(name)} as it is the stage itself`;
      return [{ ...place, message, wanted: stagesInWords(others) }];
    }
    if (!names.has(name)) return [{ ...place, ...unknownStage(name, others) }];
    if (needs.findIndex((other) => other.name === name) === index) return [];
    return [{ ...place, message: `Cannot need ${JSON.stringify(name)} twice`, wanted: "each stage once" }];
  });
}

function unknownStage(name: string, names: readonly string[]) {
  const message = `Cannot find stage ${JSON.stringify(name)}`;
  return { message, wanted: stagesInWords(names), nearest: nearest(name, names) };
}

const stagesInWords = (names: readonly string[]) => names.length > 0 ? oneOf(names) : "[]: there is no other";

function scheduleFaults(root: Located, names: ReadonlySet<string>): SchemaFault[] {
  const schedule = valueAt(root, ["schedule"]);
  const paths: Path[] = Array.isArray(schedule) ? schedule.map((_, i) => ["schedule", i]) : [["schedule"]];
  return [
    ...scheduleNameFaults(root, paths),
    ...paths.flatMap((path) =>
      (listed(root, [...path, "only"]) ?? []).filter(({ name }) => !names.has(name))
        .map(({ name, path }): SchemaFault => ({ path, on: "value", ...unknownStage(name, [...names]) }))
    ),
  ];
}

/** Scopes of events that are no schedule's. */
const EVENT_SCOPES = ["day", "request"];

/** Schedules of one name would share one place in the ledger, and the second would never be due. */
function scheduleNameFaults(root: Located, paths: readonly Path[]): SchemaFault[] {
  const taken = new Set(EVENT_SCOPES);
  return paths.flatMap((path, i): SchemaFault[] => {
    const written = valueAt(root, [...path, "name"]);
    const name = typeof written === "string" ? written : scheduleName(i);
    if (!taken.has(name)) {
      taken.add(name);
      return [];
    }
    const message = EVENT_SCOPES.includes(name)
      ? `Cannot call a schedule ${JSON.stringify(name)}: events that are no schedule's go by it`
      : `Cannot have two schedules named ${JSON.stringify(name)}`;
    const at = typeof written === "string" ? [...path, "name"] : path;
    return [{ path: at, on: "value", message, wanted: "a name of its own" }];
  });
}

/** What the schedule at place `i` is called where the file does not say. */
export const scheduleName = (i: number) => i === 0 ? "daily" : `schedule_${i + 1}`;

/** Of a stage's name, the stages that must have ended before it starts. */
function ancestorsIn(stages: readonly Named[]): (name: string) => ReadonlySet<string> {
  const needs = new Map(stages.map((stage) => [stage.name, stage.needs]));
  return (name) => {
    const found = new Set<string>();
    const open = [name];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const { name } of needs.get(next) ?? []) {
        if (!found.has(name)) open.push(name);
        found.add(name);
      }
    }
    return found;
  };
}

/** Of each cycle one fault, at the need that closes it. */
function cycleFaults(stages: readonly Named[]): SchemaFault[] {
  const byName = new Map(stages.map((stage) => [stage.name, stage]));
  const settled = new Set<string>();
  const faults: SchemaFault[] = [];
  const visit = ({ name, needs }: Named, trail: readonly Named[]): void => {
    if (settled.has(name)) return;
    for (const need of needs) {
      const start = [...trail.map((stage) => stage.name), name].indexOf(need.name);
      const next = byName.get(need.name);
      const here = [...trail, byName.get(name)!];
      if (start >= 0 && need.name !== name) faults.push(cycleFault(here.slice(start)));
      else if (next !== undefined && need.name !== name) visit(next, here);
    }
    settled.add(name);
  };
  for (const stage of stages) visit(stage, []);
  return faults;
}

/** `cycle` in the order of needing: each stage needs the next, the last one the first. */
function cycleFault(cycle: readonly Named[]): SchemaFault {
  const edges = cycle.map((stage, i) => ({ stage, name: cycle[(i + 1) % cycle.length].name }));
  const written = edges.flatMap(({ stage, name }) =>
    stage.needs.filter((need) => need.name === name && need.path)
  );
  const path = written.at(-1)?.path ?? [...cycle[0].path, "task"];
  const words = [...cycle, cycle[0]].map(({ name }) => name).join(" needs ");
  const wanted = "needs that end at a stage that needs none; without needs, a stage needs the one above";
  return { path, on: "value", message: `Cannot order the stages as ${words}`, wanted };
}

function whenFaults(
  root: Located,
  { stage: { name: own, path: at }, names, before }: {
    stage: Named;
    names: ReadonlySet<string>;
    before: (name: string) => ReadonlySet<string>;
  },
): SchemaFault[] {
  const path = [...at, "when"];
  const text = valueAt(root, path);
  if (typeof text !== "string" || text === "") return [];
  const { when, fault } = parseWhen(text);
  if (fault !== undefined) {
    const { start, end, ...said } = fault;
    return [{ path, on: "value", within: { start, end }, ...said }];
  }
  const earlier = [...before(own)].filter((name) => name !== own && names.has(name));
  return when.references.filter(({ stage }) => !earlier.includes(stage)).map((reference) =>
    whenFault(reference, { own, path, names, earlier })
  );
}

function whenFault(
  { stage, start, end }: When["references"][number],
  { own, path, names, earlier }: { own: string; path: Path; names: ReadonlySet<string>; earlier: string[] },
): SchemaFault {
  const place = { path, on: "value" as const, within: { start, end } };
  if (!names.has(stage)) return { ...place, ...unknownStage(stage, earlier) };
  const message = `Cannot ask ${JSON.stringify(stage)} in a condition of stage ${JSON.stringify(own)} as ` +
    (stage === own ? "a stage does not run before itself" : "it does not run before that");
  const wanted = earlier.length > 0 ? oneOf(earlier) : `needs: [${stage}]`;
  return { ...place, message, wanted };
}
