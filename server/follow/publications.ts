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
  /** When it was first handed out, in milliseconds of the epoch; null: the pointer does not say. */
  publishedAt: number | null;
  /** Whether it was handed out before, as a rollback does: whoever types that waits for it. */
  isRepublished: boolean;
}

/** What a file that points to a snapshot must say. */
type Pointed = Pick<Row<"ops_db.publications">, "publication_id" | "snapshot" | "sha256">;
type PublishedRow = Pointed & { published_at: Date | null; is_republished: boolean };

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
  if (!isPointed(found)) {
    throw new SyntaxError(
      `Cannot read "${path}" as it should name snapshot, sha256 and publication_id: found ${text}`,
    );
  }
  return [{ ...namesOf(found), publishedAt: timeIn(found), isRepublished: false }];
}

function publicationOf(row: PublishedRow): Publication {
  return {
    ...namesOf(row),
    publishedAt: row.published_at?.getTime() ?? null,
    isRepublished: row.is_republished,
  };
}

const namesOf = ({ publication_id, snapshot, sha256 }: Pointed) => (
  { publicationId: publication_id, snapshot, sha256 }
);

/** Null: it was written before pointers said so. */
function timeIn(pointed: Pointed): number | null {
  const time = "published_at" in pointed ? Date.parse(String(pointed.published_at)) : NaN;
  return Number.isNaN(time) ? null : time;
}

function isPointed(value: unknown): value is Pointed {
  return typeof value === "object" && value !== null &&
    "publication_id" in value && typeof value.publication_id === "number" &&
    "snapshot" in value && typeof value.snapshot === "string" &&
    "sha256" in value && typeof value.sha256 === "string";
}
