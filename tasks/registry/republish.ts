/** Hands the server a snapshot that it had before: nothing is computed, so a rollback takes a second. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { ServingSettings } from "../../models/snapshot/serving_settings.ts";
import type { Db } from "../../sql/db.ts";
import { servingOf } from "../_serving.ts";
import { movePointer, type Pointer } from "../_pointer.ts";
import { latestRun } from "../runner/run/journal.ts";
import type { Session } from "../runner/session.ts";

export type KeptSnapshot = Omit<Pointer, "publication_id">;

const PIECE = 1 << 22;

/**
 * The last snapshot of `version`, if its file is there, is as it was, and hides what is hidden now; null where the next
 * one has to be made.
 */
export async function keptSnapshot(
  { db, home: { artifacts } }: Session,
  version: string,
): Promise<KeptSnapshot | null> {
  const row = await db.row<KeptSnapshot>("publish/snapshot_of_version", [version]);
  const newest = await db.row<{ snapshot: string }>("publish/newest_snapshot");
  if (row === undefined || newest === undefined) return null;
  const [then, now] = await Promise.all([row, newest].map(({ snapshot }) => servingOf(artifacts, snapshot)));
  if (then === null || now !== null && !hidesAsMuch(then, now)) return null;
  return await sha256Of(join(artifacts, row.snapshot)) === row.sha256 ? row : null;
}

/** What was hidden since must not come back with a model. */
function hidesAsMuch({ hide: then }: ServingSettings, { hide: now }: ServingSettings): boolean {
  const { movies, genres } = { movies: new Set(then.movies), genres: new Set(then.genres) };
  return now.movies.every((movie) => movies.has(movie)) && now.genres.every((genre) => genres.has(genre));
}

/**
 * Begins a publication of `kept` in the transaction that makes its version champion; the function that it returns ends
 * it, once that is committed. Killed in between, the next publication finishes or undoes it by what the pointer says.
 */
export async function republish(
  tx: Db,
  { home, db }: Session,
  kept: KeptSnapshot,
): Promise<() => Promise<void>> {
  const { snapshot, sha256, version, batch_id } = kept;
  const run = (await latestRun(tx))!.run_id;
  const params = [run, version, batch_id, snapshot, sha256];
  const { publication_id } = (await tx.row<Pick<Pointer, "publication_id">>(
    "publish/insert_publication",
    params,
  ))!;
  return async () => {
    await movePointer(home.artifacts, { publication_id, ...kept });
    await db.row("publish/finish_publication", [publication_id]);
  };
}

/** Of a file, in hex; null when there is none. */
async function sha256Of(path: string): Promise<string | null> {
  const hash = createHash("sha256");
  const piece = new Uint8Array(PIECE);
  try {
    using file = await Deno.open(path);
    for (let n = await file.read(piece); n !== null; n = await file.read(piece)) {
      hash.update(piece.subarray(0, n));
    }
    return hash.digest("hex");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
