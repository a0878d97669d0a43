/** Brings ratings into the archive before a run: what the manifest's `source` and the environment ask for. */
import { archiveSources, importArchive, type ImportResult } from "../import/archive.ts";
import { namedSource, resolveSource } from "../import/resolve.ts";
import type { Source } from "../import/source.ts";
import { decide } from "../import/verdict.ts";
import type { World } from "./command.ts";
import { dayOf } from "./due.ts";
import { count } from "./log.ts";
import type { Session } from "./session.ts";

export interface ArchiveOptions {
  /** The manifest's `source`. */
  source: string;
  world: World;
  /** May a made-up sample fill an empty archive? Never for the schedule. */
  allowSample: boolean;
}

/** Imports what there is to import; hold the run lock. @throws {DataError} when that is refused, or nothing can be had. */
export async function ensureArchive(
  session: Session,
  { source, world, allowSample }: ArchiveOptions,
): Promise<void> {
  const { say, signal } = world;
  const sources = await archiveSources(session.db);
  const download = { home: session.home.path, log: say, signal };
  const fromEnv = Deno.env.get("MATINEE_DATA") || undefined;
  const wanted = fromEnv ? { matineeData: fromEnv } : manifestSource(source);
  const found = await resolveSource({ ...download, ...wanted, sources, allowSample, allowDownload: true });
  if (found !== null) await importSource(session, found, { world });
}

function manifestSource(source: string): { matineeData?: string; setBy?: string } {
  return source === "auto" ? {} : { matineeData: source, setBy: "source in pipeline.yaml" };
}

export interface ImportSourceOptions {
  world: World;
  replace?: boolean;
  sameIds?: boolean;
}

/** Imports `source`, into a new database where that is asked for or the archive holds the sample. */
export async function importSource(
  session: Session,
  source: Source,
  { world, replace, sameIds }: ImportSourceOptions,
): Promise<ImportResult> {
  const { say, signal, log, now } = world;
  const { progress } = log.ofStage("import");
  const verdict = await decide(await archiveSources(session.db), source, {
    replace,
    sameIds,
    signal,
    progress,
  });
  if (verdict.action === "replace") {
    const keptAs = await session.replaceDatabase(dayOf(now()));
    say(`The archive ${verdict.reason}: a new database takes its place, the old one is kept as "${keptAs}".`);
  }
  if (verdict.action !== "nothing") {
    say(`Importing ${source.edition}${source.isSample ? " (made-up sample)" : ""}.`);
  }
  const result = await importArchive(session.db, source, { sameIds, signal, progress });
  if (result.action !== "nothing") tellImport(result, world);
  return result;
}

function tellImport(
  { action, nCopied, nUnparsable, nMovies, broken, source }: ImportResult,
  { say, log }: World,
): void {
  log.line("import", {
    status: action,
    edition: source.edition,
    rows: nCopied,
    unparsable: nUnparsable,
    movies: nMovies,
  });
  if (nUnparsable > 0) {
    say(`${count(nUnparsable)} lines are no ratings: the next batch lists them as rejects.`);
  }
  for (const { file, line, reason } of broken.slice(0, 5)) say(`${file}:${line} is left out: ${reason}`);
  if (broken.length > 5) say(`… and ${count(broken.length - 5)} lines more`);
}

/** The data set that a person named on the command line. */
export async function namedOnCommandLine(
  name: string,
  session: Session,
  { say, signal }: World,
): Promise<Source> {
  const sources = await archiveSources(session.db);
  return await namedSource(name, { home: session.home.path, log: say, signal, sources });
}
