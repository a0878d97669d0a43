/** Which version is meant by what somebody asks for. */
import type { Db } from "../../sql/db.ts";
import type { Row } from "../../sql/tables.ts";

export type RegisteredRow = Pick<Row<"ops_db.model_versions">, "version" | "model" | "artifact">;

/** The version `name`, or the newest of the model `name`, the champion first; null: nothing is registered so. */
export async function registeredVersion(db: Db, name: string): Promise<RegisteredRow | null> {
  return await db.row<RegisteredRow>("serve/registered_version", [name]) ?? null;
}
