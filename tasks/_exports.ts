/** What others can open of a version: a `.keras` file where it is a network, and its model card. */
import { join } from "node:path";
import { encodeKeras } from "../models/export/keras.ts";
import { writeAside } from "./_artifacts.ts";
import { modelCard } from "./_model_card.ts";
import { readVersionRecord } from "./_version_record.ts";
import type { Version } from "./_versions.ts";
import type { TaskContext } from "./runner/task.ts";

/** Where the exports of `version` lie below the artifact folder. */
export const exportsOf = (artifacts: string, version: string) => join(artifacts, "exports", version);

/** The bytes of the `.keras` file; null for a model that is no network. */
export async function kerasOf({ row, scorer }: Version): Promise<Uint8Array | null> {
  const portable = scorer.portable?.();
  return portable === undefined
    ? null
    : await encodeKeras(portable.network, { savedAt: row.created_at.toISOString() });
}

/**
 * Writes card and `.keras` of a champion, once. It is called when the server has been told, and what goes wrong is
 * said and fails nothing: nobody waits for these files.
 */
export async function exportChampion(
  { db, artifacts, log }: Pick<TaskContext, "db" | "artifacts" | "log">,
  champion: Version,
): Promise<void> {
  const folder = exportsOf(artifacts, champion.row.version);
  const card = join(folder, "card.md");
  try {
    // The card is the last that is written: where it is, all is.
    if (await exists(card)) return;
    const keras = await kerasOf(champion);
    if (keras !== null) await writeAside(join(folder, "model.keras"), keras);
    const record = await readVersionRecord(db, champion.row.version);
    await writeAside(card, new TextEncoder().encode(modelCard(record)));
  } catch (error) {
    const { version } = champion.row;
    const reason = error instanceof Error ? error.message : String(error);
    log.warn(
      `The exports of ${version} are not there (${reason}). Next: deno task models export ${version} --to DIR`,
    );
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
