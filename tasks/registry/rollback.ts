/** `deno task models rollback`: the champion before this one is champion again. */
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
    const { db } = session;
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
    const row = await findVersion(db, found.predecessor);
    return await change(session, row, { options, world, kind: "rollback" });
  },
};
