/** `current.json`: which snapshot is served, for servers without a database, and for publish to know how far it came. */
import { join } from "node:path";
import { writeAside } from "./_artifacts.ts";

export interface Pointer {
  publication_id: number;
  snapshot: string;
  sha256: string;
  version: string | null;
  batch_id: number;
  /** When this snapshot was first handed out. */
  published_at: Date;
}

const pathIn = (artifacts: string) => join(artifacts, "current.json");

/** Null: nothing was published yet. */
export async function readPointer(artifacts: string): Promise<Pointer | null> {
  try {
    return JSON.parse(await Deno.readTextFile(pathIn(artifacts)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** In one step: readers see the old pointer or this one. */
export async function movePointer(artifacts: string, pointer: Pointer): Promise<void> {
  await writeAside(pathIn(artifacts), new TextEncoder().encode(JSON.stringify(pointer) + "\n"));
}
