/** Results of checks, as the ledger keeps them and as people read them. */
import type { Db } from "../../../sql/db.ts";
import type { Row } from "../../../sql/tables.ts";
import type { Verdict } from "./_verdict.ts";
import type { Check } from "./check.ts";

export type CheckResult =
  & Omit<Row<"ops_db.check_results">, "examples" | "outcome">
  & Pick<Verdict, "examples" | "outcome">;

/** A verdict with the check that it is about, and the check's place among those of its stage. */
export interface Judged {
  check: Check;
  place: number;
  verdict: Verdict;
}

/** What `run` has checked, in order. */
export async function readCheckResults(db: Db, { run_id }: { run_id: number }): Promise<CheckResult[]> {
  return await db.rows<CheckResult>("checks/results_of_run", [run_id]);
}

export interface Checked {
  runId: number;
  stage: string;
  /** null: the stage works by no batches, and its run has formed none. */
  batchId: number | null;
}

/** Keeps what was judged, as of the newest attempt at the stage. */
export async function keepResults(db: Db, judged: readonly Judged[], of: Checked): Promise<void> {
  for (const { check, place, verdict } of judged) {
    const { n_rows, n_broken, share, threshold, outcome, found, examples } = verdict;
    const { kind, text, table, columns, severity } = check;
    await db.execute("checks/insert_result", [
      ...[of.runId, of.stage, of.batchId, place, kind, text, table, columns.join(", ") || null],
      ...[n_rows, n_broken, share, threshold, severity, outcome, found],
      JSON.stringify(examples),
    ]);
  }
}

const MAX_EXAMPLE = 300;

/** How many checks came to what, and a line for each that did not pass, with rows that break it. */
export function checkLines(results: readonly CheckResult[]): string[] {
  if (results.length === 0) return [];
  const counts = [...Map.groupBy(results, ({ outcome }) => outcome)].map(([outcome, { length }]) =>
    `${length} ${outcome}`
  );
  const lines = results.filter(({ outcome }) => outcome !== "passed").flatMap((result) => {
    const { outcome, stage, attempt, batch_id, table_name, check_text, found } = result;
    const batch = batch_id === null ? "" : `, batch ${batch_id}`;
    const place = `${stage}, attempt ${attempt}${batch}`;
    return [`${outcome} in ${place}: ${table_name}, ${check_text}: ${found}`, ...exampleLines(result)];
  });
  return ["", `Checks    ${counts.join(", ")}`, ...lines];
}

/** "data_lake_db.ratings, between: { … }: 12 of 48,210 rows break it, none may". */
export function resultLine({ check, verdict }: Judged): string {
  return `${check.table}, ${check.text}: ${verdict.found}`;
}

/** Up to three of the rows that break it, a line each. */
export function exampleLines({ examples }: Pick<Verdict, "examples">): string[] {
  return examples.map((row) => {
    const text = JSON.stringify(row);
    return `  such as ${text.length > MAX_EXAMPLE ? `${text.slice(0, MAX_EXAMPLE - 1)}…` : text}`;
  });
}
