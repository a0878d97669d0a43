import assert from "@std/assert";
import type { Pool } from "../../../../sql/db.ts";
import { dueRun } from "../../../../tasks/runner/due.ts";
import {
  closeRun,
  openRun,
  recoverJournal,
  reopenRun,
  runOfSlot,
} from "../../../../tasks/runner/run/journal.ts";
import type { Schedule } from "../../../../tasks/runner/manifest/manifest.ts";
import { createSlotLedger } from "../../../../tasks/runner/schedule/slots.ts";
import type { Ended, Runner } from "../../../../tasks/runner/schedule/work.ts";
import { testPool } from "../../../support/database.ts";
import { ask } from "../../import/_ask.ts";
import { live } from "./_life.ts";
import type { Pretence } from "./_memory.ts";
import { labels } from "./_oracle.ts";

const DAILY: Schedule = {
  name: "daily",
  cron: "30 2 * * *",
  timezone: "Europe/Berlin",
  catchUp: "all",
  overlap: "queue",
  only: null,
};
const PART: Schedule = {
  ...DAILY,
  name: "publish",
  cron: "15 */8 * * *",
  timezone: "Asia/Kathmandu",
  only: ["publish"],
};
const KEPT = { seed: 1, manifest: { text: "", hash: "" } };

/** Runs in the real ledger of runs that only take time. */
function databaseRunner(pool: Pool, { work }: Pretence): Runner {
  async function finish(run: Awaited<ReturnType<typeof openRun>>): Promise<Ended> {
    const status = await work(run.slot ?? run.day);
    await closeRun(pool, run, status);
    return { status, runId: run.run_id, day: run.day };
  }
  return {
    async day(label) {
      await recoverJournal(pool);
      let ended: Ended | undefined;
      for (;;) {
        const due = await dueRun(pool, { today: label, next: false });
        if (due === null) return ended ?? { status: "succeeded", runId: null, day: label };
        const { unfinished } = due;
        ended = await finish(
          unfinished
            ? await reopenRun(pool, unfinished, KEPT.manifest)
            : await openRun(pool, { ...due, ...KEPT }),
        );
      }
    },
    async part({ slot, day }) {
      await recoverJournal(pool);
      const known = await runOfSlot(pool, slot);
      if (known?.status === "succeeded") return { status: "succeeded", runId: known.run_id, day };
      return await finish(
        known
          ? await reopenRun(pool, known, KEPT.manifest)
          : await openRun(pool, { kind: "partial", day, slot, ...KEPT }),
      );
    },
  };
}

Deno.test("createSlotLedger() over a spring of deaths: every slot and label once, none missed", async () => {
  await using pool = await testPool();
  const { deaths } = await live({
    schedules: [DAILY, PART],
    from: "2026-03-14",
    to: "2026-04-14",
    seed: 5,
    mortality: 0.03,
    ledger: createSlotLedger(pool),
    runner: (pretence) => databaseRunner(pool, pretence),
  });
  assert.ok(deaths > 20, `${deaths} deaths`);
  const bad =
    "select schedule, due_at, status, reason from ops_db.slots where status <> 'done' and reason is distinct from 'no day has been run yet'";
  assert.deepEqual(await ask(pool.url, bad), []);
  const days =
    "select day::text from ops_db.runs where kind = 'daily' and status = 'succeeded' order by run_id";
  const found = (await ask(pool.url, days)).map(([day]) => day!);
  assert.deepEqual(found, labels("2026-03-14", found[found.length - 1]));
  assert.ok(found.length >= 31);
  const parts =
    `select count(*), count(distinct slot), (select count(*) from ops_db.slots where is_part and status = 'done')
    from ops_db.runs where kind = 'partial' and status = 'succeeded'`;
  const [[runs, slots, done]] = await ask(pool.url, parts);
  assert.deepEqual([runs, slots], [done, done]);
  assert.ok(Number(done) >= 90);
});

const at = (text: string) => new Date(`${text}:00Z`);

/** Enters slots of `schedule` as queued; all have their label from UTC. */
async function enter(pool: Pool, schedule: Schedule, { due, isMadeUp = false, supersedes = false }: {
  due: string[];
  isMadeUp?: boolean;
  supersedes?: boolean;
}) {
  const slots = due.map((time) => {
    return { dueAt: at(time), day: time.slice(0, 10), status: "queued" as const, isMadeUp, reason: null };
  });
  await createSlotLedger(pool).settle(schedule, { settledTo: at(due[due.length - 1]), slots, supersedes });
}

