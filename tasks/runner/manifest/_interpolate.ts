/**
 * `${env.NAME}` and `${day}` in the manifest's values; `$${` is a plain `${`. Values keep the places they were written
 * at, and how they were written, so that no error ever shows what a variable holds.
 */
import { nearest } from "../../../models/nearest.ts";
import { type Located, type Path, readScalar } from "./_yaml.ts";
import type { Span } from "./_yaml_fault.ts";

/** What stands outside the manifest, and shows in it. */
export interface Outside {
  /** The process's environment. */
  env?: (name: string) => string | undefined;
  /** The run's label; absent while no run is known: what depends on it is checked as of some day then. */
  day?: string;
}

export interface InterpolationFault {
  path: Path;
  /** The characters of the text value that are at fault. */
  within: Span;
  message: string;
  wanted: string;
  nearest?: string;
}

/** What references at some place may name. */
interface Scope {
  env: (name: string) => string | undefined;
  /** What the manifest itself gives where the process's environment has none. */
  given: ReadonlyMap<string, string>;
  /** Absent where the same value must hold on every day. */
  day?: string;
  /** Values that stay texts, whatever they look like. */
  isText?: boolean;
}

const REFERENCE = /\$\$\{|\$\{([^}]*)\}|\$\{/g;
const VARIABLE = /^env\.([A-Za-z_][A-Za-z0-9_]*)$/;
const ONE_VARIABLE = /^\$\{\s*env\.[A-Za-z_][A-Za-z0-9_]*\s*\}$/;
/** Parts of a stage that are read anew for each run's day. */
const DAILY: readonly PropertyKey[] = ["params", "checks", "when"];
/** Stands for the day where none is known. */
const SOME_DAY = "2000-01-01";

/** Puts values in the place of references. Never throws; a text with a fault stays as it is. */
export function interpolate(
  root: Located,
  { env = () => undefined, day = SOME_DAY }: Outside,
): { root: Located; faults: InterpolationFault[] } {
  const faults: InterpolationFault[] = [];
  const process: Scope = { env, given: new Map() };
  const fill = (node: Located, path: Path, scope: Scope) => fillNode(node, { path, scope, faults });
  /** Fills `env` first: what it holds is known to its neighbours. */
  const fillAround = (
    node: Located,
    { path, outer, fillOther }: {
      path: Path;
      outer: Scope;
      fillOther: (node: Located, path: Path, scope: Scope) => Located;
    },
  ) => {
    const own = node.children.get("env")?.node;
    const filled = own && fill(own, [...path, "env"], { ...outer, isText: true });
    const scope = within(outer, filled);
    return mapChildren(node, (child, step) => {
      return step === "env" ? filled ?? child : fillOther(child, [...path, step], scope);
    });
  };
  const fillStage = (stage: Located, path: Path, outer: Scope) =>
    fillAround(stage, {
      path,
      outer,
      fillOther: (node, path, scope) => fill(node, path, DAILY.includes(path[2]) ? { ...scope, day } : scope),
    });
  const filled = fillAround(root, {
    path: [],
    outer: process,
    fillOther: (node, path, scope) =>
      path[0] === "stages" && Array.isArray(node.value)
        ? mapChildren(node, (stage, index) => fillStage(stage, [...path, index], scope))
        : fill(node, path, scope),
  });
  return { root: filled, faults };
}

/** `outer` with the variables of an `env:` map, which stand before those of an outer one. */
function within({ env, given }: Scope, map: Located | undefined): Scope {
  const own = [...map?.children ?? []].map(([name, { node }]): [string, string] => {
    return [String(name), typeof node.value === "string" ? node.value : node.source ?? ""];
  });
  return { env, given: new Map([...given, ...own]) };
}

interface Fill {
  path: Path;
  scope: Scope;
  faults: InterpolationFault[];
}

function fillNode(node: Located, { path, ...rest }: Fill): Located {
  if (typeof node.value === "string") return fillText(node, node.value, { path, ...rest });
  return mapChildren(node, (child, step) => fillNode(child, { path: [...path, step], ...rest }));
}

function mapChildren(node: Located, map: (child: Located, step: PropertyKey) => Located): Located {
  if (node.children.size === 0) return node;
  const children = new Map([...node.children].map(([step, child]) => {
    return [step, { ...child, node: map(child.node, step) }];
  }));
  const values = [...children].map(([step, { node }]): [PropertyKey, unknown] => [step, node.value]);
  const isList = Array.isArray(node.value);
  return { ...node, value: isList ? values.map(([, value]) => value) : Object.fromEntries(values), children };
}

function fillText(node: Located, text: string, { path, scope, faults }: Fill): Located {
  if (!text.includes("${")) return node;
  const found: InterpolationFault[] = [];
  const filled = text.replaceAll(REFERENCE, (reference, inner: string | undefined, start: number) => {
    if (reference === "$${") return "${";
    const answer = answerTo(inner?.trim(), scope);
    if (typeof answer === "string") return answer;
    found.push({ path, within: { start, end: start + reference.length }, ...answer });
    return reference;
  });
  faults.push(...found);
  if (found.length > 0) return node;
  const isValue = node.isPlain && !scope.isText && ONE_VARIABLE.test(text);
  return { ...node, value: isValue ? readScalar(filled) : filled, written: text };
}

/** The value of what stands in `${…}`, or what is wrong with it. */
function answerTo(
  inner: string | undefined,
  { env, given, day }: Scope,
): string | Omit<InterpolationFault, "path" | "within"> {
  if (inner === undefined) {
    return {
      message: 'Cannot read "${" without its "}"',
      wanted: 'its closing "}", or "$${" for a plain "${"',
    };
  }
  const reference = `\${${inner}}`;
  if (inner === "day") {
    if (day !== undefined) return day;
    const message = "Cannot read ${day} here as this holds for every day";
    return { message, wanted: "${day} in params, checks or when of a stage" };
  }
  const name = VARIABLE.exec(inner)?.[1];
  if (name === undefined) {
    const known = ["day", ...[...given.keys()].map((name) => `env.${name}`)];
    const bare = /^(?:env\.)?([A-Za-z_]\w*)$/i.exec(inner)?.[1];
    const meant = nearest(inner, known) ?? (bare && `env.${bare}`);
    const message = `Cannot find ${JSON.stringify(reference)}`;
    return {
      message,
      wanted: "${env.NAME}, ${day}, or $${ for a plain ${",
      nearest: meant && `\${${meant}}`,
    };
  }
  const value = env(name) ?? given.get(name);
  if (value !== undefined) return value;
  const meant = nearest(name, given.keys());
  return {
    message: `Cannot fill in ${reference} as no variable ${JSON.stringify(name)} is set`,
    wanted: `${name} in the environment, or a value for it under env: in this file`,
    nearest: meant && `\${env.${meant}}`,
  };
}
