/** What became of an erasure: what is left of the person, counted anew, and which files still know them. */
import type { Db } from "../../sql/db.ts";
import type { Row } from "../../sql/tables.ts";

/** Who was erased, and what shows that one may ask: nobody else has both. */
export interface ErasureReceipt {
  userId: number;
  /** 32 hexadecimal digits. */
  salt: string;
}

export interface ErasureProof {
  erasure_id: number;
  erased_at: string;
  /** When no snapshot had them, and the live model was one trained without them; null: not yet. */
  settled_at: string | null;
  subject_hash: string;
  /** Rows removed, by table. */
  counts: Record<string, number>;
  /** Rows of the person now, by table; null without their receipt. */
  remaining: Record<string, number> | null;
  /** Files that were made while they were there. */
  artifacts: { kind: "snapshot" | "model"; name: string; status: string; until: string }[];
}

type ErasureRow = Row<"ops_db.erasures"> & { is_subject: boolean };
type ArtifactRow = Pick<ErasureProof["artifacts"][number], "kind" | "name" | "status">;

/** Null when there is no such erasure, or `receipt` is not its own. */
export async function proveErasure(
  db: Db,
  erasureId: number,
  receipt: ErasureReceipt | null,
): Promise<ErasureProof | null> {
  const params = [erasureId, receipt?.salt ?? null, receipt?.userId ?? null];
  const row = await db.row<ErasureRow>("erase/erasure", params);
  if (row === undefined || receipt !== null && !row.is_subject) return null;
  const remains = receipt &&
    await db.rows<{ table_name: string; n: number }>("erase/remains", [receipt.userId]);
  const artifacts = await db.rows<ArtifactRow>("erase/artifacts", [erasureId]);
  return {
    erasure_id: row.erasure_id,
    erased_at: row.erased_at.toISOString(),
    settled_at: row.settled_at?.toISOString() ?? null,
    subject_hash: row.subject_hash,
    counts: row.counts as Record<string, number>,
    remaining: remains && Object.fromEntries(remains.map(({ table_name, n }) => [table_name, n])),
    artifacts: artifacts.map((artifact) => ({ ...artifact, until: endOf(artifact) })),
  };
}

/** Until when a file stays. A model holds nobody's rows; its weights were fitted with them among the others. */
function endOf({ kind, status }: ArtifactRow): string {
  if (kind === "snapshot") return "the next publication, which is built from the lake";
  return status === "champion"
    ? "a model that is trained from scratch takes its place: due with the next training"
    : "deno task models prune, when nothing needs it any more";
}
