/** People who were erased while snapshots and models had them: what is published next knows nobody of them any more. */
import type { Db } from "../sql/db.ts";

/** Whether the published snapshots may have somebody who is erased: the next one is built from the lake alone. */
export async function hasErased(db: Db): Promise<boolean> {
  return (await db.row<{ n: number }>("publish/open_erasures"))!.n > 0;
}

/**
 * Notes that no snapshot has them any more, and forgets who they were; settled is an erasure once the champion, too,
 * was trained from scratch after it. Call it when the new snapshot is published and older ones are gone.
 */
export async function settleErasures(db: Db): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute("publish/forget_erased");
    await tx.execute("publish/settle_erasures");
  });
}
