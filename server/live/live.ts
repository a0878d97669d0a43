/**
 * The live snapshot: one reference, which each request reads once and keeps.
 *
 * A new one is loaded beside the old, verified, and put in its place by one assignment, together with the ratings
 * that are newer than it: no request sees half of a swap.
 */
import { join } from "node:path";
import { openSnapshot, type Snapshot } from "../../models/snapshot/snapshot.ts";
import type { NewerRatings } from "../follow/newer_ratings.ts";
import type { Publication } from "../follow/publications.ts";

/** What one request works with, from its beginning to its end. */
export interface Serving {
  readonly snapshot: Snapshot;
  readonly sha256: string;
  /** Null: not published, but made of what the database holds. */
  readonly publicationId: number | null;
  readonly newer: NewerRatings;
}

export interface Live {
  /** Null: there is nothing to serve yet. */
  current: Serving | null;
}

/**
 * Reads and opens the snapshot of `publication`.
 *
 * @throws {SyntaxError} when its bytes are not those that were published, or are no snapshot.
 * @throws {Deno.errors.NotFound} when the file is gone.
 */
export async function loadSnapshot(artifacts: string, { snapshot, sha256 }: Publication): Promise<Snapshot> {
  const bytes = await Deno.readFile(join(artifacts, snapshot));
  const found = await sha256Of(bytes);
  if (found !== sha256) {
    throw new SyntaxError(
      `Cannot serve snapshot "${snapshot}" as its sha256 should be ${sha256}: found ${found}`,
    );
  }
  return openSnapshot(bytes);
}

export async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
