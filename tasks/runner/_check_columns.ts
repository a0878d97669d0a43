/** Checks against the tables that there are: which table each looks at, and whether its columns and values fit. */
import { type TableName, TABLES } from "../../sql/tables.ts";
import { check, type Kind, kindsOf, type WrittenCheck } from "./_check_schema.ts";
import { nearest } from "./_nearest.ts";
import type { SchemaFault } from "./_schema_fault.ts";
import { oneOf } from "./_words.ts";
import { type Located, type Path, valueAt } from "./_yaml.ts";
import { type Check, flowText, QUARANTINE, type Question, type Scalar } from "./check.ts";
import type { Tasks } from "./task.ts";

/** The checks of the stage at `path`, and what is wrong with them. What is no check at all, the schema says. */
export function readChecks(
  root: Located,
  { path, tasks }: { path: Path; tasks: Tasks },
): { checks: Check[]; faults: SchemaFault[] } {
  const listed = valueAt(root, [...path, "checks"]);
  const task = valueAt(root, [...path, "task"]);
  const found: { checks: Check[]; faults: SchemaFault[] } = { checks: [], faults: [] };
  if (!Array.isArray(listed) || typeof task !== "string" || !Object.hasOwn(tasks, task)) return found;
  for (const [index, value] of listed.entries()) {
    const parsed = check.safeParse(value);
    if (!parsed.success) continue;
    const reading = new Reading(parsed.data, { task, writes: tasks[task].writes });
    found.checks.push(reading.check());
    const place = [...path, "checks", index];
    found.faults.push(...reading.faults.map((fault) => ({ ...fault, path: [...place, ...fault.path] })));
  }
  return found;
}

/** What a column holds. */
type Form = "numbers" | "times" | "text" | "true or false" | "lists";

/** One check while it is read; what does not fit gathers in `faults`. */
class Reading {
  readonly faults: SchemaFault[] = [];
  readonly #written: WrittenCheck;
  readonly #task: string;
  readonly #kind: Kind;
  readonly #columns: readonly string[];
  readonly #table: TableName;

  constructor(written: WrittenCheck, { task, writes }: { task: string; writes: readonly TableName[] }) {
    this.#written = written;
    this.#task = task;
    this.#kind = kindsOf(written)[0];
    this.#columns = this.#columnsOf();
    this.#table = this.#tableOf(writes);
  }

  check(): Check {
    const { severity, on_fail: onFail } = this.#written;
    const mostly = this.#written.mostly ?? (onFail === "quarantine" ? 0 : 1);
    if (isTable(this.#table)) this.#checkColumns();
    if (onFail === "quarantine") this.#checkQuarantine();
    const text = `${this.#kind}: ${flowText(this.#written[this.#kind])}`;
    return { ...this.#question(), table: this.#table, severity, onFail, mostly, text };
  }

  #columnsOf(): string[] {
    const value = this.#written[this.#kind];
    if (typeof value === "string") return [value];
    if (Array.isArray(value)) return value;
    return typeof value === "object" && "column" in value ? [value.column] : [];
  }

  /** Where column number `index` is written. */
  #placeOf(index: number): Path {
    const value = this.#written[this.#kind];
    return typeof value === "string" ? [this.#kind] : [this.#kind, Array.isArray(value) ? index : "column"];
  }

  #tableOf(writes: readonly TableName[]): TableName {
    const { table } = this.#written;
    if (table !== undefined) return this.#known(table, ["table"]);
    const has = (name: TableName) => this.#columns.every((column) => Object.hasOwn(TABLES[name], column));
    return writes.find(has) ??
      // Its columns are then said to be missing there.
      writes[0] ?? this.#known("", []);
  }

  #known(name: string, path: Path): TableName {
    if (!isTable(name)) {
      const schema = name.slice(0, name.indexOf(".") + 1);
      const names = Object.keys(TABLES).filter((table) => table.startsWith(schema));
      const message = name === ""
        ? `Cannot tell which table to check as task "${this.#task}" writes none`
        : `Cannot find table ${JSON.stringify(name)}`;
      const isNear = schema !== "" && names.length > 0;
      const wanted = isNear ? oneOf(names) : "table: a table with its schema, such as data_lake_db.ratings";
      this.#fault({ path, message, wanted, nearest: nearest(name, Object.keys(TABLES)) });
    }
    return name as TableName;
  }

