/** The manifest's `checks`: what must hold of the rows that a stage has written. One key names the kind. */
import { z } from "zod";
import { patternFault } from "./_check_pattern.ts";
import { duration } from "../manifest/duration.ts";

export const KINDS = [
  "not_null",
  "between",
  "in",
  "matches",
  "unique",
  "row_count",
  "freshness",
  "references",
] as const;

/** Kinds that look at one row alone, so that a row can be set aside for it. */
const ROW_KINDS: readonly string[] = ["not_null", "between", "in", "matches"];

const column = () => z.string().min(1).max(63);
const columnOf = (what: string) => column().describe(what);
const columns = z.union([column(), z.array(column()).min(1).max(16)]);
const bound = () => z.union([z.number(), z.string().min(1)]).optional();
const count = () => z.number().int().min(0).optional();

const between = z.object({
  column: columnOf("Column of numbers or times."),
  min: bound().describe("Least value that holds: a number, or a date such as 1995-01-01 (UTC)."),
  max: bound().describe("Greatest value that holds: a number, or a date such as 1995-01-01 (UTC)."),
});

const pattern = z.string().min(1).max(500).superRefine((text, context) => {
  const message = patternFault(text);
  if (message !== undefined) context.addIssue({ code: "custom", message });
});

const rowCount = z.object({
  min: count().describe("Fewest rows."),
  max: count().describe("Most rows."),
  max_change: z.number().gt(0).optional().describe(
    "Greatest change against the median of the seven batches before, as a share of it; 0.5 is half as many, or half again.",
  ),
});

const kinds = {
  not_null: columns.optional().describe("A column, or a list, in which no row is without a value."),
  between: between.optional().describe("Values lie between min and max, both included."),
  in: z.object({
    column: columnOf("Column of text, numbers or true and false."),
    values: z.array(z.union([z.string(), z.number(), z.boolean()])).min(1).max(1000).describe(
      "All that it may be.",
    ),
  }).optional().describe("Values are among those listed."),
  matches: z.object({
    column: columnOf("Column of text."),
    pattern: pattern.describe("Regular expression that is found in the text; ^ and $ hold it to the ends."),
  }).optional().describe("Texts match a regular expression."),
  unique: columns.optional().describe("A column, or a list, in which no two rows of the batch are alike."),
  row_count: rowCount.optional().describe("How many rows there are."),
  freshness: z.object({
    column: columnOf("Column of times."),
    within: duration.describe("Greatest age of the newest value when the run starts."),
  }).optional().describe("The newest value is not too old."),
  references: z.object({
    column: columnOf("Column that refers."),
    in: z.string().describe("Table that has what it refers to."),
    key: column().optional().describe("Column of that table; default: of the same name."),
  }).optional().describe("Values are found in another table."),
};

/** One check as people write it. Nulls hold for every kind but not_null. */
export const check = z.object({
  ...kinds,
  table: z.string().optional().describe(
    "Table to look at; default: the first that the stage writes and that has the column.",
  ),
  mostly: z.number().gt(0).max(1).optional().describe(
    "Share of the rows that must hold; default 1, and no limit with on_fail: quarantine.",
  ),
  severity: z.enum(["error", "warn"]).default("error").describe(
    "error: the stage fails; warn: the summary says so.",
  ),
  on_fail: z.enum(["fail", "quarantine"]).default("fail").describe(
    "fail: nothing of the batch is written; quarantine: the rows at fault are set aside among the rejects.",
  ),
}).superRefine((written, context) => {
  for (const { path, message } of misfitsOf(written)) {
    // Without a kind: a misspelled key says more.
    context.addIssue({ code: "custom", path, message, params: { isFormless: path.length === 0 } });
  }
});

export type WrittenCheck = z.output<typeof check>;
export type Kind = (typeof KINDS)[number];

export function kindsOf(written: Partial<Record<Kind, unknown>>): Kind[] {
  return KINDS.filter((kind) => written[kind] !== undefined);
}

/** What is wrong with a check whatever the tables are. */
function misfitsOf(written: WrittenCheck): { path: string[]; message: string }[] {
  const [kind, ...more] = kindsOf(written);
  if (kind === undefined) return [{ path: [], message: `a map with its kind: ${KINDS.join(", ")}` }];
  if (more.length > 0) return [{ path: [more[0]], message: `one kind for each check: this one is ${kind}` }];
  const misfits: { path: string[]; message: string }[] = [];
  const { between, row_count: rows, mostly, on_fail } = written;
  const range = between ?? rows;
  if (
    range !== undefined &&
    Object.values({ ...range, column: undefined }).every((limit) => limit === undefined)
  ) {
    misfits.push({
      path: [kind],
      message: between ? "min, max or both" : "min, max, max_change or some of them",
    });
  }
  if (range?.min !== undefined && range.max !== undefined && range.min > range.max) {
    misfits.push({ path: [kind, "max"], message: "a value of at least min" });
  }
  if (mostly !== undefined && (kind === "row_count" || kind === "freshness")) {
    misfits.push({ path: ["mostly"], message: `no mostly: ${kind} looks at all rows together` });
  }
  if (on_fail === "quarantine" && !ROW_KINDS.includes(kind)) {
    misfits.push({ path: ["on_fail"], message: `fail: only ${ROW_KINDS.join(", ")} can set rows aside` });
  }
  return misfits;
}
