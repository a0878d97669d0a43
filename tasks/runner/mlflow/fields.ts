/** Names and values as MLflow takes them. */

export interface Field {
  key: string;
  value: string;
}

export interface MetricValue {
  key: string;
  value: number;
  /** Milliseconds since 1970. */
  timestamp: number;
  step: number;
}

/** What a key may be made of: MLflow refuses `ndcg@10`. */
export function keyOf(...parts: readonly string[]): string {
  return parts.join(".").replaceAll("@", "_at_").replaceAll(/[^\w\-. :/]/g, "_").slice(0, 250);
}

const LONGEST_PARAM = 6_000;

/** `values` as fields, objects in them by path: `{ config: { hidden: [8] } }` is config.hidden = [8]. */
export function fieldsOf(values: Readonly<Record<string, unknown>>, above: readonly string[] = []): Field[] {
  return Object.entries(values).flatMap(([name, value]): Field[] => {
    const path = [...above, name];
    if (value === null || value === undefined) return [];
    if (typeof value === "object" && !Array.isArray(value) && !(value instanceof Date)) {
      return fieldsOf(value as Record<string, unknown>, path);
    }
    return [{ key: keyOf(...path), value: textOf(value).slice(0, LONGEST_PARAM) }];
  });
}

function textOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Tags of ours, under a prefix that no other tool uses. */
export function tagsOf(values: Readonly<Record<string, unknown>>): Field[] {
  return fieldsOf(values, ["matinee"]);
}
