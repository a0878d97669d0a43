/** Which data set to import: the one that somebody named, or the first that `source: auto` can get. */
import type { Row } from "../../sql/tables.ts";
import { DownloadError, type DownloadOptions, downloadZip, type Edition, EDITIONS } from "./download.ts";
import { DataError } from "./errors.ts";
import { movieLens } from "./movielens.ts";
import { nearest } from "../../models/nearest.ts";
import { DEFAULT_SHAPE, sampleSource } from "./sample.ts";
import { MAPPED_NAME, type Source } from "./source.ts";
import { decide } from "./verdict.ts";

type SourceRow = Row<"raw_db.sources">;

const SAMPLE = /^sample(?::(\d+))?(?::(\d+))?$/;
const ADVICE = "get ml-latest-small.zip (1 MB) from https://grouplens.org/datasets/movielens/ and run " +
  '"deno task import ml-latest-small.zip"';

export interface AutoOptions extends DownloadOptions {
  /** The manifest's mapping of columns; MATINEE_DATA goes before it. */
  mapped?: Source;
  /** The environment's MATINEE_DATA: a path or a known name. */
  matineeData?: string;
  /** Who set it, for messages; by default "MATINEE_DATA". */
  setBy?: string;
  /** What the archive holds: `archiveSources()`. */
  sources: readonly SourceRow[];
  /** May a made-up sample fill an empty archive? Not for the schedule. */
  allowSample: boolean;
  allowDownload: boolean;
  log: (line: string) => void;
}

/**
 * `source: auto`: MATINEE_DATA if set; else what is in already, of which an unfinished import goes on; else
 * ml-latest-small from GroupLens; else the sample. Null: there is nothing to import.
 *
 * @throws {DataError} when MATINEE_DATA is not what the archive holds, or nothing can be had.
 */
export async function resolveSource(options: AutoOptions): Promise<Source | null> {
  const { matineeData, mapped, sources, log } = options;
  const unfinished = sources.find(({ imported_at }) => imported_at === null);
  if (matineeData) return await fromEnvironment(matineeData, options);
  if (mapped) return await checked(mapped, options, "source in pipeline.yaml");
  if (unfinished) {
    log(
      `The import of "${unfinished.name}" stopped at ${unfinished.n_copied} of ${unfinished.n_rows} ratings: it goes on`,
    );
    return await namedSource(unfinished.name, options);
  }
  if (sources.length > 0) return null;
  return await freshSource(options);
}

export interface NameOptions extends DownloadOptions {
  /** What the archive holds: an edition that is all in is neither downloaded nor made again. */
  sources?: readonly SourceRow[];
}

/**
 * The data set that `name` stands for: a folder, a zip or a ratings file; `sample[:RATINGS[:SEED]]`; or one of
 * GroupLens' editions, downloaded unless a folder or file here has that name.
 *
 * @throws {DataError} when it is none of these, or cannot be had.
 */
export async function namedSource(name: string, options: NameOptions): Promise<Source> {
  const sample = SAMPLE.exec(name);
  if (sample) {
    const [, nRatings = DEFAULT_SHAPE.nRatings, seed = DEFAULT_SHAPE.seed] = sample;
    const made = sampleSource({ nRatings: Number(nRatings), seed: Number(seed) });
    return known(made.name, { options, get: () => Promise.resolve(made) });
  }
  if (name.startsWith(MAPPED_NAME)) {
    throw new DataError(
      `Cannot import "${name}" as it was imported by a mapping of columns in the manifest, which has none now. ` +
        "Next: give the manifest its source: {…} again, or deno task import FOLDER --replace",
    );
  }
  const edition = EDITIONS.find((known) => known === name);
  if (edition === undefined || await exists(name)) return await located(name);
  return known(edition, {
    options,
    get: async () => await movieLens(await downloadZip(edition, options), { name: edition }),
  });
}

/** What `get` gives; where the archive holds all of `name`, its row answers for it, and `get` waits until it is read. */
async function known(
  name: string,
  { options: { sources = [] }, get }: { options: NameOptions; get: () => Promise<Source> },
): Promise<Source> {
  const row = sources.find((row) => row.imported_at !== null && (row.name === name || row.edition === name));
  if (row === undefined) return await get();
  return {
    name: row.name,
    edition: row.edition,
    isSample: row.is_sample,
    sha256: () => Promise.resolve(row.sha256),
    read: async (options) => await (await get()).read(options),
  };
}

async function located(path: string): Promise<Source> {
  if (await exists(path)) return await movieLens(path);
  const best = nearest(path, ["sample", ...EDITIONS]);
  throw new DataError(
    `Cannot import "${path}" as there is no such folder or file: wanted one, or sample[:RATINGS[:SEED]], or a name ` +
      `of GroupLens' (${EDITIONS.join(", ")}).${best ? ` Did you mean "${best}"?` : ""} ` +
      `Next: deno task inspect ${best ?? "FOLDER"}`,
  );
}

async function fromEnvironment(name: string, options: AutoOptions): Promise<Source> {
  return await checked(await namedSource(name, options), options, options.setBy ?? "MATINEE_DATA");
}

/** `source`, unless the archive holds something else. */
async function checked(source: Source, options: AutoOptions, setBy: string): Promise<Source> {
  try {
    await decide(options.sources, source, { signal: options.signal });
  } catch (cause) {
    if (!(cause instanceof DataError)) throw cause;
    const name = source.mapping === undefined ? `, "${source.name}"` : "";
    throw new DataError(`Cannot use ${setBy}${name}: ${cause.message}; or unset ${setBy}`, { cause });
  }
  return source;
}

/** For an archive that is empty. */
async function freshSource(options: AutoOptions): Promise<Source> {
  const edition: Edition = "ml-latest-small";
  let problem = "downloads are off";
  try {
    if (options.allowDownload) return await namedSource(edition, options);
  } catch (cause) {
    if (!(cause instanceof DownloadError)) throw cause;
    problem = cause.message;
  }
  if (!options.allowSample) {
    throw new DataError(`Cannot fill the empty archive as there is no source: ${problem}. Next: ${ADVICE}`);
  }
  const ratings = DEFAULT_SHAPE.nRatings.toLocaleString("en");
  options.log(
    `No real data (${problem}): using a made-up sample of ${ratings} ratings. For the real data, ${ADVICE}.`,
  );
  return sampleSource();
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return false;
    throw new DataError(`Cannot import "${path}": ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}
