/** `deno task stage NAME`: one stage of one day, idempotent, as an outside scheduler calls it. */
import { type Command, printJson } from "../command.ts";
import { dueRun, todayOf } from "../../due.ts";
import { ensureArchive } from "../../archive.ts";
import { EXIT, UsageError } from "../../errors.ts";
import { execute } from "../../run/execute.ts";
import { latestRun, stageRuns } from "../../run/journal.ts";
import { loadPipeline } from "../load.ts";
import { Session } from "../../session.ts";
import { readRun } from "../../history/run_status.ts";

export const stage: Command = {
  help: {
    usage: "deno task stage NAME [--json]",
    summary:
      "Runs one stage of the run that is due (or of the newest). Twice at once: one works, the other waits and then finds it done.",
    options: { json: { help: "print the run as one JSON document" } },
    words: { min: 1, max: 1 },
  },

  async run({ words: [name], values, switches }, world) {
    const pipeline = await loadPipeline(values.manifest);
    const { signal, say } = world;
    await using session = await Session.open("stage", say);
    await session.lockRuns({ wait: signal, say });
    await ensureArchive(session, { pipeline, world, allowSample: false });
    const { db } = session;

    const due = await dueRun(db, { today: todayOf(pipeline.manifest, world.now()), next: false });
    const latest = await latestRun(db);
    const target = due ?? (latest && { kind: latest.kind, day: latest.day, unfinished: latest });
    if (!target) throw new UsageError(`Cannot run stage "${name}" as there is no run. Next: deno task daily`);
    const done = target.unfinished &&
      (await stageRuns(db, target.unfinished)).find(({ stage, status }) =>
        stage === name && status === "succeeded"
      );
    if (done) {
      say(`Stage ${name} is done in the run of ${target.day} (${target.kind}).`);
      if (switches.has("json")) printJson(world, await readRun(db, target.unfinished!));
      return EXIT.done;
    }
    const { run, status } = await execute(pipeline, target, {
      ...session.workplace(world),
      selection: { only: name },
    });
    if (switches.has("json")) printJson(world, await readRun(db, run));
    if (signal.aborted) return EXIT.interrupted;
    return status === "failed" ? EXIT.failed : EXIT.done;
  },
};
