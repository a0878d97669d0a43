/** The run that a person names: `41`, `2026-03-01`, `2026-03-01/bootstrap` or `latest`. */
import type { Db } from "../../../sql/db.ts";
import { UsageError } from "../errors.ts";
import type { Run } from "../run/journal.ts";

const ID = /^\d{1,9}$/;
const LABEL = /^(\d{4}-\d{2}-\d{2})(?:\/([a-z]+))?$/;

/** @throws {UsageError} when `name` is no form of a run, or no run is so named. */
export async function findRun(db: Db, name: string): Promise<Run> {
  const [, day = null, kind = null] = LABEL.exec(name) ?? [];
  if (name !== "latest" && !ID.test(name) && (day === null || !isDay(day))) {
    throw new UsageError(
      `Cannot find run "${name}": wanted its number, its day (2026-03-01, 2026-03-01/bootstrap) or latest. ` +
        "Next: deno task status",
    );
  }
  const run = await db.row<Run>("status/find_run", [ID.test(name) ? Number(name) : null, day, kind]);
  if (run === undefined) {
    throw new UsageError(`Cannot find run "${name}": no such run. Next: deno task status`);
  }
  return run;
}

const isDay = (text: string) =>
  !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);
