/** All that the ledger knows of one model version: what `models show` prints and what its card is written from. */
import type { Judgement } from "../models/gate/gate.ts";
import type { Db } from "../sql/db.ts";
import type { Row } from "../sql/tables.ts";
import type { VersionRow } from "./_versions.ts";

type Measured = Pick<Row<"ops_db.model_metrics">, "run_id" | "version" | "metric" | "value" | "n">;

export interface VersionRecord {
  /** With the label of the run that trained it. */
  row: VersionRow & { day: string };
  /** The figures of the hold-out that judged it, by scorer: this version, its rivals, the baselines. */
  judged: { runId: number; figures: Record<string, Record<string, number>> } | null;
  /** What the gate said of it last. */
  verdict: { run_id: number; day: string; judgement: Judgement } | null;
  /** When it became champion, newest first. */
  promotions: Row<"ops_db.promotions">[];
}

/** @throws {RangeError} when the registry has no such version. */
export async function readVersionRecord(db: Db, version: string): Promise<VersionRecord> {
  const row = await db.row<VersionRecord["row"]>("registry/version", [version]);
  if (row === undefined) {
    throw new RangeError(`Cannot describe version "${version}" as the registry has none such`);
  }
  const measured = await db.rows<Measured>("registry/judged_in", [version]);
  return {
    row,
    judged: measured.length === 0 ? null : { runId: measured[0].run_id, figures: byScorer(measured) },
    verdict: await db.row<NonNullable<VersionRecord["verdict"]>>("registry/verdict_of_version", [version]) ??
      null,
    promotions: await db.rows("registry/promotions_of_version", [version]),
  };
}

function byScorer(measured: readonly Measured[]): Record<string, Record<string, number>> {
  const figures: Record<string, Record<string, number>> = {};
  for (const { version, metric, value } of measured) (figures[version] ??= {})[metric] = value;
  return figures;
}
