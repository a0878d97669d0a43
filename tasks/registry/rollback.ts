/** `deno task models rollback`: the champion before this one is champion again. */
import type { Db } from "../../sql/db.ts";
import type { Command } from "../runner/cli/command.ts";
import { UsageError } from "../runner/errors.ts";
import { Session } from "../runner/session.ts";
import type { VersionRow } from "../_versions.ts";
import { findVersion } from "./find_version.ts";
import { change, CROWNING } from "./promote.ts";

export const rollback: Command = {
  help: {
    usage: "deno task models rollback [--reason TEXT] [--later] [--json]",
    summary:
      "Makes the champion's predecessor the champion again and publishes it; once more goes back further.",
    options: CROWNING,
  },

  async run(options, world) {
    await using session = await Session.open("models", world.say);
    await session.lockRuns();
    const row = await predecessorOf(session.db);
    return await change(session, row, { options, world, kind: "rollback" });
  },
};

/** The version that was champion before the one that is. @throws {UsageError} when there is none. */
export async function predecessorOf(db: Db): Promise<VersionRow> {
  const champion = await db.row<VersionRow>("registry/champion");
  if (champion === undefined) {
    throw new UsageError("Cannot roll back as there is no champion. Next: deno task daily");
  }
  const found = await db.row<{ predecessor: string }>("registry/predecessor", [champion.version]);
  if (found === undefined) {
    throw new UsageError(
      `Cannot roll back as champion ${champion.version} has no predecessor: it was the first. ` +
        "Next: deno task models list",
    );
  }
  return await findVersion(db, found.predecessor);
}
