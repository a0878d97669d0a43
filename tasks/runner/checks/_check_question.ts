/** What a check asks of the rows, without what follows from the answer. */
import type { TableName } from "../../../sql/tables.ts";
import type { WrittenCheck } from "./_check_schema.ts";
import { isTime } from "./_column_form.ts";
import type { Question } from "./check.ts";

/** YAML's names become TypeScript's, and dates moments. */
export function questionOf(written: WrittenCheck, columns: readonly string[]): Question {
  const { between, in: among, matches, row_count: rows, freshness, references, not_null } = written;
  if (between) return { kind: "between", columns, min: boundOf(between.min), max: boundOf(between.max) };
  if (among) return { kind: "in", columns, values: among.values };
  if (matches) return { kind: "matches", columns, pattern: matches.pattern };
  if (rows) return { kind: "row_count", columns, min: rows.min, max: rows.max, maxChange: rows.max_change };
  if (freshness) return { kind: "freshness", columns, within: freshness.within };
  if (references) {
    const { in: table, key = references.column } = references;
    return { kind: "references", columns, in: table as TableName, key };
  }
  return { kind: not_null === undefined ? "unique" : "not_null", columns };
}

function boundOf(value: number | string | undefined): number | string | undefined {
  return isTime(value) ? new Date(value).toISOString() : value;
}
