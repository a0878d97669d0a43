/** The manifest's reference, as the README has it: a line for every key, from the schemas that manifests are read by. */
import { manifestSchema } from "./_manifest_schema.ts";
import { forms, inWords, type JsonSchema, jsonSchema } from "./_schema_text.ts";
import { DURATION_PATTERN } from "./duration.ts";
import type { Tasks } from "../task.ts";

/** Between these lines the README has what `deno task schema --write` puts there. */
const MARKS = [
  "<!-- deno task schema --write puts the reference here -->",
  "<!-- end of the reference -->",
] as const;

interface Key {
  path: string;
  json: JsonSchema;
}

/** Every key of the file, of a stage, and of each task's parameters: type, default, and what it means. */
export function manifestReference(tasks: Tasks): string {
  const { properties: { stages, ...whole } = {} } = jsonSchema(manifestSchema);
  const ofFile = keysOf({ properties: whole }, "");
  const ofStage = keysOf(itemOf(stages) ?? {}, "");
  const ofTasks = Object.entries(tasks).flatMap(([name, { params }]) => paramsOf(name, jsonSchema(params)));
  const lines = [
    ...section("Keys of the file", ["key", "type", "default", "meaning"], ofFile.map(keyRow)),
    ...section(
      "Keys of a stage: a line under `stages:`",
      ["key", "type", "default", "meaning"],
      ofStage.map(keyRow),
    ),
    ...section("`params` of each task", ["task", "key", "type", "default", "meaning"], ofTasks),
  ];
  return lines.join("\n").trimEnd();
}

/** The README with this reference in it. */
export function withReference(readme: string, reference: string): string {
  const [start, end] = MARKS.map((mark) => readme.indexOf(mark));
  if (start < 0 || end < start) {
    throw new Error(`Cannot find the reference's place: wanted ${MARKS.join(" … ")}`);
  }
  return `${readme.slice(0, start)}${MARKS[0]}\n\n${reference}\n\n${readme.slice(end)}`;
}

function keysOf(json: JsonSchema, prefix: string): Key[] {
  return Object.entries(json.properties ?? {}).flatMap(([name, part]) => {
    if (typeof part !== "object") return [];
    const path = `${prefix}${name}`;
    if (part.oneOf) return [{ path, json: part }, ...keysOfForms(forms(part), `${path}.`)];
    // One map or a list of them have the same keys: told once.
    const inner = forms(part).find(({ properties }) => properties);
    const named = asMap(part.additionalProperties);
    const item = inner ? undefined : forms(part).map(itemOf).find((item) => item?.properties);
    return [
      { path, json: part },
      ...inner ? keysOf(inner, `${path}.`) : [],
      ...named ? keysOf(named, `${path}.NAME.`) : [],
      ...item ? keysOf(item, `${path}[].`) : [],
    ];
  });
}

/** Keys of forms that one key tells apart: that key once, then the first form's, then where others are different. */
function keysOfForms(parts: JsonSchema[], prefix: string): Key[] {
  const keys = parts.flatMap((form) => {
    const own = keysOf(form, prefix);
    const name = own.find(({ json }) => json.const !== undefined)?.json.const;
    return own.map((key) => ({ ...key, name: String(name) }));
  });
  const [names, others] = [
    keys.filter(({ json }) => json.const !== undefined),
    keys.filter(({ json }) => json.const === undefined),
  ];
  const json: JsonSchema = {
    enum: names.map(({ json }) => json.const!),
    default: names.find(({ json }) => json.default !== undefined)?.json.default,
    description: names.map(({ json }) => json.description).join(" "),
  };
  const told = new Map<string, string>();
  const rest = others.flatMap((key) => {
    const text = JSON.stringify(key.json);
    const isTold = told.get(key.path) === text;
    if (isTold) return [];
    if (!told.has(key.path)) told.set(key.path, text);
    const isOwn = key.name !== names[0]?.name;
    return [{
      path: key.path,
      json: isOwn ? { ...key.json, description: `${key.json.description} (${code(key.name)})` } : key.json,
    }];
  });
  return [{ path: names[0].path, json }, ...rest];
}

/** What each entry of a map of any names is, where that is a map of keys. */
function asMap(json: JsonSchema | boolean | undefined): JsonSchema | undefined {
  return typeof json === "object" && json.properties ? json : undefined;
}

function itemOf(json: JsonSchema | boolean | undefined): JsonSchema | undefined {
  const items = typeof json === "object" ? json.items : undefined;
  return typeof items === "object" && !Array.isArray(items) ? items : undefined;
}

/** The rows of a task; of keys that follow from another key's value, that value beside the task. */
function paramsOf(task: string, { allOf = [], ...json }: JsonSchema): string[][] {
  const own = keysOf(json, "").map((key) => [code(task), ...keyRow(key)]);
  const given = allOf.flatMap((rule) => {
    const [condition] = Object.values((rule.if as JsonSchema | undefined)?.properties ?? {}) as JsonSchema[];
    const then = rule.then as JsonSchema | undefined;
    const keys = keysOf({ properties: then?.properties }, "").slice(1);
    return keys.map((key) => [`${code(task)}, ${code(String(condition.const))}`, ...keyRow(key)]);
  });
  return [...own, ...given];
}

const keyRow = (
  { path, json }: Key,
): string[] => [code(path), typeName(json), preset(json), json.description ?? ""];

const code = (text: string) => `\`${text}\``;

function preset({ default: value }: JsonSchema): string {
  const isTold = value !== undefined &&
    !(typeof value === "object" && value !== null && Object.keys(value).length === 0);
  if (!isTold) return "";
  if (typeof value === "number") {
    return code(Number.isInteger(value) ? value.toLocaleString("en").replaceAll(",", "_") : String(value));
  }
  return code(typeof value === "string" ? value : JSON.stringify(value).replaceAll(",", ", "));
}

/** "whole number", "`last`, `all` or `none`", "list of text or text". */
function typeName(json: JsonSchema): string {
  const { type, enum: values, const: only, pattern } = json;
  if (only !== undefined) return code(String(only));
  if (values) return values.map((value) => code(String(value))).join(", ");
  const parts = forms(json);
  if (parts.length > 1) return [...new Set(parts.map(typeName))].join(" or ");
  if (type === "array") {
    const item = itemOf(json);
    return item ? `list of ${typeName(item)}` : "list";
  }
  if (type === "string") return pattern === DURATION_PATTERN ? "duration" : "text";
  if (type === "boolean") return "`true`, `false`";
  if (type === "null") return "`null`";
  if (type === "object") return "map";
  if (Array.isArray(type)) return type.map((type) => typeName({ type })).join(" or ");
  return type === undefined ? "any" : inWords(json).replace(/^a /, "");
}

function section(title: string, heads: string[], rows: string[][]): string[] {
  const cells = [heads, ...rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")))];
  const widths = heads.map((_, i) => Math.max(3, ...cells.map((row) => row[i].length)));
  const line = (row: string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(" | ")} |`;
  const [head, ...body] = cells.map(line);
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [
    "<details>",
    `<summary>${title.replaceAll("`", "")}</summary>`,
    "",
    head,
    rule,
    ...body,
    "",
    "</details>",
    "",
  ];
}
