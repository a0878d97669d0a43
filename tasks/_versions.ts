/** The model registry, as stages use it: versions as rows, scorers out of their artifacts. */
import type { Db } from "../sql/db.ts";
import type { Row } from "../sql/tables.ts";
import { type Container, decode } from "../models/container.ts";
import { FAMILY } from "../models/family.ts";
import type { Scorer } from "../models/model.ts";
import type { Quality } from "../models/evaluation/quality.ts";
import { loadArtifact } from "./_artifacts.ts";
import type { TaskContext } from "./runner/task.ts";

export type VersionRow = Row<"ops_db.model_versions">;

export interface Version {
  row: VersionRow;
  artifact: Container;
  /** Of the artifact, encoded; the container's arrays are views of them. */
  bytes: Uint8Array;
  scorer: Scorer;
}

/** The champion; null when no version ever was. */
export async function readChampion(context: Pick<TaskContext, "db" | "artifacts">): Promise<Version | null> {
  const row = await context.db.row<VersionRow>("registry/champion");
  return row === undefined ? null : await openVersion(context, row);
}

/**
 * Opens the artifact of `row`.
 *
 * @throws {SyntaxError} when the file is damaged, or of a model that this checkout does not know.
 */
export async function openVersion(
  { artifacts }: Pick<TaskContext, "artifacts">,
  row: VersionRow,
): Promise<Version> {
  const bytes = await loadArtifact(artifacts, row.artifact);
  const artifact = decode(bytes);
  const model = Object.entries(FAMILY).find(([name]) => name === row.model)?.[1];
  if (model === undefined) {
    throw new SyntaxError(
      `Cannot open version ${row.version} as this checkout has no model "${row.model}": wanted ${
        Object.keys(FAMILY)
      }`,
    );
  }
  return { row, artifact, bytes, scorer: model.open(artifact) };
}

/** The newest batch that `task` has finished, if there is one. */
export async function newestBatchOf(db: Db, task: string): Promise<number | null> {
  return (await db.row<{ batch_id: number }>("lake/newest_batch_of", [task]))?.batch_id ?? null;
}

/** Writes `metrics` of a run; measured again, they are replaced. */
export async function writeMetrics(
  db: Db,
  runId: number,
  { protocol, metrics }: { protocol: "prequential" | "holdout"; metrics: readonly Quality[] },
): Promise<void> {
  for (const { scorer, slice, metric, value, n } of metrics) {
    await db.execute("registry/insert_metric", [runId, scorer, protocol, slice, metric, value, n]);
  }
}
