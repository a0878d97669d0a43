/** What importing a source would mean for the archive, which holds one id space at a time. */
import type { Row } from "../../sql/tables.ts";
import { DataError } from "./errors.ts";
import { MAPPED_NAME } from "./source.ts";
import type { ReadOptions, Source } from "./source.ts";

type SourceRow = Row<"raw_db.sources">;

export type Verdict =
  /** It is all in. */
  | { action: "nothing"; source: SourceRow }
  /** A part of it is in. */
  | { action: "resume"; source: SourceRow }
  | { action: "import" }
  /** It needs a new database first: see `replaceArchive()`. */
  | { action: "replace"; reason: string };

export interface DecideOptions extends ReadOptions {
  sameIds?: boolean;
  replace?: boolean;
}

/**
 * Compares `source` with what the archive holds, by the hash of its ratings (a second per 500 MB and more).
 *
 * A file that is in, wholly or in part, is the same whatever the flags say, so a command can be repeated. An
 * archive that holds the made-up sample gives way to anything else.
 *
 * @throws {DataError} when the archive holds something else and neither flag says what to do.
 */
export async function decide(
  known: readonly SourceRow[],
  source: Source,
  { sameIds = false, replace = false, ...options }: DecideOptions = {},
): Promise<Verdict> {
  if (known.length === 0) return { action: "import" };
  const sha256 = await source.sha256(options);
  const same = known.find((row) => row.sha256 === sha256);
  if (same) return { action: same.imported_at === null ? "resume" : "nothing", source: same };
  if (known.some((row) => row.is_sample)) return { action: "replace", reason: "holds the made-up sample" };
  if (replace) return { action: "replace", reason: "is to be replaced" };
  const unfinished = known.find((row) => row.imported_at === null);
  if (unfinished) throw refusal(source, unfinished, [resumeCommand(unfinished), replaceCommand(source)]);
  if (sameIds && !source.isSample) return { action: "import" };
  const ways = [replaceCommand(source)];
  if (!source.isSample) {
    ways.push(`${commandOf(source)} --same-ids (a newer edition of the same ids)`);
  }
  throw refusal(source, known[known.length - 1], ways);
}

function refusal(source: Source, held: SourceRow, ways: string[]): DataError {
  const state = held.imported_at === null ? `${held.n_copied} of ${held.n_rows} ratings of ` : "";
  return new DataError(
    `Cannot import "${source.name}" (${source.edition}) as the archive holds ${state}another data set, ` +
      `"${held.name}" (${held.edition}), and ids of one mean other people and movies in the other. ` +
      `Next: ${ways.join(", or ")}`,
  );
}

/** The command that imports what is called so; a mapping is the manifest's, and has no name there. */
function commandOf({ name }: { name: string }): string {
  if (name.startsWith(MAPPED_NAME)) return "deno task import";
  return `deno task import ${/^[\w./:-]+$/.test(name) ? name : JSON.stringify(name)}`;
}

function replaceCommand(source: Source): string {
  return `${commandOf(source)} --replace (a new database; the old one is kept aside)`;
}

function resumeCommand(row: SourceRow): string {
  return `${commandOf(row)} (to finish that one)`;
}
