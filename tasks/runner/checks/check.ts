/** A check as the runner knows it: of a kind, on columns of a table, and what follows when it does not hold. */
import type { TableName } from "../../../sql/tables.ts";

export type Scalar = string | number | boolean;

/** What is asked, by kind. Times are ISO texts in UTC; `columns` is empty for row_count. */
export type Question =
  & { columns: readonly string[] }
  & (
    | { kind: "not_null" | "unique" }
    | { kind: "between"; min?: number | string; max?: number | string }
    | { kind: "in"; values: readonly Scalar[] }
    | { kind: "matches"; pattern: string }
    | { kind: "row_count"; min?: number; max?: number; maxChange?: number }
    /** Milliseconds. */
    | { kind: "freshness"; within: number }
    | { kind: "references"; in: TableName; key: string }
  );

export type Check = Question & {
  table: TableName;
  severity: "error" | "warn";
  onFail: "fail" | "quarantine";
  /** Share of the rows that must hold. */
  mostly: number;
  /** As people would write it in one line; names it in results and among the rejects. */
  text: string;
};

/** A check that sets rows aside: what a task needs to know of it. */
export type RowCheck =
  & Pick<Check, "text">
  & Extract<Question, { kind: "not_null" | "between" | "in" | "matches" }>;

/** Rows that a check with `on_fail: quarantine` may set aside. */
export const QUARANTINE = {
  task: "clean",
  table: "data_lake_db.ratings",
  columns: ["rating_id", "lane", "user_id", "movie_id", "rating", "rated_at"],
} as const;

/** The checks among `checks` that set rows aside, in their order: the first that a row breaks names its reason. */
export function rowChecks(checks: readonly Check[]): RowCheck[] {
  return checks.filter(({ onFail }) => onFail === "quarantine") as RowCheck[];
}

/** `{ column: rating, min: 0.5 }`: a value as YAML in one line, without what is undefined. */
export function flowText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flowText).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, part]) => part !== undefined);
    return `{ ${entries.map(([key, part]) => `${key}: ${flowText(part)}`).join(", ")} }`;
  }
  return typeof value === "string" && !/^[\w.:-]+$/.test(value) ? JSON.stringify(value) : String(value);
}
