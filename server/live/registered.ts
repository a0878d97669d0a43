/** The versions that can be loaded, and which of them is meant by what somebody asks for. */
import type { Db } from "../../sql/db.ts";
import type { Row } from "../../sql/tables.ts";
import type { Registered } from "./shared_model.ts";

type RegisteredRow = Pick<Row<"ops_db.model_versions">, "version" | "model" | "artifact">;

/** All of the registry, the champion first, then the newest. */
export async function registeredVersions(db: Db): Promise<Registered[]> {
  return await db.rows<RegisteredRow>("serve/registered_versions");
}

/** The version `name`, or the first of the model `name`; null: nothing is registered so. */
export function versionCalled(name: string, versions: readonly Registered[]): Registered | null {
  return versions.find(({ version }) => version === name) ??
    versions.find(({ model }) => model === name) ?? null;
}
