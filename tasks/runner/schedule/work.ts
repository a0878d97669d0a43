/**
 * Works off what the ledger has queued, one slot after the other.
 *
 * Invariants: a slot is marked before its run may open and after its run has ended, and a run is known by its label
 * (whole days) or by its slot (parts); so a process that dies between any two writes leaves a slot that the next one
 * takes up, and a run that is opened once.
 */
import { describeError } from "../run/failure.ts";
import type { RunOutcome } from "../run/journal.ts";
import type { Schedule } from "../manifest/manifest.ts";
import { overtakenBy } from "./settle.ts";
import type { Slot, SlotLedger } from "./slots.ts";

/** How work on a slot ended; `busy`: it could not begin, as another process is at work. */
export interface Ended {
  status: RunOutcome | "busy";
  /** The run that ended so; null when none was opened. */
  runId: number | null;
  /** Its label. */
  day: string;
  reason?: string;
}

/** What runs slots: the pipeline itself, or a pretence in tests. */
export interface Runner {
  /** Runs what is unfinished, then the day of that label. */
  day(label: string): Promise<Ended>;
  /** Runs some stages; `slot` names the run, so that it is opened once and resumed. */
  part(part: { slot: string; day: string; stages: readonly string[] }): Promise<Ended>;
}

export interface Workshop {
  ledger: SlotLedger;
  runner: Runner;
  schedules: readonly Schedule[];
  now: () => Date;
  signal: AbortSignal;
}

type Latest = Awaited<ReturnType<SlotLedger["latest"]>>;

/** Works until nothing is left that can begin, or `signal` is aborted. */
export async function workOff(shop: Workshop): Promise<void> {
  const { ledger, schedules, signal } = shop;
  while (!signal.aborted) {
    await ledger.mend();
    const slot = nextSlot(await ledger.open(), await ledger.latest());
    const schedule = schedules.find(({ name }) => name === slot?.schedule);
    if (slot === undefined || schedule === undefined) return;
    if (!(await workOn(slot, schedule, shop))) return;
  }
}

/**
 * The slot to work on; undefined when there is none, or all wait behind a day that failed: it is a person who takes it
 * up, or the next slot that comes due, and not each of them in turn.
 */
function nextSlot(open: readonly Slot[], latest: Latest): Slot | undefined {
  const failedAt = latest?.status === "failed" ? latest.finished_at ?? undefined : undefined;
  const isBlocked = failedAt !== undefined &&
    open.every(({ is_part, due_at }) => is_part || due_at <= failedAt);
  return open.find(({ is_part }) => is_part || !isBlocked);
}

/** @returns whether the next slot may begin. */
async function workOn(slot: Slot, schedule: Schedule, { ledger, runner, now }: Workshop): Promise<boolean> {
  const refusal = await refusalOf(slot, ledger);
  if (refusal !== undefined) {
    await ledger.end(slot, { ...refusal, runId: null }, now());
    return true;
  }
  await ledger.begin(slot, now());
  const { status, runId, day, reason = null } = await attempt(slot, schedule, runner);
  if (status === "interrupted" || status === "busy") {
    await ledger.requeue(slot, reason);
    return false;
  }
  if (status === "failed" && !slot.is_part && runId !== null && day !== slot.day) {
    await ledger.requeue(slot, `waits behind the failed run of ${day}`);
    return true;
  }
  if (status === "succeeded" && !slot.is_part && day !== slot.day) {
    const end = await refusalOf(slot, ledger) ??
      { status: "failed" as const, reason: "its day is not due any more" };
    await ledger.end(slot, { ...end, runId: null }, now());
    return true;
  }
  await ledger.end(slot, { status: status === "succeeded" ? "done" : "failed", runId, reason }, now());
  return true;
}

/** Why a slot cannot be run any more, if so. */
async function refusalOf(
  { is_part, day }: Slot,
  ledger: SlotLedger,
): Promise<{ status: "skipped" | "missed"; reason: string } | undefined> {
  const newest = await ledger.newestDay();
  if (is_part && newest === null) return { status: "skipped", reason: "no day has been run yet" };
  if (is_part || newest === null || newest < day) return undefined;
  return { status: "missed", reason: overtakenBy(newest) };
}

/** What goes wrong is the slot's end: thrown on, it would come back with every tick. */
async function attempt(slot: Slot, { only }: Schedule, runner: Runner): Promise<Ended> {
  const { day } = slot;
  try {
    if (only === null) return await runner.day(day);
    return await runner.part({ slot: slotName(slot), day, stages: only });
  } catch (error) {
    return { status: "failed", runId: null, day, reason: describeError(error) };
  }
}

/** The name by which the ledger of runs knows a slot. */
export function slotName({ schedule, due_at }: Pick<Slot, "schedule" | "due_at">): string {
  return `${schedule} ${due_at.toISOString()}`;
}
