/** The manifest's JSON Schema, for editors: the runner's own keys, and of each task the parameters that it takes. */
import { z } from "zod";
import { manifestSchema } from "./_manifest_schema.ts";
import { type JsonSchema, jsonSchema } from "./_schema_text.ts";
import type { Tasks } from "../task.ts";

/** Where the schema is kept; the default manifest names it in its first line. */
export const SCHEMA_FILE = new URL("../pipeline.schema.json", import.meta.url);

/** Texts that stand for values of other types. */
const definitions = {
  reference: {
    description: "A variable, or the run's day, filled in when the file is read.",
    type: "string",
    pattern: "\\$\\{(env\\.[A-Za-z_][A-Za-z0-9_]*|day)\\}",
  },
  underscored: {
    description: "A whole number such as 50_000: for YAML 1.2 a text, but not for the manifest's reader.",
    type: "string",
    pattern: "^[-+]?[0-9]+(_[0-9]+)+$",
  },
} as const;

/** The schema of manifests that have these tasks, in draft 7, which editors know. */
export function manifestJsonSchema(tasks: Tasks): JsonSchema {
  const json = z.toJSONSchema(manifestSchema, { io: "input", unrepresentable: "any", target: "draft-7" });
  const { $schema, ...whole } = written(json);
  const { stages } = whole.properties ?? {};
  const stage = itemsOf(stages);
  const names = Object.keys(tasks).sort();
  const task = Object.assign({}, stage.properties?.task, { enum: names });
  const allOf = names.map((name) => ({
    if: { properties: { task: { const: name } }, required: ["task"] },
    then: { properties: { params: written(paramsOf(tasks, name)) } },
  }));
  const items = { ...stage, properties: { ...stage.properties, task }, allOf };
  const properties = { ...whole.properties, stages: Object.assign({}, stages, { items }) };
  return { $schema, title: "A manifest of Matinee", ...whole, properties, definitions: { ...definitions } };
}

function itemsOf(list: JsonSchema["items"] | boolean): JsonSchema {
  const items = typeof list === "object" && !Array.isArray(list) ? list.items : undefined;
  if (typeof items !== "object" || Array.isArray(items)) {
    throw new TypeError("Cannot find the schema of a stage");
  }
  return items;
}

function paramsOf(tasks: Tasks, name: string): JsonSchema {
  const { $schema: _, ...params } = jsonSchema(tasks[name].params);
  return { description: `Parameters of ${name}.`, ...params };
}

/** `schema` as it holds of a file: no key beside those it names, and references where a value may come from outside. */
function written(schema: JsonSchema): JsonSchema {
  const { properties, items, anyOf, oneOf, allOf, additionalProperties } = schema;
  const parts: JsonSchema = { ...schema };
  if (properties) parts.properties = mapValues(properties, writtenPart);
  if (items && !Array.isArray(items)) parts.items = writtenPart(items);
  if (anyOf) parts.anyOf = anyOf.map(written);
  if (oneOf) parts.oneOf = oneOf.map(written);
  if (allOf) parts.allOf = allOf.map(writtenRule);
  if (additionalProperties !== undefined) parts.additionalProperties = writtenPart(additionalProperties);
  else if (properties) parts.additionalProperties = false;
  return isNarrow(parts) ? referable(parts) : parts;
}

function writtenPart<Part extends JsonSchema | boolean>(part: Part) {
  return typeof part === "object" ? written(part) : part;
}

/** A rule opens no map and closes none: only the forms that it gives are written anew. */
function writtenRule(rule: JsonSchema): JsonSchema {
  if (typeof rule.then !== "object") return rule;
  return { ...rule, then: { properties: mapValues(rule.then.properties ?? {}, writtenPart) } };
}

/** A scalar that a reference as it is written does not fit. */
const isNarrow = ({ type, enum: values, pattern }: JsonSchema) =>
  type === "integer" || type === "number" || type === "boolean" || values !== undefined ||
  type === "string" && pattern !== undefined;

/** Keeps what editors show outside, so that it shows for every form. */
function referable({ description, default: preset, ...form }: JsonSchema): JsonSchema {
  const isNumber = form.type === "integer" || form.type === "number";
  return {
    ...description !== undefined && { description },
    ...preset !== undefined && { default: preset },
    anyOf: [form, ...isNumber ? [refTo("underscored")] : [], refTo("reference")],
  };
}

const refTo = (name: keyof typeof definitions) => ({ $ref: `#/definitions/${name}` });

function mapValues<Value, Mapped>(
  map: Record<string, Value>,
  change: (value: Value) => Mapped,
): Record<string, Mapped> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}
