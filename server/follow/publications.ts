/** Which snapshot should be served: rows of `ops_db.publications`, or, without a database, the file that points to one. */
import { join } from "node:path";
import type { Db } from "../../sql/db.ts";
import type { Row } from "../../sql/tables.ts";

export interface Publication {
  publicationId: number;
  /** Path of the snapshot below the artifact folder. */
  snapshot: string;
  /** Of the snapshot's bytes, in hex. */
  sha256: string;
}

type PublishedRow = Pick<Row<"ops_db.publications">, "publication_id" | "snapshot" | "sha256">;

/** The published snapshots, newest first. One still being published is not among them. */
export async function publishedSnapshots(db: Db): Promise<Publication[]> {
  return (await db.rows<PublishedRow>("serve/published")).map(publicationOf);
}

/**
 * What `<artifacts>/current.json` points to; empty when there is no such file.
 *
 * @throws {SyntaxError} when the file is not what publish writes.
 */
export async function pointedSnapshot(artifacts: string): Promise<Publication[]> {
  const path = join(artifacts, "current.json");
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  const found: unknown = JSON.parse(text);
  if (!isPublishedRow(found)) {
    throw new SyntaxError(
      `Cannot read "${path}" as it should name snapshot, sha256 and publication_id: found ${text}`,
    );
  }
  return [publicationOf(found)];
}

function publicationOf({ publication_id, snapshot, sha256 }: PublishedRow): Publication {
  return { publicationId: publication_id, snapshot, sha256 };
}

function isPublishedRow(value: unknown): value is PublishedRow {
  return typeof value === "object" && value !== null &&
    "publication_id" in value && typeof value.publication_id === "number" &&
    "snapshot" in value && typeof value.snapshot === "string" &&
    "sha256" in value && typeof value.sha256 === "string";
}
