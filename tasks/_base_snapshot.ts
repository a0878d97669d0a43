/** The snapshot that the next one is made from: the last one published, as long as it can be trusted. */
import { openSnapshot, OtherFormatError, type Snapshot } from "../models/snapshot/snapshot.ts";
import type { Row } from "../sql/tables.ts";
import { loadArtifact } from "./_artifacts.ts";
import { hasErased } from "./_erasures.ts";
import type { Movies } from "./_lake.ts";
import type { Version } from "./_versions.ts";
import type { TaskContext } from "./runner/task.ts";

type Published = Pick<Row<"ops_db.publications">, "snapshot" | "version">;

export interface BaseOptions {
  champion: Version | null;
  movies: Movies;
  /** The newest batch of the snapshot to be made. */
  batchId: number;
}

/**
 * The last published snapshot; null when the next one has to be built from the lake: there is none, its file is gone
 * or damaged (said as a warning), another build made it, it has what the lake has not, or a training from scratch has
 * replaced its model.
 */
export async function readBase(context: TaskContext, options: BaseOptions): Promise<Snapshot | null> {
  const { db, artifacts, log } = context;
  const row = await db.row<Published>("publish/newest_snapshot");
  if (row === undefined) return null;
  if (await hasErased(db)) {
    log.detail("snapshot built from the lake: people were erased since the last one");
    return null;
  }
  try {
    const base = openSnapshot(await loadArtifact(artifacts, row.snapshot));
    const reason = refusal(base, row, options);
    if (reason !== null) log.detail(`snapshot built from the lake: ${reason}`);
    return reason === null ? base : null;
  } catch (error) {
    if (error instanceof OtherFormatError) {
      log.detail(
        `snapshot built from the lake: the last one is of format ${error.format}, as another build made it`,
      );
      return null;
    }
    log.warn(
      `The last snapshot cannot be added to, so this one is built from the lake: ${
        fault(error, row.snapshot)
      }`,
    );
    return null;
  }
}

/** What is wrong with the file. @throws what is no fault of its own. */
function fault(error: unknown, path: string): string {
  if (error instanceof Deno.errors.NotFound) return `"${path}" is gone`;
  if (error instanceof SyntaxError) return error.message;
  throw error;
}

/** `published.version` and not the snapshot's: a model without vectors leaves no trace in there. */
function refusal(
  base: Snapshot,
  published: Published,
  { champion, movies, batchId }: BaseOptions,
): string | null {
  if (base.batchId < 0 || base.batchId > batchId) return `the last one is of batch ${base.batchId}`;
  const isNew = champion !== null && champion.row.version !== published.version;
  if (isNew && champion.row.mode === "scratch") return `${champion.row.version} was trained from scratch`;
  const unknown = base.movieIds.find((id) => movies.catalogue.movies.get(id) === undefined);
  return unknown === undefined ? null : `the last one has movie ${unknown}, the lake has not`;
}
