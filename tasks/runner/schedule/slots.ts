/** The ledger of slots: what each schedule was due for, and what became of it. Every write is one statement or transaction. */
import type { Db } from "../../../sql/db.ts";
import type { Row } from "../../../sql/tables.ts";
import { type DayRun, latestRun } from "../run/journal.ts";
import type { Schedule } from "../manifest/manifest.ts";
import { type Settled, type SlotStatus, SUPERSEDED } from "./settle.ts";

export type Slot = Row<"ops_db.slots"> & { status: SlotStatus };
export type SlotKey = Pick<Slot, "schedule" | "due_at">;

export interface SlotEnd {
  status: Extract<SlotStatus, "done" | "failed" | "skipped" | "missed">;
  runId: number | null;
  reason: string | null;
}

/** What the scheduler asks of its ledger: PostgreSQL, or plain memory where a decade passes in a test. */
export interface SlotLedger {
  /** How far each schedule is settled. */
  settledTo(): Promise<ReadonlyMap<string, Date>>;
  /** Enters what was due, all of it or nothing; returns what was new, with a day done that had been run already. */
  settle(schedule: Pick<Schedule, "name" | "only">, settled: Settled): Promise<Slot[]>;
  /** Forgets every schedule but these, and what waits of the others. */
  keepOnly(schedules: readonly string[]): Promise<void>;
  /** What a scheduler left behind that is gone is made up, where `schedules` name it. */
  adopt(schedules: readonly string[]): Promise<void>;
  /** Slots that wait or are at work, oldest first. */
  open(): Promise<Slot[]>;
  begin(slot: SlotKey, at: Date): Promise<void>;
  requeue(slot: SlotKey, reason: string | null): Promise<void>;
  end(slot: SlotKey, end: SlotEnd, at: Date): Promise<void>;
  /** Slots of whole days end as their run did, whoever ran it. Not while one is worked on. */
  mend(): Promise<void>;
  /** The newest run of a whole day. */
  latest(): Promise<Pick<DayRun, "day" | "status" | "finished_at"> | undefined>;
  /** The newest label that is done. */
  newestDay(): Promise<string | null>;
}

export function createSlotLedger(db: Db): SlotLedger {
  return {
    async settledTo() {
      const rows = await db.rows<Row<"ops_db.schedules">>("ops/schedules");
      return new Map(rows.map(({ schedule, settled_to }) => [schedule, settled_to]));
    },
    async settle({ name, only }, { settledTo, slots, supersedes }) {
      const rows = slots.map(({ dueAt, isMadeUp, ...slot }) => ({
        ...slot,
        due_at: dueAt,
        is_made_up: isMadeUp,
      }));
      return await db.transaction(async (tx) => {
        if (supersedes) await tx.execute("ops/supersede_slots", [name, SUPERSEDED]);
        const entered = rows.length === 0
          ? []
          : await tx.rows<Slot>("ops/insert_slots", [name, only !== null, JSON.stringify(rows)]);
        await tx.execute("ops/advance_schedule", [name, settledTo]);
        return entered;
      });
    },
    async keepOnly(schedules) {
      await db.execute("ops/drop_slots", [schedules]);
      await db.execute("ops/forget_schedules", [schedules]);
    },
    async adopt(schedules) {
      await db.execute("ops/adopt_slots", [schedules]);
    },
    open: () => db.rows<Slot>("ops/open_slots"),
    async begin({ schedule, due_at }, at) {
      await db.execute("ops/begin_slot", [schedule, due_at, at]);
    },
    async requeue({ schedule, due_at }, reason) {
      await db.execute("ops/requeue_slot", [schedule, due_at, reason]);
    },
    async end({ schedule, due_at }, { status, runId, reason }, at) {
      await db.execute("ops/finish_slot", [schedule, due_at, status, runId, reason, at]);
    },
    async mend() {
      await db.execute("ops/mend_slots");
    },
    latest: () => latestRun(db),
    async newestDay() {
      return (await db.row<{ day: string | null }>("ops/newest_done_day"))?.day ?? null;
    },
  };
}
