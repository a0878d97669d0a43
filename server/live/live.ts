/**
 * The live snapshot: one reference, which each request reads once and keeps.
 *
 * A new one is loaded beside the old, verified, and put in its place by one assignment, together with the ratings
 * that are newer than it: no request sees half of a swap. Its bytes stand in shared memory: the coordinator loads
 * them, and every worker opens the same ones.
 */
import { join } from "node:path";
import { openSnapshot, type Snapshot } from "../../models/snapshot/snapshot.ts";
import type { Publication } from "../follow/publications.ts";
import type { NewerRatings } from "./newer.ts";

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

/** A verified snapshot, as one worker posts it to another: everything in it is shared, and nothing copied. */
export interface SharedSnapshot {
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly sha256: string;
  /** Null: not published, but made of what the database holds. */
  readonly publicationId: number | null;
}

/**
 * Reads the snapshot of `publication` into shared memory.
 *
 * @throws {SyntaxError} when its bytes are not those that were published.
 * @throws {Deno.errors.NotFound} when the file is gone.
 */
export async function loadSnapshot(
  artifacts: string,
  { snapshot, sha256, publicationId }: Publication,
): Promise<SharedSnapshot> {
  const bytes = await Deno.readFile(join(artifacts, snapshot));
  const found = await sha256Of(bytes);
  if (found !== sha256) {
    throw new SyntaxError(
      `Cannot serve snapshot "${snapshot}" as its sha256 should be ${sha256}: found ${found}`,
    );
  }
  return { ...await shareSnapshot(bytes), publicationId };
}

/** A snapshot that nobody published, in shared memory. */
export async function shareSnapshot(bytes: Uint8Array<ArrayBuffer>): Promise<SharedSnapshot> {
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return { bytes: shared, sha256: await sha256Of(bytes), publicationId: null };
}

/** `shared` as this worker sees it. @throws {SyntaxError} when it is no snapshot. */
export function openShared({ bytes }: SharedSnapshot): Snapshot {
  return openSnapshot(bytes);
}

/** What is served with `snapshot`, which `openShared()` made of `shared`. */
export function servingOf(
  { sha256, publicationId }: SharedSnapshot,
  snapshot: Snapshot,
  newer: NewerRatings,
): Serving {
  return { snapshot, sha256, publicationId, newer };
}

export async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
