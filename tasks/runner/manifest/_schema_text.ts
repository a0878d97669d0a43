/** A schema in words: what it wants at a place, which keys it knows there. Read off its JSON Schema. */
import { z } from "zod";
import { oneOf } from "../_words.ts";
import type { Path } from "./_yaml.ts";

export type JsonSchema = z.core.JSONSchema.JSONSchema;

/** The JSON Schema of what people write, that is before defaults and transforms. */
export function jsonSchema(schema: z.ZodType): JsonSchema {
  const known = made.get(schema);
  if (known !== undefined) return known;
  const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  made.set(schema, json);
  return json;
}

/** Making one takes longer than checking a manifest by it. */
const made = new WeakMap<z.ZodType, JsonSchema>();

/** What `schema` says of the value at `path` within `root`; undefined where it says nothing. */
export function schemaAt(schema: JsonSchema, path: Path, root: unknown): JsonSchema | undefined {
  let node: JsonSchema | undefined = schema;
  let value = root;
  for (const step of path) {
    node = node && childSchema(applied(node, value), step);
    value = typeof value === "object" && value !== null ? Reflect.get(value, step) : undefined;
  }
  return node;
}

/** Of forms that one key tells apart, the one that `value` says; a form whose name is the default may go unsaid. */
function toldForm(schema: JsonSchema, value: unknown): JsonSchema | undefined {
  if (schema.oneOf === undefined || typeof value !== "object" || value === null) return undefined;
  return forms(schema).find(({ properties = {} }) => {
    const names = Object.entries(properties).filter(([, part]) => asSchema(part)?.const !== undefined);
    return names.length > 0 && names.every(([key, part]) => {
      const found: unknown = Object.hasOwn(value, key) ? Reflect.get(value, key) : asSchema(part)?.default;
      return found === asSchema(part)?.const;
    });
  });
}

/** What the key that tells `schema`'s forms apart may say, as in `preset`. */
export function formNames(schema: z.ZodType): string[] {
  const consts = forms(jsonSchema(schema)).flatMap(({ properties = {} }) =>
    Object.values(properties).map((part) => asSchema(part)?.const)
  );
  return consts.filter((name) => typeof name === "string");
}

/** `schema` with the forms that it gives to keys because of what another key says; see `formsBy()`. */
export function applied(union: JsonSchema, value: unknown): JsonSchema {
  const schema = toldForm(union, value) ?? union;
  const isMap = typeof value === "object" && value !== null;
  const holding = (schema.allOf ?? []).map(asSchema).filter((rule) => {
    const conditions = Object.entries(asSchema(rule?.if)?.properties ?? {});
    return isMap && conditions.length > 0 &&
      conditions.every(([key, wanted]) => {
        const found: unknown = Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
        return found === undefined
          ? !asSchema(rule?.if)?.required?.includes(key)
          : found === asSchema(wanted)?.const;
      });
  });
  const given = holding.map((rule) => asSchema(rule?.then)?.properties);
  return given.length === 0 ? schema : Object.assign({}, schema, {
    properties: Object.assign({}, schema.properties, ...given),
  });
}

/**
 * Metadata for a schema: the form of key `of` follows from what key `on` says, which is `fallback` where it is absent.
 * Errors, editors and the reference then know the keys of that form.
 */
export function formsBy(
  on: string,
  { of, fallback, forms }: { of: string; fallback: string; forms: Readonly<Record<string, z.ZodType>> },
): Pick<JsonSchema, "allOf"> {
  const allOf = Object.entries(forms).map(([name, schema]) => {
    const { $schema: _, ...form } = jsonSchema(schema);
    const required = name === fallback ? [] : [on];
    return { if: { properties: { [on]: { const: name } }, required }, then: { properties: { [of]: form } } };
  });
  return { allOf };
}

