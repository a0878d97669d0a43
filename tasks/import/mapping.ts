/** What a manifest says of data that are not MovieLens: where they lie, and which column is which. */
import { DataError } from "./errors.ts";
import type { TimeForm } from "./times.ts";

export type FileFormat = "auto" | "csv" | "parquet";

export interface FileMapping {
  /** A file, a folder of parts, a glob, or a file inside a zip. */
  path: string;
  format: FileFormat;
  /** Of CSV; absent: a tab in .tsv files, else a comma. */
  delimiter?: string;
}

/** Names of columns are those of the file. */
export interface SourceMapping extends FileMapping {
  columns: { user_id: string; movie_id: string; rating: string; rated_at: string };
  /** How rated_at is written; null: found out. */
  timeForm: TimeForm | null;
  /** The ratings' own scale; absent: half stars from 0.5 to 5. */
  scale?: { min: number; max: number };
  /** Each row is an interaction, without a rating. */
  isImplicit: boolean;
  movies?: MoviesMapping;
}

export interface MoviesMapping extends FileMapping {
  /** Columns that are absent here are absent in the file. */
  columns: { movie_id: string; title?: string; year?: string; genres?: string };
  genreSeparator: string;
}

interface Missing {
  file: string;
  /** Where the manifest's `source` names the column. */
  key: readonly string[];
  column: string;
  /** Those that the file has. */
  columns: readonly string[];
}

/** A column that a file lacks. */
export class MissingColumn extends DataError {
  constructor(readonly missing: Missing) {
    const { file, key, column, columns } = missing;
    const found = columns.length > 0 ? columns.map((name) => JSON.stringify(name)).join(", ") : "none";
    super(
      `Cannot read "${file}" as it has no column ${JSON.stringify(column)}, wanted by source.${
        key.join(".")
      }: ` +
        `found ${found}`,
    );
  }
}

/**
 * The place of each column that `wanted` names, in `header`: by its very name, else by its letters and digits.
 *
 * @throws {MissingColumn}
 */
export function placesOf<Role extends string>(
  header: readonly string[],
  wanted: Readonly<Partial<Record<Role, string>>>,
  { file, key }: { file: string; key: readonly string[] },
): Map<Role, number> {
  const plain = (name: string) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
  const names = header.map((name) => name.trim());
  const places = new Map<Role, number>();
  for (const role in wanted) {
    const column = wanted[role];
    if (column === undefined) continue;
    const isExact = names.includes(column);
    const matches = names.flatMap((name, i) =>
      (isExact ? name === column : plain(name) === plain(column)) ? [i] : []
    );
    if (matches.length === 0) throw new MissingColumn({ file, key: [...key, role], column, columns: names });
    if (matches.length > 1) {
      throw new DataError(
        `Cannot read "${file}" as ${matches.length} of its columns are called ${JSON.stringify(column)}`,
      );
    }
    places.set(role, matches[0]);
  }
  return places;
}
