/** Brings ratings into the archive before a run: what the manifest's `source` and the environment ask for. */
import { archiveSources, importArchive, type ImportResult } from "../import/archive.ts";
import { mappedSource } from "../import/mapped.ts";
import { MissingColumn, type SourceMapping } from "../import/mapping.ts";
import { namedSource, resolveSource } from "../import/resolve.ts";
import type { Source } from "../import/source.ts";
import { decide } from "../import/verdict.ts";
import { nearest } from "../../models/nearest.ts";
import { oneOf } from "./_words.ts";
import { readYaml, spanAt } from "./manifest/_yaml.ts";
import type { World } from "./cli/command.ts";
import { dayOf } from "./due.ts";
import { ManifestErrors, UsageError } from "./errors.ts";
import type { Pipeline } from "./run/execute.ts";
import { count } from "./cli/log.ts";
import { formatManifestErrors, positionOf } from "./manifest/manifest_error.ts";
import { plan } from "./plan/plan.ts";
import type { Session } from "./session.ts";
import { readPlanState } from "./plan/state.ts";

export interface ArchiveOptions {
  pipeline: Pipeline;
  world: World;
  /** May a made-up sample fill an empty archive? Never for the schedule. */
  allowSample: boolean;
}

/**
 * Imports what there is to import; hold the run lock.
 *
 * @throws {ManifestErrors} when no run can follow, as the manifest's order makes no sense; nothing is imported then.
 * @throws {DataError} when the import is refused, or nothing can be had.
 */
export async function ensureArchive(
  session: Session,
  { pipeline, world, allowSample }: ArchiveOptions,
): Promise<void> {
  const { say, signal } = world;
  const sources = await archiveSources(session.db);
  const importsFirst = sources.every(({ imported_at }) => imported_at === null);
  const due = { kind: "daily", day: dayOf(world.now()) } as const;
  const state = { ...await readPlanState(session.db, due), importsFirst };
  const { errors } = plan(pipeline.manifest, pipeline.tasks, state);
  if (errors !== undefined) throw new ManifestErrors(formatManifestErrors(errors, pipeline.text));
  const download = { home: session.home.path, log: say, signal };
  const fromEnv = Deno.env.get("MATINEE_DATA") || undefined;
  const wanted = fromEnv ? { matineeData: fromEnv } : manifestSource(pipeline.manifest.source);
  await pointing(pipeline, async () => {
    const found = await resolveSource({ ...download, ...wanted, sources, allowSample, allowDownload: true });
    if (found !== null) await importSource(session, found, { world });
  });
}

function manifestSource(
  source: string | SourceMapping,
): { matineeData?: string; setBy?: string; mapped?: Source } {
  if (typeof source !== "string") return { mapped: mappedSource(source) };
  return source === "auto" ? {} : { matineeData: source, setBy: "source in pipeline.yaml" };
}

/** Does what `body` does; a column that the data lack is shown where the manifest names it. */
export async function pointing<T>({ manifest, text }: Pipeline, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (cause) {
    if (!(cause instanceof MissingColumn)) throw cause;
    const { file, key, column, columns } = cause.missing;
    const { root } = readYaml(text);
    if (root === null) throw cause;
    const error = {
      file: manifest.file,
      ...positionOf(text, spanAt(root, ["source", ...key])),
      message: `Cannot find the column ${JSON.stringify(column)} in "${file}"`,
      wanted: oneOf(columns.map((name) => JSON.stringify(name))),
      means: `source.${key.join(".")}`,
      nearest: nearest(column, columns),
      next: "deno task import",
    };
    throw new ManifestErrors(formatManifestErrors([error], text), { cause });
  }
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
  for (const note of result.notes) say(note);
  if (result.action !== "nothing") tellImport(result, world);
  return result;
}

function tellImport(
  { action, nCopied, nKnown, nUnparsable, nMovies, broken, source }: ImportResult,
  { say, log }: World,
): void {
  log.line("import", {
    status: action,
    edition: source.edition,
    rows: nCopied,
    already_in: nKnown,
    unparsable: nUnparsable,
    movies: nMovies,
  });
  if (nUnparsable > 0) {
    say(`${count(nUnparsable)} lines are no ratings: the next batch lists them as rejects.`);
  }
  for (const { file, line, reason } of broken.slice(0, 5)) say(`${file}:${line} is left out: ${reason}`);
  if (broken.length > 5) say(`… and ${count(broken.length - 5)} lines more`);
}

/** The manifest's own source. @throws {UsageError} when that is `auto`, which names none. */
export async function namedInManifest(
  { manifest }: Pipeline,
  session: Session,
  world: World,
): Promise<Source> {
  const { source } = manifest;
  if (typeof source !== "string") return mappedSource(source);
  if (source !== "auto") return await namedOnCommandLine(source, session, world);
  throw new UsageError(
    `Cannot import as neither the command nor "source" in ${manifest.file} says what. ` +
      "Next: deno task import FOLDER, or deno task import --help",
  );
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
