/** Checks against the tables that there are: which table each looks at, and whether its columns and values fit. */
import { type TableName, TABLES } from "../../../sql/tables.ts";
import { columnsOf, type Form, formOf, isTable, wantedInstead } from "./_column_form.ts";
import { questionOf } from "./_check_question.ts";
import { check, type Kind, kindsOf, type WrittenCheck } from "./_check_schema.ts";
import { nearest } from "../../../models/nearest.ts";
import { placeName, type SchemaFault } from "../manifest/_schema_fault.ts";
import { oneOf } from "../_words.ts";
import { type Located, nodeAt, type Path, valueAt } from "../manifest/_yaml.ts";
import { type Check, flowText, QUARANTINE, type Scalar } from "./check.ts";
import type { Tasks } from "../task.ts";

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
    found.faults.push(
      ...reading.faults.map((fault) => withoutSecret({ ...fault, path: [...place, ...fault.path] }, root)),
    );
  }
  return found;
}

/** What a variable holds may be a secret: the error says only how it was written. */
function withoutSecret(fault: SchemaFault, root: Located): SchemaFault {
  const written = nodeAt(root, fault.path)?.written;
  if (written === undefined) return fault;
  const message = `Cannot use what ${JSON.stringify(written)} stands for in ${placeName(root, fault.path)}`;
  return { ...fault, message, nearest: undefined };
}

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
    return {
      ...questionOf(this.#written, this.#columns),
      table: this.#table,
      severity,
      onFail,
      mostly,
      text,
    };
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
    if (form === undefined || forms.includes(undefined)) return;
    const { between, in: among, references } = this.#written;
    if (this.#kind === "matches") this.#wantForm(form, ["text"]);
    if (this.#kind === "freshness") this.#wantForm(form, ["times"]);
    if (between && this.#wantForm(form, ["numbers", "times"])) {
      this.#wantValue(between.min, ["between", "min"]);
      this.#wantValue(between.max, ["between", "max"]);
    }
    if (among && this.#wantForm(form, ["text", "numbers", "true or false"])) {
      among.values.forEach((value, index) => this.#wantValue(value, ["in", "values", index]));
    }
    if (references) this.#checkReference(form, references);
  }

  #checkReference(form: Form, { column, in: table, key }: NonNullable<WrittenCheck["references"]>): void {
    const other = this.#known(table, ["references", "in"]);
    const path = ["references", key === undefined ? "in" : "key"];
    const found = isTable(other) ? this.#formOf(other, key ?? column, path) : undefined;
    if (found === undefined || found === form) return;
    this.#fault({
      path,
      message: `Cannot compare ${form} with ${found} in ${other}.${key ?? column}`,
      wanted: form,
    });
  }

  /** The form of a column; undefined where there is no such column. */
  #formOf(table: TableName, column: string, path: Path): Form | undefined {
    const names = Object.keys(columnsOf(table));
    if (names.includes(column)) return formOf(table, column);
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

  #wantValue(value: Scalar | undefined, path: Path): void {
    const [column] = this.#columns;
    const wanted = value === undefined ? undefined : wantedInstead(value, this.#table, column);
    if (wanted === undefined) return;
    this.#fault({
      path,
      message: `Cannot compare ${this.#table}.${column} with ${JSON.stringify(value)}`,
      wanted,
    });
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
}
