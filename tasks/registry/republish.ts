/** Hands the server a snapshot that it had before: nothing is computed, so a rollback takes a second. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Db } from "../../sql/db.ts";
import { movePointer, type Pointer } from "../_pointer.ts";
import { latestRun } from "../runner/run/journal.ts";
import type { Session } from "../runner/session.ts";

export type KeptSnapshot = Omit<Pointer, "publication_id">;

const PIECE = 1 << 22;

/** The last snapshot of `version`, if its file is there and as it was; null where the next one has to be made. */
export async function keptSnapshot({ db, home }: Session, version: string): Promise<KeptSnapshot | null> {
  const row = await db.row<KeptSnapshot>("publish/snapshot_of_version", [version]);
  if (row === undefined) return null;
  return await sha256Of(join(home.artifacts, row.snapshot)) === row.sha256 ? row : null;
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
