/** `deno task models gate RUN`: the gate's verdicts in a run, recomputed from what it was given, in words. */
import { explainJudgement } from "../_judgements.ts";
import { type Command, printJson } from "../runner/cli/command.ts";
import { EXIT, UsageError } from "../runner/errors.ts";
import { findRun } from "../runner/history/find_run.ts";
import { Session } from "../runner/session.ts";

export const gate: Command = {
  help: {
    usage: "deno task models gate RUN [--json]",
    summary:
      "Recomputes and explains the gate's verdicts in RUN: its number, its day (2026-03-01) or latest.",
    options: { json: { help: "print one JSON document" } },
    words: { min: 1, max: 1 },
  },

  async run({ words: [name], switches }, world) {
    await using session = await Session.open("models", world.say);
    const { run_id, day } = await findRun(session.db, name);
    const text = await explainJudgement(session.db, run_id);
    if (text === null) {
      throw new UsageError(
        `Cannot explain a verdict of run ${run_id} of ${day} as its gate judged nothing. Next: deno task status ${run_id}`,
      );
    }
    if (switches.has("json")) printJson(world, { run: run_id, day, explanation: text });
    else world.out(text.endsWith("\n") ? text : `${text}\n`);
    return EXIT.done;
  },
};
