/** Years of a scheduler on a clock of its own: it ticks when something is due, works, dies, and comes back. */
import { createRng } from "../../../../models/rng.ts";
import type { Schedule } from "../../../../tasks/runner/manifest/manifest.ts";
import { nextDue } from "../../../../tasks/runner/schedule/cron.ts";
import type { SlotLedger } from "../../../../tasks/runner/schedule/slots.ts";
import { settleAll, takeOver } from "../../../../tasks/runner/schedule/tick.ts";
import { type Runner, workOff } from "../../../../tasks/runner/schedule/work.ts";
import type { Pretence } from "./_memory.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The process is gone. */
class Death extends Error {}

export interface Life {
  schedules: readonly Schedule[];
  from: string;
  to: string;
  seed: number;
  /** How likely the process dies, before each write of the ledger and twice in each run. */
  mortality: number;
  ledger: SlotLedger;
  runner: (pretence: Pretence) => Runner;
}

/** A schedule was settled: at that time, by a process that booted then. */
export interface Settlement {
  schedule: string;
  at: number;
  bootedAt: number;
}

export interface Lived {
  settlements: Settlement[];
  deaths: number;
}

/** Lives from noon to noon; nothing dies after `to`, so that all is done in the end. */
export async function live({ schedules, from, to, seed, mortality, ...world }: Life): Promise<Lived> {
  const rng = createRng(seed);
  const settlements: Settlement[] = [];
  const [start, end] = [from, to].map((day) => Date.parse(`${day}T12:00:00Z`));
  const clock = { now: start, bootedAt: start };
  let deaths = 0;
  // Whatever catches a death in its process writes nothing any more.
  let isDead = false;
  const mayDie = () => {
    isDead ||= clock.now < end && rng.uniform() < mortality;
    if (isDead) throw new Death();
  };
  const ledger = mortal(world.ledger, {
    mayDie,
    settled: (schedule) => settlements.push({ schedule, ...timesOf() }),
  });
  const timesOf = () => ({ at: clock.now, bootedAt: clock.bootedAt });
  const now = () => new Date(clock.now);
  const tick = (busy: string | null) =>
    settleAll({ ledger, schedules, moment: { now: now(), watchedFrom: new Date(clock.bootedAt), busy } });
  const runner = world.runner({
    now,
    async work() {
      clock.now += MINUTE + rng.below(60) * SECOND;
      mayDie();
      await tick("a run");
      mayDie();
      return "succeeded";
    },
  });
  for (let isOver = false; !isOver;) {
    clock.bootedAt = clock.now;
    try {
      await takeOver({ ledger, schedules });
      while (!isOver) {
        isOver = clock.now >= end;
        await tick(null);
        await workOff({ ledger, runner, schedules, now, signal: new AbortController().signal });
        const next = Math.min(
          ...schedules.map((schedule) => nextDue(schedule, now())?.getTime() ?? Infinity),
        );
        if (!isOver) clock.now = Math.min(Math.max(end, clock.now), next + rng.below(59) * SECOND);
        mayDie();
      }
    } catch (error) {
      if (!(error instanceof Death)) throw error;
      deaths++;
      isDead = false;
      clock.now += downtime();
    }
  }
  return { settlements, deaths };

  /** Mostly a restart, at times a night, now and then a fortnight. */
  function downtime(): number {
    const kind = rng.uniform();
    if (kind < 0.8) return MINUTE + rng.below(120) * SECOND;
    return kind < 0.95 ? rng.below(10 * 60) * MINUTE : rng.below(14 * 24) * HOUR;
  }
}

/** The ledger of a process that may die before each write. */
function mortal(
  ledger: SlotLedger,
  { mayDie, settled }: { mayDie: () => void; settled: (schedule: string) => void },
): SlotLedger {
  return {
    ...ledger,
    async settle(schedule, found) {
      mayDie();
      const entered = await ledger.settle(schedule, found);
      settled(schedule.name);
      return entered;
    },
    keepOnly: (...args) => (mayDie(), ledger.keepOnly(...args)),
    adopt: (...args) => (mayDie(), ledger.adopt(...args)),
    begin: (...args) => (mayDie(), ledger.begin(...args)),
    requeue: (...args) => (mayDie(), ledger.requeue(...args)),
    end: (...args) => (mayDie(), ledger.end(...args)),
    mend: () => (mayDie(), ledger.mend()),
  };
}
