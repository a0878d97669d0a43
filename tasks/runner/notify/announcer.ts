/** Tells people of events: watches a run's time while it works, records how it ended, and delivers what is recorded. */
import type { Pool } from "../../../sql/db.ts";
import type { Row } from "../../../sql/tables.ts";
import type { DueRun } from "../due.ts";
import type { Executed } from "../run/execute.ts";
import { formatDuration } from "../manifest/duration.ts";
import { describeError } from "../run/failure.ts";
import type { RunLog } from "../cli/log.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { deliver, type DeliveryLimits, type EventBody, LIMITS, targetName } from "./deliver.ts";
import { type NewEvent, recordEnds, recordEvent } from "./events.ts";
import { deadlineOf, readyBy, STALE_MS } from "./sla.ts";

export interface AnnouncerOptions {
  /** Where the ledger is now: an import may put a new database in the place of the old one. */
  session: { readonly db: Pool };
  /** The manifest in force. */
  manifest: () => Manifest;
  log: RunLog;
  now: () => Date;
  limits?: DeliveryLimits;
}

export interface Announcer {
  /** Does `work` on `due`; when that takes too long, or past its time, people are told while it lasts. */
  around(due: DueRun, work: () => Promise<Executed>): Promise<Executed>;
  /** Records what ended, and which days are not ready in time. */
  record(): Promise<void>;
  /** Delivers what is recorded, beside what goes on; never throws. */
  deliver(): void;
  /** Resolves when nothing is being delivered. */
  idle(): Promise<void>;
}

/** setTimeout() takes no more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createAnnouncer(options: AnnouncerOptions): Announcer {
  const { session, manifest, now, log } = options;
  let delivering = Promise.resolve();
  const warn = (error: unknown) => log.line("notify", { status: "failed", error: describeError(error) });
  const deliverAll = () => {
    delivering = delivering.then(() => deliverPending(options)).catch(warn);
  };
  let recording: Promise<unknown> = Promise.resolve();
  const tell = (event: NewEvent) => {
    recording = Promise.all([
      recording,
      recordEvent(session.db, manifest(), event).then(deliverAll).catch(warn),
    ]);
  };
  return {
    async around(due, work) {
      const timers = latenessOf(due, manifest(), now()).map(({ inMs, event }) =>
        setTimeout(() => tell({ ...event, at: now().toISOString() }), inMs)
      );
      try {
        return await work();
      } finally {
        for (const timer of timers) clearTimeout(timer);
        await recording; // what is being told as late must stand before the end that may end it
        await recordEnds(session.db, manifest(), now()).catch(warn);
        deliverAll();
      }
    },
    async record() {
      await recordEnds(session.db, manifest(), now());
      await recordUnready(session.db, manifest(), now());
    },
    deliver: deliverAll,
    idle: () => delivering,
  };
}

/** When a run that begins now becomes late, and what is to be told then. */
function latenessOf(due: DueRun, manifest: Manifest, now: Date): { inMs: number; event: NewEvent }[] {
  const { maxDuration, readyBy: promised } = manifest.sla;
  const found: { inMs: number; event: NewEvent }[] = [];
  if (maxDuration !== undefined) {
    const subject = `${due.slot ?? `${due.kind} ${due.day}`} since ${now.toISOString()}`;
    const error = `it takes longer than max_duration, ${formatDuration(maxDuration)}`;
    found.push({ inMs: maxDuration, event: lateEvent(due, { subject, error }) });
  }
  const deadline = due.kind === "daily" ? deadlineOf(manifest, due.day) : null;
  const inMs = deadline === null ? Infinity : deadline.getTime() - now.getTime();
  if (promised !== undefined && inMs > -STALE_MS) {
    found.push({
      inMs: Math.max(0, inMs),
      event: unreadyEvent(due.day, { promised, run: due.unfinished?.run_id }),
    });
  }
  return found.filter(({ inMs }) => inMs <= LONGEST_TIMER_MS);
}

function lateEvent(
  { day, kind, slot, unfinished }: DueRun,
  { subject, error }: { subject: string; error: string },
): NewEvent {
  const about = { day, kind, run: unfinished?.run_id ?? null, schedule: slot?.split(" ")[0] ?? null };
  return { event: "late", ...about, stage: null, error, subject, at: "", next: "deno task status" };
}

function unreadyEvent(day: string, { promised, run }: { promised: string; run?: number }): NewEvent {
  const error = `${day} is not ready by ${promised}`;
  const event = lateEvent({ day, kind: "daily" }, { subject: `ready_by ${day}`, error });
  return { ...event, run: run ?? null };
}

type Unready = Pick<Row<"ops_db.slots">, "schedule" | "due_at" | "day">;

/** Days whose time is over and that have not succeeded, whether they wait, work or failed. */
async function recordUnready(db: Pool, manifest: Manifest, now: Date): Promise<void> {
  const promised = manifest.sla.readyBy;
  if (promised === undefined) return;
  // The deadline is at most a day after the slot, and stale a day later.
  const slots = await db.rows<Unready>("ops/unready_slots", [new Date(now.getTime() - 2 * STALE_MS)]);
  for (const { schedule: name, due_at, day } of slots) {
    const schedule = manifest.schedules.find((schedule) => schedule.name === name);
    const deadline = schedule === undefined ? null : readyBy(manifest, schedule, due_at);
    if (deadline === null || deadline > now || now.getTime() - deadline.getTime() > STALE_MS) continue;
    await recordEvent(db, manifest, { ...unreadyEvent(day, { promised }), at: now.toISOString() });
  }
}

/** Delivers each notification that waits, held by its row's lock: two processes never tell the same. */
async function deliverPending({ session, manifest, log, limits = LIMITS }: AnnouncerOptions): Promise<void> {
  let last = { event_id: 0, target: "" };
  for (;;) {
    const found = await session.db.transaction(async (tx) => {
      const next = await tx.row<Pending>("ops/lock_notification", [last.event_id, last.target]);
      if (next === undefined) return undefined;
      const { event_id, target, body } = next;
      const notification = manifest().notify.find((entry) => targetName(entry) === target);
      const fault = notification === undefined
        ? "the manifest no longer names it"
        : await deliver(notification, { id: event_id, ...body }, limits);
      await tx.execute("ops/finish_notification", [
        event_id,
        target,
        fault === null ? "told" : "failed",
        fault,
      ]);
      return { ...next, fault };
    });
    if (found === undefined) return;
    last = found;
    const { event, target, fault } = found;
    if (fault === null) log.line("notify", { status: "told", of: event, target });
    else log.ofStage("notify").warn(`Cannot tell ${target} of "${event}": ${fault}`);
  }
}

interface Pending {
  event_id: number;
  target: string;
  event: string;
  body: Omit<EventBody, "id">;
}
