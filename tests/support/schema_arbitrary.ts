/** Values that a JSON Schema describes, and values that it does not, for property tests of what reads them. */
import fc from "fast-check";

export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  multipleOf?: number;
  pattern?: string;
  format?: string;
  example?: unknown;
}

/** Lists of a description are tried up to here: the bounds of their length have tests of their own. */
const LONGEST = 4;

export interface Source {
  /** What `$ref` is looked up in. */
  root: object;
  /** Of values that break the schema, the share that stands anywhere in one: 0 to 1. */
  broken: number;
}

/** Values of `schema`, but for the share of them that `broken` names. */
export function arbitraryOf(schema: JsonSchema, source: Source): fc.Arbitrary<unknown> {
  const good = goodOf(schema, source);
  if (source.broken === 0) return good;
  const share = Math.round(100 * source.broken);
  return fc.oneof({ weight: 100 - share, arbitrary: good }, { weight: share, arbitrary: anything });
}

/** JSON, with the values that programs trip over. */
const anything: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0,
    0.5,
    2 ** 31,
    1e308,
    -0,
    "",
    "\0",
    "💥",
    "'; --",
    "../..",
    "[]",
    "__proto__",
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

function goodOf(schema: JsonSchema, source: Source): fc.Arbitrary<unknown> {
  if (schema.$ref) return arbitraryOf(resolve(schema.$ref, source.root), source);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map((choice) => arbitraryOf(choice, source)));
  if (schema.allOf) {
    return fc.tuple(...schema.allOf.map((part) => goodOf(part, source))).map((parts) =>
      Object.assign({}, ...parts)
    );
  }
  if (Array.isArray(schema.type)) {
    return fc.oneof(...schema.type.map((type) => goodOf({ ...schema, type }, source)));
  }
  const typed = byType(schema, source);
  return schema.example === undefined ? typed : fc.oneof(fc.constant(schema.example), typed);
}

function byType(schema: JsonSchema, source: Source): fc.Arbitrary<unknown> {
  const { minimum = -1000, maximum = 1000, multipleOf } = schema;
  switch (schema.type) {
    case "integer":
      return fc.integer({ min: Math.max(minimum, -(2 ** 31)), max: Math.min(maximum, 2 ** 31 - 1) });
    case "number":
      if (multipleOf) {
        return fc.integer({ min: Math.ceil(minimum / multipleOf), max: Math.floor(maximum / multipleOf) })
          .map((steps) => steps * multipleOf);
      }
      return fc.double({ min: minimum, max: maximum, noNaN: true });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return fc.array(arbitraryOf(schema.items ?? {}, source), {
        minLength: schema.minItems,
        maxLength: Math.max(schema.minItems ?? 0, Math.min(schema.maxItems ?? LONGEST, LONGEST)),
      });
    case "object":
      return objectOf(schema, source);
    case "string":
      return stringOf(schema);
    default:
      return anything;
  }
}

function stringOf({ pattern, format, minLength, maxLength }: JsonSchema): fc.Arbitrary<string> {
  if (pattern) return fc.stringMatching(new RegExp(pattern));
  if (format === "date-time") return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  return fc.string({
    unit: "grapheme",
    minLength,
    maxLength: Math.min(maxLength ?? 20, (minLength ?? 0) + 20),
  });
}

function objectOf({ properties = {}, required = [] }: JsonSchema, source: Source): fc.Arbitrary<unknown> {
  const entries = Object.entries(properties).map(([name, schema]) => [name, arbitraryOf(schema, source)]);
  const known = fc.record<Record<string, unknown>>(Object.fromEntries(entries), {
    requiredKeys: [...required],
  });
  if (source.broken === 0) return known;
  return fc.tuple(known, fc.option(fc.string(), { freq: 12 }), anything)
    .map(([object, name, value]) => name === null ? object : { ...object, [name]: value });
}

/** What `#/a/b` names in `root`. */
function resolve(ref: string, root: object): JsonSchema {
  return ref.slice(2).split("/").reduce<object>((at, name) => Reflect.get(at, name), root) as JsonSchema;
}
