/** What a table is made of, for tests that rebuild it. */
import type { Db } from "../../sql/db.ts";

/** Columns, constraints, indexes, comments and views of `table`, as sorted text; parentheses depend on who wrote it. */
export async function structureOf(db: Db, table: string): Promise<string[]> {
  const parts = await db.rows<{ part: string }>("../../tests/sql/queries/structure", [table]);
  return parts.map(({ part }) => part.replaceAll(/[()]/g, ""));
}
