/** What becomes of the instants at which a schedule was due: plain data in, plain data out, no clock, no database. */
import { dayOf } from "../due.ts";
import type { Schedule } from "../manifest/manifest.ts";
import { dueBetween, lastDue } from "./cron.ts";

export type SlotStatus = "queued" | "running" | "done" | "failed" | "skipped" | "missed";

/** One instant at which a schedule was due, as it first enters the ledger. */
export interface NewSlot {
  dueAt: Date;
  /** The local date of `dueAt`: the label of its run. */
  day: string;
  status: Extract<SlotStatus, "queued" | "skipped" | "missed">;
  /** It came due while no scheduler ran, and is run all the same. */
  isMadeUp: boolean;
  reason: string | null;
}

/** Ticks come this often: what begins within one of its due time is punctual. */
export const TICK_MS = 60_000;

export interface Moment {
  now: Date;
  /** Since when ticks have come without a gap: what was due earlier was due while no scheduler ran. */
  watchedFrom: Date;
  /** What is at work; null when nothing is. */
  busy: string | null;
  /** The newest label that is done; null when none is. */
  newestDay: string | null;
}

export interface Settled {
  /** All that was due up to here has its slot. */
  settledTo: Date;
  slots: NewSlot[];
  /** Whether what waited since before must make way, as one of each schedule waits at most. */
  supersedes: boolean;
}

/**
 * From when on a schedule is watched that no scheduler has seen before: a whole day that was just due is not lost,
 * unless it has been run, or is older than the newest day that was begun, `begunDay`.
 */
export function watchFrom(
  schedule: Schedule,
  { now, newestDay, begunDay }: Pick<Moment, "now" | "newestDay"> & { begunDay: string | null },
): Date {
  const last = schedule.only === null && schedule.catchUp !== "none" ? lastDue(schedule, now) : null;
  if (last === null) return now;
  const day = dayOf(last, schedule.timezone);
  const isOver = newestDay !== null && day <= newestDay || begunDay !== null && day < begunDay;
  return isOver ? now : new Date(last.getTime() - 1);
}

/** Settles all that was due after `settledTo`, by what the schedule says of catching up and of overlap. */
export function settle(schedule: Schedule, settledTo: Date, moment: Moment): Settled {
  const { now, watchedFrom, busy } = moment;
  // A clock that was set back settles nothing twice.
  if (now <= settledTo) return { settledTo, slots: [], supersedes: false };
  const due = dueBetween(schedule, settledTo, now);
  const punctualFrom = watchedFrom.getTime() - TICK_MS;
  const slept = due.filter((at) => at.getTime() < punctualFrom);
  const awake = due.slice(slept.length);
  const slots = [
    ...slept.map((at, i) => asleep(schedule, at, { isLast: i === slept.length - 1 })),
    ...awake.map((at, i) => whileAwake(schedule, at, { isLast: i === awake.length - 1, busy })),
  ].map((slot) => schedule.only === null ? unlessOvertaken(slot, moment) : slot);
  return {
    settledTo: now,
    slots,
    supersedes: slots.some((slot) => slot.status === "queued" && !slot.isMadeUp),
  };
}

function asleep(schedule: Schedule, dueAt: Date, { isLast }: { isLast: boolean }): NewSlot {
  const { catchUp } = schedule;
  const day = dayOf(dueAt, schedule.timezone);
  if (catchUp === "all" || catchUp === "last" && isLast) {
    return { dueAt, day, status: "queued", isMadeUp: true, reason: null };
  }
  const reason = `no scheduler ran, and catch_up is ${catchUp}`;
  return { dueAt, day, status: "missed", isMadeUp: false, reason };
}

function whileAwake(
  schedule: Schedule,
  dueAt: Date,
  { isLast, busy }: { isLast: boolean; busy: string | null },
): NewSlot {
  const slot = { dueAt, day: dayOf(dueAt, schedule.timezone), isMadeUp: false };
  if (busy !== null && schedule.overlap === "skip") {
    return { ...slot, status: "skipped", reason: `${busy} was at work` };
  }
  return isLast
    ? { ...slot, status: "queued", reason: null }
    : { ...slot, status: "skipped", reason: SUPERSEDED };
}

/** A day cannot be run after a later one. */
function unlessOvertaken(slot: NewSlot, { newestDay }: Moment): NewSlot {
  const isOvertaken = slot.status === "queued" && newestDay !== null && slot.day < newestDay;
  return isOvertaken ? { ...slot, status: "missed", isMadeUp: false, reason: overtakenBy(newestDay) } : slot;
}

/** Why a day is missed that waited, or was to be made up. */
export const overtakenBy = (newestDay: string) => `the run of ${newestDay}, a later day, is done`;

/** Why a slot that waited is not run. */
export const SUPERSEDED = "a later one was due before this one could begin";
