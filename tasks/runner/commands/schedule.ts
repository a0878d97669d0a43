/** `deno task schedule`: stays and runs each day when it is due; the ledger decides, a tick a minute only asks it. */
import { Cron } from "croner";
import type { Db } from "../../../sql/db.ts";
import { ensureArchive } from "../archive.ts";
import { type Command, type World } from "../command.ts";
import { dayOf, dueRun } from "../due.ts";
import { EXIT, UsageError } from "../errors.ts";
import type { Pipeline } from "../execute.ts";
import { loadPipeline } from "../load.ts";
import { describeError } from "../run.ts";
import { Session } from "../session.ts";
import { runDue } from "./daily.ts";

export const schedule: Command = {
  help: {
    usage: "deno task schedule",
    summary: "Stays and runs each day at the manifest's time. Of days that were missed, the last is made up.",
    options: {},
  },

  async run({ values }, world) {
    const pipeline = await loadPipeline(values.manifest);
    await using session = await Session.open("schedule", world.say);
    const { cron } = pipeline.manifest.schedules[0];
    world.say(`Schedule "${cron}" (UTC); next due ${nextDue(cron, world.now())}. Ctrl-C ends it.`);
    const ticker = createTicker((signal) => tick(session, pipeline, { ...world, signal }), world.signal);
    void Deno.cron("matinee", "* * * * *", { signal: world.signal }, ticker.start);
    ticker.start();
    await new Promise<void>((resolve) =>
      world.signal.addEventListener("abort", () => resolve(), { once: true })
    );
    await ticker.idle();
    world.say("Schedule ended.");
    return EXIT.done;
  },
};

/** Starts `work` unless it still runs; never throws, and never keeps its caller waiting. */
export function createTicker(work: (signal: AbortSignal) => Promise<void>, signal: AbortSignal) {
  let running: Promise<void> | null = null;
  return {
    start(): void {
      if (running !== null || signal.aborted) return;
      running = work(signal).finally(() => running = null);
    },
    async idle(): Promise<void> {
      await running;
    },
  };
}

/** Asks the ledger what is due, and does it. What goes wrong is said; the next minute asks again. */
async function tick(session: Session, pipeline: Pipeline, world: World): Promise<void> {
  try {
    const label = dueLabel(pipeline.manifest.schedules[0].cron, world.now());
    if (label === null || await isDone(session.db, label)) return;
    await session.lockRuns();
    try {
      await ensureArchive(session, { pipeline, world, allowSample: false });
      await runDue(session, pipeline, { world, next: false, today: label });
    } finally {
      await session.unlockRuns();
    }
  } catch (error) {
    if (world.signal.aborted) return;
    // Another process at work is no fault: its run is the one that was due.
    if (error instanceof UsageError) world.log.line("schedule", { status: "waits", reason: error.message });
    else world.log.line("schedule", { status: "failed", error: describeError(error) });
  }
}

/** A failed run is not repeated every minute: a person, or the next day, takes it up. */
async function isDone(db: Db, label: string): Promise<boolean> {
  const due = await dueRun(db, { today: label, next: false });
  return due === null || due.unfinished?.status === "failed" && due.day >= label;
}

/** The day of the last time that `cron` was due, at `now`; null when it never was. */
export function dueLabel(cron: string, now: Date): string | null {
  const [last] = new Cron(cron, { mode: "5-part", timezone: "UTC", paused: true }).previousRuns(
    1,
    new Date(now.getTime() + 1),
  );
  return last === undefined ? null : dayOf(last);
}

function nextDue(cron: string, now: Date): string {
  const next = new Cron(cron, { mode: "5-part", timezone: "UTC", paused: true }).nextRun(now);
  return next === null ? "never" : next.toISOString().slice(0, 16).replace("T", " ");
}
