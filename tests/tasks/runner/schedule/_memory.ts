/** The ledger of slots in plain memory, where a decade passes in seconds. */
import { SUPERSEDED } from "../../../../tasks/runner/schedule/settle.ts";
import type { Slot, SlotKey, SlotLedger } from "../../../../tasks/runner/schedule/slots.ts";
import { type Runner, slotName } from "../../../../tasks/runner/schedule/work.ts";

export interface MemoryRun {
  run_id: number;
  day: string;
  status: "running" | "succeeded" | "failed" | "interrupted";
  finished_at: Date | null;
}

/** What outlives a process. */
export class Memory {
  settled = new Map<string, Date>();
  slots = new Map<string, Slot>();
  days = new Map<string, MemoryRun>();
  parts = new Map<string, MemoryRun>();
  latest: MemoryRun | undefined;
  newestDay: string | null = null;
  open: Slot[] = [];
  /** Slots of whole days that are not done. */
  undone: Slot[] = [];
}

export function memoryLedger(memory: Memory): SlotLedger {
  const write = <Found>(body: () => Found) => {
    const found = body();
    memory.open = memory.open.filter(({ status }) => status === "queued" || status === "running");
    return Promise.resolve(found);
  };
  const change = (slot: SlotKey, parts: Partial<Slot>) =>
    write(() => void Object.assign(memory.slots.get(slotName(slot))!, parts));
  const enter = (slot: Slot): Slot[] => {
    if (memory.slots.has(slotName(slot))) return [];
    memory.slots.set(slotName(slot), slot);
    const run = slot.is_part ? undefined : memory.days.get(slot.day);
    if (run?.status === "succeeded") {
      const { run_id, finished_at } = run;
      return [Object.assign(slot, { status: "done", is_made_up: false, reason: null, run_id, finished_at })];
    }
    memory.open.push(slot);
    if (!slot.is_part) memory.undone.push(slot);
    return [slot];
  };
  return {
    settledTo: () => Promise.resolve(new Map(memory.settled)),
    settle: ({ name, only }, { settledTo, slots, supersedes }) =>
      write(() => {
        const waits = ({ schedule, status, is_made_up, started_at }: Slot) =>
          schedule === name && status === "queued" && !is_made_up && started_at === null;
        for (const slot of supersedes ? memory.open.filter(waits) : []) {
          Object.assign(slot, { status: "skipped", reason: SUPERSEDED });
        }
        const blank = {
          schedule: name,
          is_part: only !== null,
          run_id: null,
          started_at: null,
          finished_at: null,
          is_told: false,
        };
        memory.settled.set(name, settledTo);
        return slots.flatMap(({ dueAt, isMadeUp, ...rest }) =>
          enter({ ...blank, due_at: dueAt, is_made_up: isMadeUp, ...rest })
        );
      }),
    keepOnly: () => Promise.resolve(),
    adopt: (schedules) =>
      write(() => {
        for (const slot of memory.open) if (schedules.includes(slot.schedule)) slot.is_made_up = true;
      }),
    open: () => Promise.resolve(memory.open.toSorted(inOrder)),
    begin: (slot, at) =>
      change(slot, { status: "running", started_at: memory.slots.get(slotName(slot))!.started_at ?? at }),
    requeue: (slot, reason) => change(slot, { status: "queued", reason }),
    end: (slot, { status, runId, reason }, at) =>
      change(slot, { status, run_id: runId, reason, finished_at: at }),
    mend: () =>
      write(() => {
        for (const slot of memory.undone) {
          const run = memory.days.get(slot.day);
          if (run?.status === "succeeded") Object.assign(slot, { status: "done", run_id: run.run_id });
          if (run?.status === "failed" && slot.status === "running") slot.status = "failed";
        }
        memory.undone = memory.undone.filter(({ status }) => status !== "done");
      }),
    latest: () => Promise.resolve(memory.latest),
    newestDay: () => Promise.resolve(memory.newestDay),
  };
}

function inOrder(a: Slot, b: Slot): number {
  return a.due_at.getTime() - b.due_at.getTime() || Number(a.is_part) - Number(b.is_part);
}

/** Passes time; may throw, as a process that dies does. */
export interface Pretence {
  work: (key: string) => Promise<"succeeded" | "failed">;
  now: () => Date;
}

/** Runs that do nothing but `work`; each is in the ledger before it and after it. */
export function memoryRunner(
  memory: Memory,
  { work, now, closed, repeated = () => {} }: Pretence & {
    closed: (key: string) => void;
    /** Told when a run is asked for that has succeeded already. */
    repeated?: (key: string) => void;
  },
): Runner {
  async function run(runs: Map<string, MemoryRun>, key: string, day: string) {
    const found = runs.get(key);
    if (found?.status === "succeeded" || found?.status === "failed" && runs === memory.parts) {
      repeated(key);
      return { status: found.status, runId: found.run_id, day };
    }
    const run_id = memory.days.size + memory.parts.size + 1;
    const run = found ?? { run_id, day, status: "running", finished_at: null };
    runs.set(key, run);
    if (runs === memory.days) memory.latest = run;
    const status = await work(key);
    Object.assign(run, { status, finished_at: now() });
    closed(key);
    if (runs === memory.days && status === "succeeded") memory.newestDay = day;
    return { status, runId: run.run_id, day };
  }
  return {
    async day(label) {
      const { latest } = memory;
      if (latest !== undefined && latest.status !== "succeeded" && latest.day !== label) {
        const ended = await run(memory.days, latest.day, latest.day);
        if (ended.status !== "succeeded" || latest.day > label) return ended;
      }
      return await run(memory.days, label, label);
    },
    part: ({ slot, day }) => run(memory.parts, slot, day),
  };
}
