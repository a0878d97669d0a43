/** `deno task logs RUN [STAGE]`: what a run said while it worked, details included. */
import { type Command, printJson } from "../command.ts";
import { EXIT, UsageError } from "../../errors.ts";
import { findRun } from "../../history/find_run.ts";
import { type Run, stageRuns } from "../../run/journal.ts";
import { nearest } from "../../../../models/nearest.ts";
import { oneOf } from "../../_words.ts";
import { formatLines, readRunLog } from "../../history/run_log.ts";
import { Session } from "../../session.ts";

export const logs: Command = {
  help: {
    usage: "deno task logs RUN [STAGE] [--json]",
    summary: "Shows what a run said, details included: RUN is its number, its day (2026-03-01) or latest.\n" +
      "A resumed run has all its parts in one log.",
    options: { json: { help: "print the lines as one JSON document" } },
    words: { min: 1, max: 2 },
  },

  async run({ words: [name, stage], switches }, world) {
    await using session = await Session.open("logs", world.say);
    const run = await findRun(session.db, name);
    if (stage !== undefined) await checkStage(session, run, stage);
    const lines = await readRunLog(session.home.logs, { runId: run.run_id, stage });
    if (lines === null) {
      throw new UsageError(
        `Cannot show the log of run ${run.run_id} as it is not in "${session.home.logs}": it ran on "${run.host}", ` +
          `or long ago. Next: deno task status ${run.run_id}`,
      );
    }
    if (switches.has("json")) printJson(world, lines);
    else world.out(formatLines(lines));
    return EXIT.done;
  },
};

async function checkStage({ db }: Session, run: Run, stage: string): Promise<void> {
  const names = (await stageRuns(db, run)).map((attempt) => attempt.stage);
  if (names.includes(stage)) return;
  const best = nearest(stage, names);
  throw new UsageError(
    `Cannot show stage "${stage}" as run ${run.run_id} has ${names.length > 0 ? oneOf(names) : "none yet"}.` +
      (best ? ` Did you mean "${best}"?` : ""),
  );
}
