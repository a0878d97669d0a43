import assert from "@std/assert";
import type { Schedule } from "../../../../tasks/runner/manifest/manifest.ts";
import { settleAll } from "../../../../tasks/runner/schedule/tick.ts";
import { workOff } from "../../../../tasks/runner/schedule/work.ts";
import { Memory, memoryLedger, memoryRunner } from "./_memory.ts";

const DAILY: Schedule = {
  name: "daily",
  cron: "0 2 * * *",
  timezone: "UTC",
  catchUp: "all",
  overlap: "queue",
  only: null,
};
const PART: Schedule = { ...DAILY, name: "often", cron: "0 * * * *", only: ["publish"] };

const never = new AbortController().signal;
const at = (text: string) => new Date(`${text}:00Z`);

/** A scheduler over memory whose runs do what `act` says; it has watched since February. */
function scheduler(
  schedules: Schedule[],
  act: (key: string) => "succeeded" | "failed" | Error = () => "succeeded",
) {
  const memory = new Memory();
  memory.newestDay = "2026-02-27";
  memory.settled = new Map(schedules.map(({ name }) => [name, at("2026-02-28T12:00")]));
  const ledger = memoryLedger(memory);
  const calls: string[] = [];
  let now = at("2026-02-28T12:00");
  const runner = memoryRunner(memory, {
    now: () => now,
    closed: () => {},
    work(key) {
      calls.push(key);
      const outcome = act(key);
      return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
    },
  });
  const slots = () =>
    [...memory.slots.values()].map(({ schedule, due_at, status }) =>
      `${schedule} ${due_at.toISOString().slice(5, 16)} ${status}`
    );
  return {
    memory,
    ledger,
    calls,
    slots,
    async tick(
      time: string,
      { busy = null, watchedFrom = "2026-02-01T00:00" }: { busy?: string | null; watchedFrom?: string } = {},
    ) {
      now = at(time);
      await settleAll({ ledger, schedules, moment: { now, watchedFrom: at(watchedFrom), busy } });
    },
    work: () => workOff({ ledger, runner, schedules, now: () => now, signal: never }),
  };
}

Deno.test("workOff() runs what is due once, and a whole day before a part that is due with it", async () => {
  const { tick, work, calls, slots, memory } = scheduler([PART, DAILY]);
  await tick("2026-03-01T01:30");
  await work();
  await tick("2026-03-01T02:00");
  await work();
  await tick("2026-03-01T02:00");
  await work();
  assert.deepEqual(calls, ["often 2026-03-01T01:00:00.000Z", "2026-03-01", "often 2026-03-01T02:00:00.000Z"]);
  const done = [...memory.slots.values()].filter(({ status }) => status === "done");
  assert.deepEqual(done.map(({ started_at }) => started_at?.getTime()), [
    at("2026-03-01T01:30").getTime(),
    at("2026-03-01T02:00").getTime(),
    at("2026-03-01T02:00").getTime(),
  ], "when work on it began");
  assert.ok(slots().filter((slot) => !slot.endsWith("done")).every((slot) => slot.endsWith("skipped")));
});

Deno.test("blocked runs do not pile up: of what comes due while a run is on, one waits", async () => {
  const { tick, work, calls, slots } = scheduler([PART]);
  await tick("2026-02-28T12:30");
  for (const hour of ["13", "14", "15", "16"]) await tick(`2026-02-28T${hour}:00`, { busy: "a run" });
  await work();
  assert.deepEqual(calls, ["often 2026-02-28T16:00:00.000Z"], "they do not fire together");
  assert.deepEqual(slots(), [
    "often 02-28T13:00 skipped",
    "often 02-28T14:00 skipped",
    "often 02-28T15:00 skipped",
    "often 02-28T16:00 done",
  ]);
});

Deno.test("overlap skip records what came due while a run was on, and runs none of it", async () => {
  const { tick, work, calls, slots } = scheduler([{ ...PART, overlap: "skip" }]);
  await tick("2026-02-28T13:00", { busy: "a run" });
  await work();
  assert.deepEqual(calls, []);
  await tick("2026-02-28T14:00");
  await work();
  assert.deepEqual(slots(), ["often 02-28T13:00 skipped", "often 02-28T14:00 done"]);
});