const states = (pool: Pool) =>
  ask(pool.url, "select schedule, day::text, status from ops_db.slots order by due_at, schedule")
    .then((rows) => rows.map((row) => row.join(" ")));

Deno.test("settle() enters a slot once, and how far a schedule is settled never goes back", async () => {
  await using pool = await testPool();
  const ledger = createSlotLedger(pool);
  await enter(pool, DAILY, { due: ["2026-03-01T02:00", "2026-03-02T02:00"] });
  await ledger.begin({ schedule: "daily", due_at: at("2026-03-01T02:00") }, at("2026-03-01T02:01"));
  await enter(pool, DAILY, { due: ["2026-03-01T02:00"] });
  assert.deepEqual(await states(pool), ["daily 2026-03-01 running", "daily 2026-03-02 queued"]);
  assert.deepEqual(await ledger.settledTo(), new Map([["daily", at("2026-03-02T02:00")]]));
});

Deno.test("settle() that supersedes lets make way what waited, but for what began or is made up", async () => {
  await using pool = await testPool();
  const ledger = createSlotLedger(pool);
  await enter(pool, PART, { due: ["2026-03-01T00:00"], isMadeUp: true });
  await enter(pool, PART, { due: ["2026-03-02T00:00", "2026-03-03T00:00"] });
  await enter(pool, DAILY, { due: ["2026-03-03T00:00"] });
  const begun = { schedule: "publish", due_at: at("2026-03-02T00:00") };
  await ledger.begin(begun, at("2026-03-02T00:01"));
  await ledger.requeue(begun, "a stop");
  await enter(pool, PART, { due: ["2026-03-04T00:00"], supersedes: true });
  assert.deepEqual(await states(pool), [
    "publish 2026-03-01 queued",
    "publish 2026-03-02 queued",
    "daily 2026-03-03 queued",
    "publish 2026-03-03 skipped",
    "publish 2026-03-04 queued",
  ]);
});

Deno.test("mend() ends slots of days as their runs ended, whoever ran them", async () => {
  await using pool = await testPool();
  const ledger = createSlotLedger(pool);
  const due = ["2026-03-01T02:00", "2026-03-02T02:00", "2026-03-03T02:00"];
  await enter(pool, DAILY, { due });
  await enter(pool, PART, { due: ["2026-03-01T03:00"] });
  await ledger.end(
    { schedule: "daily", due_at: at(due[0]) },
    { status: "missed", runId: null, reason: "x" },
    at(due[0]),
  );
  await ledger.begin({ schedule: "daily", due_at: at(due[1]) }, at(due[1]));
  for (
    const [day, status] of [["2026-03-01", "succeeded"], ["2026-03-02", "failed"], [
      "2026-03-03",
      "failed",
    ]] as const
  ) {
    await closeRun(pool, await openRun(pool, { day, kind: "daily", ...KEPT }), status);
  }
  await ledger.mend();
  assert.deepEqual(await states(pool), [
    "daily 2026-03-01 done",
    "publish 2026-03-01 queued",
    "daily 2026-03-02 failed",
    "daily 2026-03-03 queued",
  ]);
});

Deno.test("keepOnly() forgets a schedule that the manifest no longer has, and what waits of it", async () => {
  await using pool = await testPool();
  const ledger = createSlotLedger(pool);
  await enter(pool, DAILY, { due: ["2026-03-01T02:00"] });
  await enter(pool, PART, { due: ["2026-03-01T03:00"] });
  await ledger.keepOnly(["daily"]);
  assert.deepEqual([...(await ledger.settledTo()).keys()], ["daily"]);
  assert.deepEqual(await states(pool), ["daily 2026-03-01 queued", "publish 2026-03-01 skipped"]);
});

Deno.test("adopt() makes up what a scheduler that is gone left behind", async () => {
  await using pool = await testPool();
  const ledger = createSlotLedger(pool);
  await enter(pool, DAILY, { due: ["2026-03-01T02:00"] });
  await enter(pool, PART, { due: ["2026-03-01T03:00"] });
  await ledger.adopt(["daily"]);
  assert.deepEqual((await ledger.open()).map(({ schedule, is_made_up }) => [schedule, is_made_up]), [
    ["daily", true],
    ["publish", false],
  ]);
});
