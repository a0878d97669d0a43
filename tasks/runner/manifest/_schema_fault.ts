/** Where a manifest departs from a zod schema: every fault at once, with its place, and the right name if one is near. */
import type { z } from "zod";
import { nearest } from "../../../models/nearest.ts";
import {
  applied,
  childSchema,
  forms,
  inWords,
  type JsonSchema,
  jsonSchema,
  knownKeys,
  meantForm,
  schemaAt,
} from "./_schema_text.ts";
import { oneOf } from "../_words.ts";
import { type Located, nodeAt, type Path, valueAt } from "./_yaml.ts";
import type { Span } from "./_yaml_fault.ts";

export interface SchemaFault {
  path: Path;
  on: "key" | "value";
  /** Of a text, the characters at fault; absent: all of it. */
  within?: Span;
  message: string;
  wanted: string;
  means?: string;
  nearest?: string;
}

/**
 * Checks the value at `path` by `schema`. A key that the schema does not name is a fault, whether or not the schema
 * is strict by itself.
 */
export function checkSchema<Value>(
  schema: z.ZodType<Value>,
  root: Located,
  { path = [], missing }: { path?: Path; missing?: unknown } = {},
): { value: Value; faults: [] } | { value?: undefined; faults: SchemaFault[] } {
  const json = jsonSchema(schema);
  const located = path.reduce<Located | undefined>((node, step) => node?.children.get(step)?.node, root);
  const unknown = located ? unknownKeys(json, { located, path, root }) : [];
  const parsed = schema.safeParse(located ? located.value : missing);
  if (parsed.success && unknown.length === 0) return { value: parsed.data, faults: [] };
  const misfits = (parsed.error?.issues ?? []).flatMap((issue) => misfitsOf(issue, { json, path, root }));
  // A misspelled key is not missing as well, nor is its map of no form at all.
  const meant = new Set(unknown.map((fault) => [...fault.path.slice(0, -1), fault.nearest].join(".")));
  const mapped = new Set(unknown.map((fault) => fault.path.slice(0, -1).join(".")));
  const follows = ({ path, isFormless }: Misfit) =>
    isFormless ? mapped.has(path.join(".")) : valueAt(root, path) === undefined && meant.has(path.join("."));
  const own = misfits.filter((fault) => !follows(fault)).map(({ isFormless: _, ...fault }) => fault);
  const faults = [...unknown, ...own];
  return { faults: faults.length > 0 ? faults : [misfit(parsed.error!.issues[0], { json, path, root })] };
}

/** What is wrong at one place; `isFormless`: the value is of no form that a union allows. */
interface Misfit extends SchemaFault {
  isFormless?: boolean;
}

/** `spot` is what the issue's path is counted from. Of a union, the faults of the form that was meant. */
function misfitsOf(issue: z.core.$ZodIssue, spot: Spot): Misfit[] {
  const path = [...spot.path, ...issue.path];
  const json = schemaAt(spot.json, issue.path, valueAt(spot.root, spot.path)) ?? {};
  const here = { json, path, root: spot.root };
  if (issue.code === "unrecognized_keys") return refusedKeys(issue.keys, here);
  if (issue.code === "invalid_key") return [wrongName(issue, here)];
  // A schema's own check may say that a map has no form: `addIssue({ …, params: { isFormless: true } })`.
  const isFormless = issue.code === "custom" && issue.params?.isFormless === true;
  if (issue.code !== "invalid_union") return [{ ...misfit(issue, here), isFormless }];
  const form = meantForm(json, valueAt(spot.root, path));
  const issues = form && issue.errors[forms(json).indexOf(form)];
  const inner = (issues ?? []).flatMap((issue) => misfitsOf(issue, { ...here, json: form ?? json }));
  return inner.length > 0 ? inner : [{ ...misfit(issue, here), isFormless: true }];
}

interface Place {
  located: Located;
  path: Path;
  root: Located;
}

function unknownKeys(schema: JsonSchema, { located, path, root }: Place): SchemaFault[] {
  const isMap = typeof located.value === "object" && located.value !== null && !Array.isArray(located.value);
  const form = applied(meantForm(schema, located.value) ?? schema, located.value);
  const known = isMap ? knownKeys(form) : null;
  return [...located.children].flatMap(([step, { node }]) => {
    const child = { located: node, path: [...path, step], root };
    if (known !== null && !known.includes(String(step))) return unknownKey(String(step), known, child);
    const childOf = childSchema(form, step);
    return childOf ? unknownKeys(childOf, child) : [];
  });
}

function unknownKey(
  key: string,
  known: readonly string[],
  { path, root }: Pick<Place, "path" | "root">,
): SchemaFault {
  const message = `Cannot read ${JSON.stringify(key)} as a key of ${placeName(root, path.slice(0, -1))}`;
  const wanted = known.length > 0 ? oneOf(known) : "no key at all";
  return { path, on: "key", message, wanted, nearest: nearest(key, known) };
}

