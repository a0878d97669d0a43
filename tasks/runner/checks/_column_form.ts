/** What a column holds, as far as checks care, and which values of a manifest can be compared with it. */
import { type TableName, TABLES } from "../../../sql/tables.ts";
import type { Scalar } from "./check.ts";

export type Form = "numbers" | "times" | "text" | "true or false" | "lists";

const VALUES: Record<Form, { fits: (value: Scalar) => boolean; wanted: string }> = {
  numbers: { fits: (value) => typeof value === "number", wanted: "a number" },
  text: { fits: (value) => typeof value === "string", wanted: "text" },
  "true or false": { fits: (value) => typeof value === "boolean", wanted: "true or false" },
  times: { fits: isTime, wanted: "a date such as 1995-01-01 or 1995-01-01T12:30:00Z" },
  lists: { fits: () => false, wanted: "a column without lists" },
};

export function isTable(name: string): name is TableName {
  return Object.hasOwn(TABLES, name);
}

/** The columns of `table` with their types; a trailing `?` marks those that may be null. */
export function columnsOf(table: TableName): Readonly<Record<string, string>> {
  return TABLES[table];
}

/** The form of a column that `table` has. */
export function formOf(table: TableName, column: string): Form {
  const type = columnsOf(table)[column].replace("?", "");
  if (type.endsWith("[]") || type === "jsonb") return "lists";
  if (type === "boolean") return "true or false";
  if (type === "text") return "text";
  return type === "date" || type.startsWith("timestamp") ? "times" : "numbers";
}

/** What a value would have to be to be compared with the column; undefined when it can be. */
export function wantedInstead(value: Scalar, table: TableName, column: string): string | undefined {
  const { fits, wanted } = VALUES[formOf(table, column)];
  if (!fits(value)) return wanted;
  const isWhole = /^(?:smallint|integer|bigint)/.test(columnsOf(table)[column]);
  return isWhole && !Number.isSafeInteger(value) ? "a whole number" : undefined;
}

/** A date, or a moment in UTC to the second. */
export function isTime(value: Scalar | undefined): value is string {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\dZ)?$/.test(value)) return false;
  const time = Date.parse(value);
  // JavaScript turns 30 February into March.
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(value.slice(0, 10));
}
