/** The scheduler: a tick a minute settles what is due, and work goes on beside it, so that it sees what comes due then. */
import type { Pool } from "../../../sql/db.ts";
import type { World } from "../cli/command.ts";
import { todayOf } from "../due.ts";
import { describeError } from "../run/failure.ts";
import type { Pipeline } from "../run/execute.ts";
import { readHolder } from "../run/journal.ts";
import { dueLines, settledLines } from "./lines.ts";
import type { Announcer } from "../notify/announcer.ts";
import type { Presence } from "./presence.ts";
import { workOffRequests } from "./requests.ts";
import type { PipelineRunner } from "./runner.ts";
import { createSlotLedger } from "./slots.ts";
import { createTicker, type Ticker } from "./ticker.ts";
import { createWatch, settleAll, takeOver } from "./tick.ts";
import { workOff } from "./work.ts";

export interface SchedulerOptions {
  /** Where the ledger is now: an import may put a new database in the place of the old one. */
  session: { readonly db: Pool };
  world: World;
  announcer: Announcer;
  presence: Presence;
  runner: PipelineRunner;
  /** The pipeline in force now. */
  pipeline: () => Promise<Pipeline>;
}

export interface Scheduler {
  /** Settles what has come due, and begins work if there is any; neither throws nor waits. */
  start(): void;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

export function createScheduler(options: SchedulerOptions): Scheduler {
  const { signal } = options.world;
  const work = createTicker(() => workAll(options, state), { signal, failed: teller(options, "work") });
  const state: State = { watch: null, standsBehind: null, mayResume: true, work };
  const tick = createTicker(() => tickOnce(options, state), { signal, failed: teller(options, "tick") });
  return {
    start: tick.start,
    async idle() {
      await tick.idle();
      await work.idle();
      await options.announcer.idle();
    },
  };
}

interface State {
  /** Null until this scheduler is the one that works. */
  watch: ReturnType<typeof createWatch> | null;
  /** The scheduler that it was last said to stand behind. */
  standsBehind: string | null;
  /** A run that was left unfinished is resumed once. */
  mayResume: boolean;
  work: Ticker;
}

/** What goes wrong is said, and the next minute asks again. */
function teller({ world }: SchedulerOptions, what: string): (error: unknown) => void {
  return (error) => {
    if (!world.signal.aborted) {
      world.log.line("schedule", { what, status: "failed", error: describeError(error) });
    }
  };
}

async function tickOnce(options: SchedulerOptions, state: State): Promise<void> {
  const { session: { db }, world, presence, pipeline, announcer } = options;
  const { schedules } = (await pipeline()).manifest;
  if (!(await presence.isOurs())) return await standBy(options, state);
  const ledger = createSlotLedger(db);
  const now = world.now();
  const isFirst = state.watch === null;
  if (isFirst) await takeOver({ ledger, schedules });
  state.watch ??= createWatch(now);
  const busy = state.work.isBusy ? "a run" : await holderOfRuns(db);
  const moment = { now, watchedFrom: state.watch.tick(now), busy };
  const entered = await settleAll({ ledger, schedules, moment });
  if (isFirst) { for (const line of dueLines(schedules, now)) world.say(line); }
  for (const line of settledLines(entered)) world.say(line);
  await announcer.record();
  announcer.deliver();
  state.work.start();
}

/** Another scheduler works: what it settles is settled, and when it is gone this one takes over. */
async function standBy({ world, presence }: SchedulerOptions, state: State): Promise<void> {
  const holder = await presence.holder();
  if (holder !== state.standsBehind) {
    world.say(
      `Standing by, as "${holder ?? "another scheduler"}" is at work; this one takes over when it ends.`,
    );
  }
  Object.assign(state, { standsBehind: holder, watch: null, mayResume: true });
}

async function holderOfRuns(db: Pool): Promise<string | null> {
  return (await readHolder(db))?.holder ?? null;
}

async function workAll(options: SchedulerOptions, state: State): Promise<void> {
  const { session: { db }, world, runner, pipeline } = options;
  const { now, signal } = world;
  const { manifest } = await pipeline();
  const ledger = createSlotLedger(db);
  // Where a day's slot waits, its turn resumes what is unfinished.
  const isResumed = !state.mayResume || (await ledger.open()).some(({ is_part }) => !is_part);
  state.mayResume = !isResumed && (await runner.resume())?.status === "busy";
  await workOffRequests({ db, runner, now, signal, today: () => todayOf(manifest, now()) });
  await workOff({ ledger, runner, schedules: manifest.schedules, now, signal });
}
