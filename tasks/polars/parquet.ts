/**
 * Polars program: rows of a Parquet file as CSV with a header, in bounded memory.
 *
 * Arguments: the file, and the columns wanted: [["customer", "id"], …] as JSON, that is their names in the file and
 * what they are: id, number, time or text. Without them: the file's columns and their types, as JSON. A time that is
 * typed in the file comes out in microseconds, under its name with MICROSECONDS behind.
 */
import pl from "nodejs-polars";

/** Rows that Polars holds at once. */
const CHUNK = 250_000;
const [path, wanted] = Deno.args;
/** No name in a file ends so: U+001F is the unit separator. */
const MICROSECONDS = "\x1fus";
const options = { cache: false, rechunk: false, glob: false, hivePartitioning: false };

declare global {
  var gc: (() => void) | undefined; // with --expose-gc
}

type Role = "id" | "number" | "time" | "text";

const types = new Map(
  Object.entries(pl.scanParquet(path, options).limit(0).collectSync().schema).map(
    ([name, type]): [string, string] => [name, /^DataType\((.*)\)$/.exec(String(type))?.[1] ?? String(type)],
  ),
);

if (wanted === undefined) write(JSON.stringify([...types]));
else await writeRows(JSON.parse(wanted));

async function writeRows(columns: [column: string, role: Role][]): Promise<void> {
  const names = columns.map(([column, role]) => isTyped(column, role) ? `${column}${MICROSECONDS}` : column);
  write(`${names.map((name) => `"${name.replaceAll('"', '""')}"`).join()}\n`);
  const selected = columns.map(([column, role]) => typed(column, role).alias(column));
  for (let at = 0;; at += CHUNK) {
    const frame = pl.scanParquet(path, options).select(...selected).slice(at, CHUNK).collectSync();
    if (frame.height === 0) return;
    write(frame.writeCSV({ includeHeader: false }));
    // Frames lie outside the JavaScript heap: they go when it is collected and the event loop has turned.
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

function isTyped(column: string, role: Role): boolean {
  return role === "time" && /^Date/.test(types.get(column) ?? "");
}

function typed(column: string, role: Role): pl.Expr {
  const type = types.get(column) ?? "";
  const value = pl.col(column);
  // Every unit goes through microseconds: nodejs-polars takes one for another when it reads them itself.
  if (isTyped(column, role)) return value.cast(pl.Datetime("us")).cast(pl.Int64);
  if (role === "number" && !/^(String|Utf8|Categorical)/.test(type)) return value.cast(pl.Float64);
  // An integer column with nulls becomes floats in many a tool: 12.0 is the id 12.
  if (role !== "number" && /^Float/.test(type)) {
    const whole = pl.when(value.eq(value.floor())).then(value.cast(pl.Int64, false)).otherwise(pl.lit(null));
    return pl.when(whole.isNull()).then(value.cast(pl.Utf8)).otherwise(whole.cast(pl.Utf8));
  }
  return value.cast(pl.Utf8);
}

function write(text: string | Uint8Array): void {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}
