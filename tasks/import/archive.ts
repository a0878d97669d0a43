/**
 * Imports a data set into the archive: ratings in time order, each with its id, once.
 *
 * First one transaction registers the source: its hash, its range of ids, its unparsable lines and its movies.
 * Then chunks follow; each commits its rows and the count of them together, so an import that was killed goes
 * on where it stopped, and one that is repeated adds nothing. The first import loads without the key and builds it
 * at its end, from rows that are in its order; one that goes on after a kill finds the key missing, and does so too.
 */
import type { Db, Pool } from "../../sql/db.ts";
import type { Row } from "../../sql/tables.ts";
import { binaryRows } from "./binary_rows.ts";
import { writeMovies, writeUsers } from "./catalogue.ts";
import { DataError } from "./errors.ts";
import { type NewKeys, numberIds, writeKeys } from "./foreign_ids.ts";
import { unknownRows } from "./known_rows.ts";
import type { BrokenLine, Progress, RatingSet, RawMovie, Source, UnparsableLine } from "./source.ts";
import { timeOrder } from "./time_order.ts";
import { decide } from "./verdict.ts";

type SourceRow = Row<"raw_db.sources">;

export interface ImportOptions {
  /** The caller vouches that the source is a newer edition with the archive's user and movie ids. */
  sameIds?: boolean;
  /** Ratings a transaction. */
  chunkRows?: number;
  /** Seen between chunks; what is committed stays and the next import goes on from it. */
  signal?: AbortSignal;
  progress?: Progress;
}

export interface ImportResult {
  /** "nothing": the file was all in before. */
  action: "imported" | "resumed" | "nothing";
  source: SourceRow;
  /** Ratings that this call added. */
  nCopied: number;
  /** Ratings of the file that were in before, exactly, and are therefore left out. */
  nKnown: number;
  nUnparsable: number;
  nMovies: number;
  nUsers: number;
  /** Lines of the movies and users files that were left out. */
  broken: BrokenLine[];
  /** What the reader found out, for people. */
  notes: string[];
}

const LINES_PER_STATEMENT = 5_000;

/** Every source that was registered, oldest first. */
export function archiveSources(db: Db): Promise<SourceRow[]> {
  return db.rows<SourceRow>("import/sources");
}

/**
 * Imports `source`, or finishes importing it. Hold the lock that keeps runs apart.
 *
 * @throws {DataError} when the archive holds another id space (see `decide()`), or the file changed under way.
 */
export async function importArchive(
  pool: Pool,
  source: Source,
  { sameIds = false, chunkRows = 1_000_000, signal, progress }: ImportOptions = {},
): Promise<ImportResult> {
  const sources = await archiveSources(pool);
  const verdict = await decide(sources, source, { sameIds, signal, progress });
  if (verdict.action === "replace") {
    throw new DataError(`Cannot import "${source.name}" into this database as it ${verdict.reason}`);
  }
  if (verdict.action === "nothing") {
    const none = { nCopied: 0, nKnown: 0, nUnparsable: 0, nMovies: 0, nUsers: 0, broken: [], notes: [] };
    return { action: "nothing", source: verdict.source, ...none };
  }
  const set = await source.read({ signal, progress });
  const keys = await numberIds(pool, set, { name: source.name, isFirst: sources.length === 0 });
  const whole = await timeOrder(set.ratings, signal);
  const { row, order } = verdict.action === "resume"
    ? await sameFile(pool, verdict.source, { set, order: whole, signal })
    : await register(pool, source, { set, order: whole, sameIds, keys, signal });
  const finished = await copyRatings(pool, { set, order, row, chunkRows, signal, progress });
  return {
    action: verdict.action === "resume" ? "resumed" : "imported",
    source: finished,
    nCopied: row.n_rows - row.n_copied,
    nKnown: row.n_known,
    nUnparsable: set.unparsable.length,
    nMovies: set.movies.length,
    nUsers: set.users.length,
    broken: set.broken,
    notes: set.notes ?? [],
  };
}

interface Reading {
  set: RatingSet;
  /** Row numbers of the ratings, in time order. */
  order: Uint32Array<ArrayBuffer>;
  signal?: AbortSignal;
}

interface Registration extends Reading {
  sameIds: boolean;
  keys: { users: NewKeys; movies: NewKeys };
}

/** A source's row, and its ratings that are to be copied, in the order of their ids. */
interface Registered {
  row: SourceRow;
  order: Uint32Array;
}

