/** Checks for tests, as a manifest's lines make them. */
import type { TableName } from "../../sql/tables.ts";
import type { Check } from "../../tasks/runner/checks/check.ts";
import { fakeTask, manifestOf } from "./runner/_fake_day.ts";

const LAKE: readonly TableName[] = ["data_lake_db.ratings", "data_lake_db.rejects"];

/** The checks that `lines` are under a stage of task `clean`, which writes `writes`. */
export function checksFrom(lines: string, { writes = LAKE } = {}): readonly Check[] {
  const listed = lines.trim().split("\n").map((line) =>
    `      ${line.trim().startsWith("- ") ? "" : "  "}${line.trim()}`
  );
  const tasks = { clean: fakeTask({ writes }) };
  return manifestOf(`stages:\n  - task: clean\n    checks:\n${listed.join("\n")}\n`, tasks).stages[0].checks;
}