Deno.test("a backfill's first interval runs once: catching up all begins with it", async () => {
  const { tick, work, calls } = scheduler([DAILY]);
  await tick("2026-03-04T12:00", { watchedFrom: "2026-03-04T12:00" });
  await work();
  await tick("2026-03-04T12:01", { watchedFrom: "2026-03-04T12:00" });
  await work();
  assert.deepEqual(calls, ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04"]);
});

Deno.test("a failed day is not repeated each minute: the next slot that comes due takes it up", async () => {
  let isBroken = true;
  const { tick, work, calls, slots } = scheduler([DAILY], () => isBroken ? "failed" : "succeeded");
  await tick("2026-03-03T12:00", { watchedFrom: "2026-03-03T12:00" });
  for (let minute = 0; minute < 3; minute++) await work();
  assert.deepEqual(calls, ["2026-03-01"], "the days behind it wait");
  await tick("2026-03-04T02:00", { watchedFrom: "2026-03-03T12:00" });
  for (let minute = 0; minute < 3; minute++) await work();
  assert.deepEqual(calls, ["2026-03-01", "2026-03-01"]);
  isBroken = false;
  await tick("2026-03-05T02:00", { watchedFrom: "2026-03-03T12:00" });
  await work();
  assert.deepEqual(calls.slice(2), ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-05"]);
  assert.deepEqual(slots(), [
    "daily 03-01T02:00 done",
    "daily 03-02T02:00 done",
    "daily 03-03T02:00 done",
    "daily 03-04T02:00 skipped",
    "daily 03-05T02:00 done",
  ]);
});

Deno.test("a part that failed is not repeated, and keeps nothing from its turn", async () => {
  const { tick, work, calls, slots } = scheduler(
    [PART],
    (key) => key.includes("T13") ? "failed" : "succeeded",
  );
  await tick("2026-02-28T13:00");
  await work();
  await work();
  await tick("2026-02-28T14:00");
  await work();
  assert.equal(calls.length, 2);
  assert.deepEqual(slots(), ["often 02-28T13:00 failed", "often 02-28T14:00 done"]);
});

Deno.test("a runner that throws is not repeated: its error is the slot's reason", async () => {
  const { tick, work, calls, memory } = scheduler([DAILY], () => new Error("no such file"));
  await tick("2026-03-01T02:00");
  await work();
  await work();
  assert.equal(calls.length, 1);
  const [{ status, reason }] = memory.slots.values();
  assert.deepEqual([status, reason], ["failed", "no such file"]);
});

Deno.test("a day that was run out of its turn is done, and one that is older than the newest done cannot be run", async () => {
  const { tick, work, calls, slots, memory } = scheduler([DAILY]);
  await tick("2026-03-03T12:00", { watchedFrom: "2026-03-03T12:00" });
  const run = { run_id: 1, day: "2026-03-03", status: "succeeded", finished_at: null } as const;
  memory.days.set("2026-03-03", run);
  memory.newestDay = "2026-03-03";
  await work();
  assert.deepEqual(calls, []);
  assert.deepEqual(slots(), [
    "daily 03-01T02:00 missed",
    "daily 03-02T02:00 missed",
    "daily 03-03T02:00 done",
  ]);
});

Deno.test("a day whose turn is over when what was unfinished has been resumed is missed, and ends", async () => {
  const { tick, work, calls, slots, memory } = scheduler([DAILY]);
  await tick("2026-03-01T02:00");
  // A person ran the next day early; it was cut off.
  memory.latest = { run_id: 1, day: "2026-03-02", status: "interrupted", finished_at: null };
  memory.days.set("2026-03-02", memory.latest);
  await work();
  assert.deepEqual(calls, ["2026-03-02"]);
  assert.deepEqual(slots(), ["daily 03-01T02:00 missed"]);
});

Deno.test("a part makes no sense before the first day", async () => {
  const { tick, work, calls, slots, memory } = scheduler([PART]);
  memory.newestDay = null;
  await tick("2026-02-28T13:00");
  await work();
  assert.deepEqual([calls, slots()], [[], ["often 02-28T13:00 skipped"]]);
});
