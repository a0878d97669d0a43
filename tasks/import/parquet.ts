/** Parquet files as CSV, by a Polars program in a process of its own. */
import { filter } from "../polars/filter.ts";
import { DataError } from "./errors.ts";
import { placesOf } from "./mapping.ts";

/** What a column is to be: an id keeps its text, a time comes in microseconds where it is typed. */
export type Role = "id" | "number" | "time" | "text";

/** Types of columns, by what they are to be, as Polars names them. */
const ACCEPTED: Record<Role, RegExp> = {
  id: /^(U?Int\d+|Float\d+|String|Utf8|Categorical|Decimal)/,
  number: /^(U?Int\d+|Float\d+|String|Utf8|Categorical|Decimal|Bool)/,
  time: /^(U?Int\d+|Float\d+|String|Utf8|Categorical|Date)/,
  text: /^(U?Int\d+|Float\d+|String|Utf8|Categorical|Decimal|Date)/,
};

export interface ParquetOptions<Name extends string> {
  /** Columns by what they are in the mapping. */
  columns: Readonly<Partial<Record<Name, string>>>;
  roles: Readonly<Record<Name, Role>>;
  /** Where the manifest's `source` names them. */
  key: readonly string[];
  signal?: AbortSignal;
}

/** Behind the name of a time that is typed in the file, and therefore in microseconds. */
export const MICROSECONDS = "\x1fus";

/** The wanted columns of the Parquet file at `path` as CSV, with a header of its own names. */
export async function* parquetRows<Name extends string>(
  path: string,
  { columns, roles, key, signal }: ParquetOptions<Name>,
): AsyncGenerator<Uint8Array> {
  const found = await parquetColumns(path, signal);
  const places = placesOf(found.map(([name]) => name), columns, { file: path, key });
  const wanted = new Map<string, Role>();
  for (const [name, place] of places) {
    const [column, type] = found[place];
    if (!ACCEPTED[roles[name]].test(type)) {
      throw new DataError(
        `Cannot read column ${JSON.stringify(column)} of "${path}" as ${name} as it should hold ` +
          `${roles[name] === "number" ? "numbers" : `${roles[name]}s`}: found type ${type}`,
      );
    }
    if (!wanted.has(column)) wanted.set(column, roles[name]); // a title may be the id
  }
  yield* polars(path, { args: [path, JSON.stringify([...wanted])], signal });
}

/** Names and types of the columns of the Parquet file at `path`. */
async function parquetColumns(path: string, signal?: AbortSignal): Promise<[name: string, type: string][]> {
  const bytes = await new Response(ReadableStream.from(polars(path, { args: [path], signal }))).text();
  return JSON.parse(bytes);
}

async function* polars(
  path: string,
  options: { args: string[]; signal?: AbortSignal },
): AsyncGenerator<Uint8Array> {
  try {
    yield* filter("parquet", nothing(), options);
  } catch (cause) {
    options.signal?.throwIfAborted();
    const reason = cause instanceof Error ? /found "(?:error: )?(.*)"/s.exec(cause.message)?.[1] : undefined;
    throw new DataError(
      `Cannot read "${path}" as Parquet: ${reason?.split("\\n")[0].slice(0, 200) ?? "its reader failed"}`,
      { cause },
    );
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