function register(
  pool: Pool,
  source: Source,
  { set, order: whole, sameIds, keys, signal }: Registration,
): Promise<Registered> {
  return pool.transaction(async (tx) => {
    await tx.row("import/lock_sources");
    const verdict = await decide(await archiveSources(tx), source, { sameIds });
    if (verdict.action !== "import") {
      throw new DataError(`Cannot import "${source.name}" as another process began to import it meanwhile`);
    }
    const archive = await tx.row<{ is_empty: boolean }>("import/is_empty");
    if (archive?.is_empty) await tx.execute("import/drop_key");
    const next = await tx.row<{ next_id: number }>("import/next_rating_id");
    const before = next!.next_id;
    const order = archive?.is_empty
      ? whole
      : await unknownRows(tx, set.ratings, { order: whole, before, signal });
    const { name, edition, isSample } = source;
    const nKnown = whole.length - order.length;
    const fields = [set.sha256, name, edition, isSample, order.length, before, nKnown];
    const row = await tx.row<SourceRow>("import/insert_source", fields);
    await writeUnparsable(tx, row!.source_id, set.unparsable);
    await writeMapping(tx, row!.source_id, source);
    await writeKeys(tx, keys);
    await writeMovies(tx, set.isUntitled ? await unknownMovies(tx, set.movies) : set.movies);
    await writeUsers(tx, set.users);
    return { row: row!, order };
  });
}

async function writeMapping(tx: Db, sourceId: number, { mapping }: Source): Promise<void> {
  if (mapping === undefined) return;
  const { asWritten, isImplicit, scale } = mapping;
  const fields = [sourceId, asWritten, isImplicit, scale?.min ?? null, scale?.max ?? null];
  await tx.execute("import/insert_mapping", fields);
}

/** Those of `movies` that the archive does not have. */
async function unknownMovies(tx: Db, movies: readonly RawMovie[]): Promise<RawMovie[]> {
  const known = new Set(
    (await tx.rows<{ movie_id: number }>("import/movie_ids")).map(({ movie_id }) => movie_id),
  );
  return movies.filter(({ movieId }) => !known.has(movieId));
}

async function writeUnparsable(tx: Db, sourceId: number, lines: readonly UnparsableLine[]): Promise<void> {
  for (let from = 0; from < lines.length; from += LINES_PER_STATEMENT) {
    const chunk = lines.slice(from, from + LINES_PER_STATEMENT);
    const columns = [
      chunk.map(({ line }) => line),
      chunk.map(({ text }) => text),
      chunk.map(({ reason }) => reason),
    ];
    await tx.execute("import/insert_unparsable", [sourceId, ...columns]);
  }
}

interface Copy extends ImportOptions, Registered {
  set: RatingSet;
  chunkRows: number;
}

async function copyRatings(
  pool: Pool,
  { set, order, row, chunkRows, signal, progress }: Copy,
): Promise<SourceRow> {
  const slice = { order, firstId: row.first_id, sourceId: row.source_id };
  progress?.(row.n_copied, row.n_rows, "ratings");
  for (let from = row.n_copied; from < row.n_rows; from += chunkRows) {
    signal?.throwIfAborted();
    const to = Math.min(row.n_rows, from + chunkRows);
    await pool.transaction(async (tx) => {
      await tx.row("import/commit_later");
      if (await tx.execute("import/advance_source", [row.source_id, from, to - from]) === 0) {
        throw new DataError(`Cannot go on importing "${row.name}" as another process does so at this moment`);
      }
      await tx.copyIn("import/copy_ratings", binaryRows(set.ratings, { ...slice, from, to }));
    });
    progress?.(to, row.n_rows, "ratings");
  }
  signal?.throwIfAborted();
  await ensureKey(pool);
  await pool.execute("import/analyze_ratings");
  const finished = await pool.row<SourceRow>("import/finish_source", [row.source_id]);
  if (finished === undefined) {
    throw new DataError(`Cannot finish importing "${row.name}" as it left the archive`);
  }
  return finished;
}

async function ensureKey(pool: Pool): Promise<void> {
  await pool.transaction(async (tx) => {
    const ratings = await tx.row<{ has_key: boolean }>("import/has_key");
    if (ratings?.has_key) return;
    await tx.execute("import/build_key");
    await tx.execute("import/set_key");
  });
}

/** What is left of an import that stopped: the same file gives the same ids. */
async function sameFile(
  pool: Pool,
  row: SourceRow,
  { set, order: whole, signal }: Reading,
): Promise<Registered> {
  const before = row.first_id;
  const order = row.n_known === 0
    ? whole
    : await unknownRows(pool, set.ratings, { order: whole, before, signal });
  if (row.sha256 === set.sha256 && row.n_rows === order.length) return { row, order };
  throw new DataError(
    `Cannot go on importing "${row.name}" as it was read differently before: wanted ${row.n_rows} ratings, ` +
      `found ${order.length}. Next: deno task import "${row.name}" --replace`,
  );
}
