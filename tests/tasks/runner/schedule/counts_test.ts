import assert from "@std/assert";
import {
  countLines,
  readScheduleCounts,
  readScheduler,
  type ScheduleCounts,
} from "../../../../tasks/runner/schedule/counts.ts";
import { SCHEDULER_LOCK } from "../../../../tasks/runner/schedule/presence.ts";
import { testPool } from "../../../support/database.ts";
import { manifestOf } from "../_fake_day.ts";

Deno.test("readScheduleCounts() counts what became of each schedule's slots, and which were late", async () => {
  await using pool = await testPool();
  await pool.script(`
    insert into ops_db.slots (schedule, due_at, day, is_part, status, is_made_up, started_at) values
      ('daily', '2026-03-01T02:00Z', '2026-03-01', false, 'done', false, '2026-03-01T02:01Z'),
      ('daily', '2026-03-02T02:00Z', '2026-03-02', false, 'done', false, '2026-03-02T02:01:01Z'),
      ('daily', '2026-03-03T02:00Z', '2026-03-03', false, 'failed', false, '2026-03-03T02:00Z'),
      ('daily', '2026-03-04T02:00Z', '2026-03-04', false, 'missed', false, null),
      ('daily', '2026-03-05T02:00Z', '2026-03-05', false, 'done', true, '2026-03-05T12:00Z'),
      ('daily', '2026-03-06T02:00Z', '2026-03-06', false, 'queued', false, null),
      ('often', '2026-03-03T02:00Z', '2026-03-03', true, 'done', false, '2026-03-03T02:00Z'),
      ('often', '2026-03-03T03:00Z', '2026-03-03', true, 'skipped', false, null),
      ('gone', '2026-03-03T03:00Z', '2026-03-03', true, 'done', false, null);
    insert into ops_db.events (event, scope, subject, body) values
      ('late', 'day', 'ready_by 2026-03-03', '{"day": "2026-03-03"}'),
      ('late', 'day', 'daily 2026-03-03 since 2026-03-03T02:00:00.000Z', '{"day": "2026-03-03"}'),
      ('late', 'often', 'often 2026-03-03T02:00:00.000Z since 2026-03-03T02:00:00.000Z', '{"day": "2026-03-03"}'),
      ('failed', 'day', 'run 1', '{"day": "2026-03-01"}')`);
  const { schedules } = manifestOf(`
schedule:
  - { name: daily, timezone: Asia/Kathmandu }
  - { name: often, cron: "0 * * * *", only: [ingest] }
  - { name: fresh, cron: "0 12 * * 1", only: [ingest] }
stages: [{ task: ingest }]`);
  const found = await readScheduleCounts(pool, { schedules, now: new Date("2026-03-06T02:30:00Z") });
  const zero = {
    n: 0,
    open: 0,
    done: 0,
    failed: 0,
    skipped: 0,
    missed: 0,
    made_up: 0,
    late: 0,
    last_missed: null,
  };
  assert.deepEqual(found, [
    {
      schedule: "daily",
      timezone: "Asia/Kathmandu",
      next_due: "2026-03-06T20:15:00.000Z",
      n: 6,
      open: 1,
      done: 3,
      failed: 1,
      skipped: 0,
      missed: 1,
      made_up: 1,
      late: 2,
      last_missed: "2026-03-04",
    },
    {
      ...zero,
      schedule: "often",
      timezone: "UTC",
      next_due: "2026-03-06T03:00:00.000Z",
      n: 2,
      done: 1,
      skipped: 1,
      late: 1,
    },
    { ...zero, schedule: "fresh", timezone: "UTC", next_due: "2026-03-09T12:00:00.000Z" },
  ]);
});

Deno.test("countLines() says when each schedule is due, what became of it, and who works", () => {
  const counts: ScheduleCounts = {
    schedule: "daily",
    timezone: "Asia/Kathmandu",
    next_due: "2026-03-06T20:15:00.000Z",
    n: 6,
    open: 1,
    done: 3,
    failed: 0,
    skipped: 0,
    missed: 2,
    made_up: 1,
    late: 0,
    last_missed: "2026-03-04",
  };
  const fresh = { ...counts, schedule: "fresh", n: 0, next_due: null };
  assert.deepEqual(countLines([counts, { ...fresh, last_missed: null }], "matinee schedule (pid 7)"), [
    "Schedule   daily: next due 2026-03-07 02:00 Asia/Kathmandu; " +
    "was due 6 times: 3 done, 1 made up, 2 missed (last 2026-03-04)",
    "Schedule   fresh: never due again",
    "Scheduler  matinee schedule (pid 7)",
  ]);
  assert.match(countLines([], null).join(), /none is at work \(deno task schedule\)/);
});

Deno.test("readScheduler() is who holds the scheduler's lock, and nobody once it is given back", async () => {
  await using pool = await testPool();
  assert.equal(await readScheduler(pool), null);
  const lock = await pool.tryLock(SCHEDULER_LOCK);
  assert.match(await readScheduler(pool) ?? "", /\w/);
  await lock?.[Symbol.asyncDispose]();
  assert.equal(await readScheduler(pool), null);
});
