/**
 * Any table of ratings as a `Source`, by a mapping of its columns: CSV or Parquet, one file or many.
 *
 * Line numbers count on through the parts, headers included, so that each line of the source has one; in Parquet a
 * row is a line. The hash is of the parts' bytes and of what the mapping makes of them: the same file by another
 * mapping is another source, the same file in another folder is not.
 */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { DataError } from "./errors.ts";
import type { IdColumn } from "./id_column.ts";
import { MappedMovies, moviesOf } from "./mapped_movies.ts";
import { MappedRatings, ratingColumns } from "./mapped_ratings.ts";
import type { MoviesMapping, SourceMapping } from "./mapping.ts";
import { parquetRows, type Role } from "./parquet.ts";
import { openParts, type Part } from "./parts.ts";
import { RecordReader } from "./record_reader.ts";
import { MAPPED_NAME, type RatingSet, type ReadOptions, type Source, type SourceFile } from "./source.ts";

const RATING_ROLES = { user_id: "id", movie_id: "id", rating: "number", rated_at: "time" } as const;
const MOVIE_ROLES = { movie_id: "id", title: "text", year: "text", genres: "text" } as const;

/** The data set of `mapping`, whose paths are absolute; nothing is read before it is asked for. */
export function mappedSource(mapping: SourceMapping): Source {
  let hash: Promise<string> | undefined;
  return {
    name: `${MAPPED_NAME}${mapping.path}`,
    edition: basename(mapping.path).replace(/(\.[a-z]+)+$/i, "") || mapping.path,
    isSample: false,
    mapping: { scale: mapping.scale ?? null, isImplicit: mapping.isImplicit, asWritten: identity(mapping) },
    sha256: (options = {}) => hash ??= hashOf(mapping, options),
    read: async (options = {}) => {
      const set = await readSet(mapping, options);
      hash ??= hashOf(mapping, options);
      return { ...set, sha256: await hash };
    },
  };
}

async function readSet(mapping: SourceMapping, options: ReadOptions): Promise<Omit<RatingSet, "sha256">> {
  const table = new MappedRatings(mapping);
  const columns = ratingColumns(mapping);
  const parts = await openParts(mapping);
  await readParts(parts, table, {
    ...options,
    columns,
    roles: RATING_ROLES,
    key: ["columns"],
  });
  table.finish();
  const { ratings, unparsable, users, movies } = table;
  const catalogue = await readMovies(mapping.movies, movies, options);
  const keys = { users: users.keys, movies: movies.keys };
  const notes = notesOf(mapping, table);
  const named = catalogue?.movies ?? moviesOf(ratings, movies);
  return {
    files: [...factsOf("ratings", parts), ...catalogue?.files ?? []],
    ratings,
    unparsable,
    movies: named,
    nRepeatedMovies: catalogue?.nRepeated ?? 0,
    isUntitled: catalogue === null,
    users: [],
    broken: catalogue?.broken ?? [],
    keys,
    notes,
  };
}

async function readMovies(mapping: MoviesMapping | undefined, ids: IdColumn, { signal }: ReadOptions) {
  if (mapping === undefined) return null;
  const table = new MappedMovies(mapping);
  const { columns } = mapping;
  const options = { signal, columns, roles: MOVIE_ROLES, key: ["movies", "columns"] };
  const parts = await openParts(mapping);
  await readParts(parts, table, options);
  const { broken, nRepeated } = table;
  return { movies: table.finish(ids), broken, nRepeated, files: factsOf("movies", parts) };
}

function factsOf(role: SourceFile["role"], parts: readonly Part[]): SourceFile[] {
  return parts.map(({ path, size, format }) => {
    return { role, path, bytes: size, encoding: format === "parquet" ? "Parquet" : "CSV" };
  });
}

/** What takes the records of a table. */
interface Table {
  begin(header: readonly string[], file: string): void;
  take(fields: string[] | null, line: number, text: string): void;
}

interface PartOptions<Name extends string> extends ReadOptions {
  columns: Readonly<Partial<Record<Name, string>>>;
  roles: Readonly<Record<Name, Role>>;
  key: readonly string[];
}

async function readParts<Name extends string>(
  parts: readonly Part[],
  table: Table,
  { signal, progress, ...options }: PartOptions<Name>,
): Promise<void> {
  const total = parts.reduce((sum, { size }) => sum + size, 0);
  let [read, line] = [0, 1];
  for (const part of parts) {
    const isParquet = part.format === "parquet";
    let isBegun = false;
    let row = line;
    const reader = new RecordReader(isParquet ? "," : part.delimiter, (fields, at, text) => {
      if (isBegun) return table.take(fields, isParquet ? row++ : at, text);
      isBegun = true;
      table.begin(fields ?? [text], part.path);
    }, line);
    const bytes = isParquet ? parquetRows(part.path, { ...options, signal }) : part.open((n) => read += n);
    for await (const chunk of bytes) {
      signal?.throwIfAborted();
      reader.feed(chunk);
      if (isParquet) progress?.(row - line, NaN, "rows");
      else progress?.(read, total, "bytes");
    }
    reader.finish();
    if (!isBegun) throw new DataError(`Cannot read "${part.path}" as it is empty`);
    line = isParquet ? row : reader.line;
  }
}

async function hashOf(mapping: SourceMapping, { signal }: ReadOptions): Promise<string> {
  const hash = createHash("sha256").update(identity(mapping));
  for (const part of await openParts(mapping)) {
    let size = 0;
    for await (const bytes of part.open(() => {})) {
      signal?.throwIfAborted();
      hash.update(bytes);
      size += bytes.length;
    }
    hash.update(`\0part of ${size}\0`); // so that two files are not the one that they would be together
  }
  return hash.digest("hex");
}

/** What of a mapping changes the ratings that are read, always written the same way. */
function identity({ delimiter, columns, timeForm, scale, isImplicit }: SourceMapping): string {
  const { user_id, movie_id, rating, rated_at } = columns;
  return JSON.stringify({
    delimiter: delimiter ?? null,
    columns: { user_id, movie_id, rating: isImplicit ? null : rating, rated_at },
    rated_at: timeForm,
    scale: scale && !isImplicit ? { min: scale.min, max: scale.max } : null,
    implicit: isImplicit,
  });
}

/** What was found out, and should be said. */
function notesOf(mapping: SourceMapping, { timeForm, users, movies }: MappedRatings): string[] {
  const notes: string[] = [];
  if (timeForm !== null && mapping.timeForm === null) {
    notes.push(
      `${mapping.columns.rated_at} is read as ${
        timeForm === "iso" ? "ISO 8601, UTC where no zone stands" : timeForm
      }.`,
    );
  }
  for (const [what, { keys }] of [["user", users], ["movie", movies]] as const) {
    if (keys !== null) {
      notes.push(`The ${what} ids are texts: ${keys.size.toLocaleString("en")} of them get numbers.`);
    }
  }
  if (mapping.isImplicit) notes.push("The rows are interactions without ratings.");
  return notes;
}
