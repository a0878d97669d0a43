/** `deno task schedule`: stays and runs what is due; the ledger decides, a tick a minute only asks it. */
import type { Command } from "../command.ts";
import { EXIT } from "../../errors.ts";
import { loadPipeline } from "../load.ts";
import { createAnnouncer } from "../../notify/announcer.ts";
import { createPresence } from "../../schedule/presence.ts";
import { createReloader } from "../../schedule/reload.ts";
import { REQUESTS } from "../../schedule/requests.ts";
import { createRunner } from "../../schedule/runner.ts";
import { createScheduler } from "../../schedule/scheduler.ts";
import { Session } from "../../session.ts";

export const schedule: Command = {
  help: {
    usage: "deno task schedule",
    summary:
      "Stays and runs each schedule of the manifest when it is due, and what is asked for over the database.",
    options: {},
  },

  async run({ values }, world) {
    const { say, signal } = world;
    let pipeline = await loadPipeline(values.manifest);
    await using session = await Session.open("schedule", say);
    const reload = createReloader(pipeline, { path: values.manifest, say });
    await using presence = createPresence(session, session.name);
    const announcer = createAnnouncer({
      session,
      manifest: () => pipeline.manifest,
      log: world.log,
      now: world.now,
    });
    const scheduler = createScheduler({
      session,
      world,
      announcer,
      presence,
      runner: createRunner({ session, world, announcer, pipeline: () => pipeline }),
      pipeline: async () => pipeline = await reload(),
    });
    await using _requests = await session.db.listen(REQUESTS, scheduler.start);
    say(`Scheduler at work, pid ${Deno.pid}. Ctrl-C ends it at the next safe point.`);
    void Deno.cron("matinee", "* * * * *", { signal }, scheduler.start);
    scheduler.start();
    await new Promise((resolve) => {
      if (signal.aborted) resolve(null);
      signal.addEventListener("abort", resolve, { once: true });
    });
    await scheduler.idle();
    say("Scheduler ended. What it left unfinished goes on with the next deno task schedule, or daily.");
    return EXIT.done;
  },
};