/** A map of any names refuses this one. */
function wrongName({ issues }: z.core.$ZodIssueInvalidKey, { path, root }: Spot): Misfit {
  const name = JSON.stringify(path[path.length - 1]);
  const message = `Cannot read ${name} as a name in ${placeName(root, path.slice(0, -1))}`;
  return { path, on: "key", message, wanted: issues.map(({ message }) => message).join(", ") };
}

/** Keys that a check of the schema's own refuses; those that its form names are `unknownKeys()` already. */
function refusedKeys(keys: readonly string[], { json, path, root }: Spot): SchemaFault[] {
  if (knownKeys(json) !== null) return [];
  const faults = keys.map((key) => unknownKey(key, [], { path: [...path, key], root }));
  return faults.map((fault) => ({ ...fault, wanted: "another key" }));
}

/** A place in the text, and what the schema says there. */
interface Spot {
  json: JsonSchema;
  path: Path;
  root: Located;
}

function misfit(issue: z.core.$ZodIssue, { json, path, root }: Spot): SchemaFault {
  const { value, written } = nodeAt(root, path) ?? {};
  const said = { path, on: "value" as const, means: json.description };
  const wanted = hasOwnWords(issue) ? issue.message : inWords(json);
  if (value === undefined && path.length > 0) {
    const key = String(path[path.length - 1]);
    const message = `Cannot read ${placeName(root, path.slice(0, -1))} as "${key}" is missing`;
    return { ...said, message, wanted: `${key}: ${wanted}` };
  }
  if (written !== undefined) {
    return { ...said, ...misfitOfWritten(written, { value, json, path, root }), wanted };
  }
  const message = `Cannot read ${describe(value)} as ${placeName(root, path)}`;
  return {
    ...said,
    message,
    wanted,
    nearest: hasOwnWords(issue) ? ownNearest(issue) : meantValue(value, json),
  };
}

/** What a variable holds may be a secret: the error says only how it was written. */
function misfitOfWritten(written: string, { value, json, path, root }: Spot & { value: unknown }) {
  const message = `Cannot read what ${JSON.stringify(written)} stands for as ${placeName(root, path)}`;
  const isNoText = takesText(json) && json.pattern === undefined && typeof value !== "string";
  return { message, nearest: isNoText ? JSON.stringify(written) : undefined };
}

/** Zod's own sentences begin so; any other was written for people who edit the manifest. */
const hasOwnWords = ({ code, message }: z.core.$ZodIssue) =>
  !/^(?:Invalid \w+|Too \w+): /.test(message) || code === "custom" && !/: (?:expected|must) /.test(message);

/** A schema's own check may say what was meant: `addIssue({ …, params: { nearest } })`. */
function ownNearest(issue: z.core.$ZodIssue): string | undefined {
  const meant: unknown = issue.code === "custom" ? issue.params?.nearest : undefined;
  return typeof meant === "string" ? meant : undefined;
}

const TRUE = /^(?:yes|y|on)$/i;
const FALSE = /^(?:no|n|off)$/i;

function meantValue(value: unknown, json: JsonSchema): string | undefined {
  const choices = (json.enum ?? [json.const]).filter((choice) => typeof choice === "string");
  if (typeof value === "string") {
    if (choices.length > 0) return nearest(value, choices);
    if (json.type === "boolean") return TRUE.test(value) ? "true" : FALSE.test(value) ? "false" : undefined;
    const isNumber = value.trim() !== "" && Number.isFinite(Number(value));
    if ((json.type === "integer" || json.type === "number") && isNumber) return value.trim();
    if (json.type === "object" && json.required?.length === 1) return `${json.required[0]}: ${value}`;
  }
  const isBare = typeof value === "number" || typeof value === "boolean";
  return takesText(json) && isBare ? JSON.stringify(String(value)) : undefined;
}

const takesText = (json: JsonSchema) => forms(json).some(({ type }) => type === "string");

/** A value as a message quotes it, short. */
function describe(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "a map";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** How people call the place at `path`: `retry.attempts of stage "train"`. */
export function placeName(root: Located, path: Path): string {
  const [first, index, ...rest] = path;
  if (first !== "stages" || typeof index !== "number") return dotted(path) || "the manifest";
  const names = ["as", "task"].map((key) => valueAt(root, [first, index, key]));
  const name = names.find((value) => typeof value === "string");
  const stage = name === undefined ? `stage ${index + 1}` : `stage ${JSON.stringify(name)}`;
  return rest.length > 0 ? `${dotted(rest)} of ${stage}` : stage;
}

const dotted = (path: Path) =>
  path.map((step) => typeof step === "number" ? `[${step}]` : `.${String(step)}`).join("").replace(/^\./, "");
