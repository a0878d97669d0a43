/** What happens each minute: all that has come due since the last one gets its slot. */
import type { Schedule } from "../manifest/manifest.ts";
import { type Moment, settle, TICK_MS, watchFrom } from "./settle.ts";
import type { Slot, SlotLedger } from "./slots.ts";

/** Takes over from a scheduler that is gone: where all is caught up with, what it left behind counts as missed by it. */
export async function takeOver({ ledger, schedules }: Omit<TickOptions, "moment">): Promise<void> {
  await ledger.adopt(schedules.filter(({ catchUp }) => catchUp === "all").map(({ name }) => name));
}

export interface TickOptions {
  ledger: SlotLedger;
  schedules: readonly Schedule[];
  moment: Omit<Moment, "newestDay">;
}

/** Gives everything that was due up to now its slot; returns the new ones, by schedule. */
export async function settleAll(
  { ledger, schedules, moment }: TickOptions,
): Promise<Map<Schedule, Slot[]>> {
  const entered = new Map<Schedule, Slot[]>();
  await ledger.keepOnly(schedules.map(({ name }) => name));
  const settledTo = await ledger.settledTo();
  const known = { ...moment, newestDay: await ledger.newestDay() };
  const begunDay = (await ledger.latest())?.day ?? null;
  for (const schedule of schedules) {
    const from = settledTo.get(schedule.name) ?? watchFrom(schedule, { ...known, begunDay });
    entered.set(schedule, await ledger.settle(schedule, settle(schedule, from, known)));
  }
  return entered;
}

/** A process that slept (a laptop's lid, a debugger) has watched nothing meanwhile. */
const GAP_MS = 5 * TICK_MS;

/** Since when ticks have come without a gap; each tick notes itself. */
export function createWatch(now: Date): { tick(now: Date): Date } {
  let watchedFrom = now;
  let last = now;
  return {
    tick(now) {
      if (now.getTime() - last.getTime() > GAP_MS) watchedFrom = now;
      last = now;
      return watchedFrom;
    },
  };
}