/** The forms that a union allows, or else the schema itself. */
export function forms(schema: JsonSchema): JsonSchema[] {
  const parts = schema.anyOf ?? schema.oneOf ?? [schema];
  return parts.map(asSchema).filter((part) => part !== undefined);
}

/**
 * Of a union, the form that `value` is meant as: the one of its kind, or among maps the one that alone has the first
 * of its keys that tells them apart. Undefined where that is open.
 */
export function meantForm(schema: JsonSchema, value: unknown): JsonSchema | undefined {
  const told = toldForm(schema, value);
  if (told !== undefined) return told;
  const kind = kindOf(value);
  const ofKind = forms(schema).filter(({ type, enum: values, const: only }) => {
    const kinds: string[] = type === undefined ? (values ?? [only]).map(kindOf) : [type].flat();
    return kinds.includes(kind) || kind === "number" && kinds.includes("integer");
  });
  if (ofKind.length < 2 || kind !== "object") return ofKind.length === 1 ? ofKind[0] : undefined;
  for (const key of Object.keys(value as object)) {
    const having = ofKind.filter(({ properties }) => properties && Object.hasOwn(properties, key));
    if (having.length === 1) return having[0];
  }
  return undefined;
}

const kindOf = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "array" : typeof value;

/** The schema of one child: of a key, or of a list's items. */
export function childSchema(schema: JsonSchema, step: PropertyKey): JsonSchema | undefined {
  const found = forms(schema).map((branch) => {
    if (typeof step === "number") return Array.isArray(branch.items) ? undefined : asSchema(branch.items);
    const own = branch.properties && Object.hasOwn(branch.properties, step);
    return own ? asSchema(branch.properties?.[String(step)]) : asSchema(branch.additionalProperties);
  }).filter((child) => child !== undefined);
  return found.length > 1 ? { anyOf: found } : found[0];
}

/** The keys that a map may have there; null when it may have any. */
export function knownKeys(schema: JsonSchema): string[] | null {
  const maps = forms(schema).filter(({ type }) => type === undefined || type === "object");
  const isOpen = maps.some(({ properties, additionalProperties }) =>
    !properties || asSchema(additionalProperties)
  );
  return isOpen ? null : [...new Set(maps.flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

/** "a whole number of at least 1", "one of a, b", "a map of size, at_most". */
export function inWords(schema: JsonSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return oneOf(schema.enum.map((value) => JSON.stringify(value)));
  const kinds = forms(schema);
  if (kinds.length > 1) return oneOf(kinds.map(inWords));
  const { type } = kinds[0] ?? schema;
  return oneOf([type].flat().map((type) => typeInWords({ ...schema, type })));
}

function typeInWords(schema: JsonSchema): string {
  switch (schema.type) {
    case "integer":
      return `a whole number${bounds(schema)}`;
    case "number":
      return `a number${bounds(schema)}`;
    case "boolean":
      return "true or false";
    case "string":
      return "text";
    case "null":
      return "nothing";
    case "array":
      return schema.minItems ? `a list with at least ${schema.minItems} item` : "a list";
    case "object":
      return schema.properties ? `a map of ${Object.keys(schema.properties).join(", ")}` : "a map";
    default:
      return "another value";
  }
}

function bounds({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: JsonSchema): string {
  const limits = [
    ["at least", minimum],
    ["above", exclusiveMinimum],
    ["at most", maximum],
    ["below", exclusiveMaximum],
  ].filter(([, limit]) => typeof limit === "number" && Math.abs(limit) < Number.MAX_SAFE_INTEGER)
    .map((words) => words.join(" "));
  if (limits.length === 0) return "";
  return `${limits[0].startsWith("at ") ? " of " : " "}${limits.join(" and ")}`;
}

/** JSON Schema has `true` and `false` as schemas too; they say nothing in words. */
function asSchema(schema: z.core.JSONSchema._JSONSchema | undefined): JsonSchema | undefined {
  return typeof schema === "object" ? schema : undefined;
}