  #checkColumns(): void {
    const forms = this.#columns.map((column, index) =>
      this.#formOf(this.#table, column, this.#placeOf(index))
    );
    const [form] = forms;
    const { between, in: among, references } = this.#written;
    if (form === undefined || forms.includes(undefined)) return;
    if (this.#kind === "matches") this.#wantForm(form, ["text"]);
    if (this.#kind === "freshness") this.#wantForm(form, ["times"]);
    if (this.#kind === "between" && this.#wantForm(form, ["numbers", "times"])) {
      for (const key of ["min", "max"] as const) {
        this.#wantValue(between?.[key], { form, path: ["between", key] });
      }
    }
    if (this.#kind === "in" && this.#wantForm(form, ["text", "numbers", "true or false"])) {
      among!.values.forEach((value, index) =>
        this.#wantValue(value, { form, path: ["in", "values", index] })
      );
    }
    if (references !== undefined) {
      const other = this.#known(references.in, ["references", "in"]);
      const key = references.key ?? references.column;
      const path = ["references", references.key === undefined ? "in" : "key"];
      const found = isTable(other) ? this.#formOf(other, key, path) : undefined;
      if (found !== undefined && found !== form) {
        this.#fault({
          path,
          message: `Cannot compare ${form} with ${found} in ${other}.${key}`,
          wanted: form,
        });
      }
    }
  }

  #formOf(table: TableName, column: string, path: Path): Form | undefined {
    const columns: Record<string, string> = TABLES[table];
    if (Object.hasOwn(columns, column)) return formOf(columns[column].replace("?", ""));
    const names = Object.keys(columns);
    const message = `Cannot find column ${JSON.stringify(column)} in ${table}`;
    this.#fault({ path, message, wanted: oneOf(names), nearest: nearest(column, names) });
    return undefined;
  }

  #wantForm(form: Form, wanted: Form[]): boolean {
    if (wanted.includes(form)) return true;
    const column = `${this.#table}.${this.#columns[0]}`;
    const message = `Cannot use ${this.#kind} on ${column} as it holds ${form}`;
    this.#fault({ path: this.#placeOf(0), message, wanted: `a column of ${oneOf(wanted)}` });
    return false;
  }

  #wantValue(value: Scalar | undefined, { form, path }: { form: Form; path: Path }): void {
    if (value === undefined) return;
    const type = (TABLES[this.#table] as Record<string, string>)[this.#columns[0]];
    const isWhole = !/^(?:smallint|integer|bigint)/.test(type) || Number.isSafeInteger(value);
    const { js, wanted } = VALUES[form];
    if (form === "times" ? isTime(value) : typeof value === js && isWhole) return;
    const message = `Cannot compare ${this.#table}.${this.#columns[0]} with ${JSON.stringify(value)}`;
    this.#fault({ path, message, wanted: isWhole ? wanted : "a whole number" });
  }

  #checkQuarantine(): void {
    const { task, table, columns } = QUARANTINE;
    const isKnown = (column: string) => (columns as readonly string[]).includes(column);
    if (this.#task === task && this.#table === table && this.#columns.every(isKnown)) return;
    const message = `Cannot set rows of ${this.#table} aside in task "${this.#task}"`;
    const wanted = `fail; only task "${task}" can, by ${columns.join(", ")} of ${table}`;
    this.#fault({ path: ["on_fail"], message, wanted });
  }

  #fault(fault: Omit<SchemaFault, "on">): void {
    this.faults.push({ on: "value", ...fault });
  }

  #question(): Question {
    const { between, in: among, matches, row_count: rows, freshness, references } = this.#written;
    const columns = this.#columns;
    if (between) {
      return { kind: "between", columns, min: this.#bound(between.min), max: this.#bound(between.max) };
    }
    if (among) return { kind: "in", columns, values: among.values };
    if (matches) return { kind: "matches", columns, pattern: matches.pattern };
    if (rows) return { kind: "row_count", columns, min: rows.min, max: rows.max, maxChange: rows.max_change };
    if (freshness) return { kind: "freshness", columns, within: freshness.within };
    if (references) {
      const { in: table, key = references.column } = references;
      return { kind: "references", columns, in: table as TableName, key };
    }
    return { kind: this.#kind as "not_null" | "unique", columns };
  }

  #bound(value: number | string | undefined): number | string | undefined {
    return isTime(value) ? new Date(value).toISOString() : value;
  }
}

const VALUES: Record<Form, { js?: string; wanted: string }> = {
  numbers: { js: "number", wanted: "a number" },
  text: { js: "string", wanted: "text" },
  "true or false": { js: "boolean", wanted: "true or false" },
  times: { wanted: "a date such as 1995-01-01 or 1995-01-01T12:30:00Z" },
  lists: { wanted: "a column without lists" },
};

function isTable(name: string): name is TableName {
  return Object.hasOwn(TABLES, name);
}

function formOf(type: string): Form {
  if (type.endsWith("[]") || type === "jsonb") return "lists";
  if (type === "boolean") return "true or false";
  if (type === "text") return "text";
  return type === "date" || type.startsWith("timestamp") ? "times" : "numbers";
}

/** A date, or a moment in UTC to the second. */
function isTime(value: Scalar | undefined): value is string {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\dZ)?$/.test(value)) return false;
  const time = Date.parse(value);
  // JavaScript turns 30 February into March.
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(value.slice(0, 10));
}
