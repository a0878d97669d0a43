import assert from "@std/assert";
import type { Pool } from "../../../../sql/db.ts";
import type { DueRun } from "../../../../tasks/runner/due.ts";
import {
  closeRun,
  closeStageRun,
  openRun,
  openStageRun,
  type Run,
  type RunOutcome,
} from "../../../../tasks/runner/run/journal.ts";
import { reopenRun } from "../../../../tasks/runner/run/journal.ts";
import { createAnnouncer } from "../../../../tasks/runner/notify/announcer.ts";
import { testPool } from "../../../support/database.ts";
import { ask } from "../../import/_ask.ts";
import { manifestOf } from "../_fake_day.ts";
import { memoryLog } from "../_workplace.ts";
import { createReceiver, QUICK, type Receiver } from "./_receiver.ts";

const KEPT = { seed: 1, manifest: { text: "", hash: "" } };

/** An announcer whose webhook is `url`, for every event. */
function announcerOf(pool: Pool, url: string, { sla = "{}", now = "2026-03-01T02:00:00Z" } = {}) {
  const log = memoryLog();
  const manifest = manifestOf(`
name: nightly
sla: ${sla}
notify: [{ on: [failed, late, recovered, drift], webhook: "${url}" }]
stages: [{ task: ingest }]`);
  const options = {
    session: { db: pool },
    manifest: () => manifest,
    log,
    now: () => new Date(now),
    limits: QUICK,
  };
  return { log, announcer: createAnnouncer(options) };
}

/** Opens, or reopens, the run of `due` and ends it. */
async function runOf(pool: Pool, due: DueRun, status: RunOutcome): Promise<{ run: Run; status: RunOutcome }> {
  const run = due.unfinished
    ? await reopenRun(pool, due.unfinished, KEPT.manifest)
    : await openRun(pool, { ...due, ...KEPT });
  const attempt = await openStageRun(pool, run, { as: "train", task: "train" });
  await closeStageRun(pool, attempt, { status, error: status === "failed" ? "no memory" : null });
  await closeRun(pool, run, status);
  return { run, status };
}

const told = ({ events }: Receiver) => events.map(({ event, day, run }) => `${event} ${day} ${run}`);

Deno.test("around() tells that a run failed, and of the first success after it, each once", async () => {
  await using pool = await testPool();
  await using receiver = createReceiver();
  const { announcer } = announcerOf(pool, receiver.url);
  const due = { kind: "daily", day: "2026-03-01" } as const;
  const { run } = await announcer.around(due, () => runOf(pool, due, "failed"));
  await announcer.around(
    { ...due, unfinished: run },
    () => runOf(pool, { ...due, unfinished: run }, "succeeded"),
  );
  const next = { kind: "daily", day: "2026-03-02" } as const;
  await announcer.around(next, () => runOf(pool, next, "succeeded"));
  await announcer.record();
  announcer.deliver();
  await announcer.idle();
  assert.deepEqual(told(receiver), ["failed 2026-03-01 1", "recovered 2026-03-01 1"]);
  const { at, ...failed } = receiver.events[0];
  assert.ok(Date.parse(at));
  assert.deepEqual(failed, {
    id: 1,
    event: "failed",
    pipeline: "nightly",
    day: "2026-03-01",
    run: 1,
    kind: "daily",
    schedule: null,
    stage: "train",
    error: "no memory",
    next: "deno task daily",
  });
});

Deno.test("a run that fails again is told again; one that is interrupted is not", async () => {
  await using pool = await testPool();
  await using receiver = createReceiver();
  const { announcer } = announcerOf(pool, receiver.url);
  let due: DueRun = { kind: "daily", day: "2026-03-01" };
  for (const status of ["failed", "interrupted", "failed"] as const) {
    const { run } = await announcer.around(due, () => runOf(pool, due, status));
    due = { ...due, unfinished: run };
  }
  await announcer.idle();
  assert.deepEqual(told(receiver), ["failed 2026-03-01 1", "failed 2026-03-01 1"]);
});

Deno.test("what a killed process had not told yet, the next one tells once", async () => {
  await using pool = await testPool();
  await using receiver = createReceiver();
  // Killed after the run's end was written, and another time after the event was recorded.
  await runOf(pool, { kind: "daily", day: "2026-03-01" }, "failed");
  const { announcer: killed } = announcerOf(pool, receiver.url);
  await killed.record();
  await runOf(pool, { kind: "daily", day: "2026-03-02" }, "failed");
  for (let start = 0; start < 2; start++) {
    const { announcer } = announcerOf(pool, receiver.url);
    await announcer.record();
    announcer.deliver();
    await announcer.idle();
  }
  assert.deepEqual(told(receiver), ["failed 2026-03-01 1", "failed 2026-03-02 2"]);
});

Deno.test("two processes that tell at once tell each event once", async () => {
  await using pool = await testPool();
  await using receiver = createReceiver();
  for (const day of ["2026-03-01", "2026-03-02", "2026-03-03"]) {
    await runOf(pool, { kind: "daily", day }, "failed");
  }
  const both = [1, 2].map(() => announcerOf(pool, receiver.url).announcer);
  await Promise.all(both.map((announcer) => announcer.record()));
  for (const announcer of both) announcer.deliver();
  await Promise.all(both.map((announcer) => announcer.idle()));
  assert.deepEqual(told(receiver).sort(), [
    "failed 2026-03-01 1",
    "failed 2026-03-02 2",
    "failed 2026-03-03 3",
  ]);
});

Deno.test("a webhook that fails is a warning, and neither the run's end nor the next event's", async () => {
  await using pool = await testPool();
  await using receiver = createReceiver((n) => n < 3 ? 500 : 200);
  const { announcer, log } = announcerOf(pool, receiver.url);
  const due = { kind: "daily", day: "2026-03-01" } as const;
  const { run, status } = await announcer.around(due, () => runOf(pool, due, "failed"));
  assert.equal(status, "failed");
  await announcer.idle();
  assert.equal(log.warnings.length, 1);
  assert.match(
    log.warnings[0],
    /^notify: Cannot tell webhook 127\.0\.0\.1:\d+ \w+ of "failed": it answered 500$/,
  );
  const again = { ...due, unfinished: run };
  await announcer.around(again, () => runOf(pool, again, "succeeded"));
  await announcer.idle();
  assert.equal(told(receiver).at(-1), "recovered 2026-03-01 1");
  assert.deepEqual(await ask(pool.url, "select status, error from ops_db.notifications order by event_id"), [
    ["failed", "it answered 500"],
    ["told", null],
  ]);
});

Deno.test("around() tells while the run lasts that it takes too long", async () => {
  await using pool = await testPool();
  const arrived = Promise.withResolvers<void>();
  await using receiver = createReceiver(() => (arrived.resolve(), 204));
  const { announcer } = announcerOf(pool, receiver.url, { sla: "{ max_duration: 1s }" });
  const due = { kind: "partial", day: "2026-03-01", slot: "often 2026-03-01T02:00:00.000Z" } as const;
  await announcer.around(due, async () => {
    await arrived.promise; // the run goes on until people know
    return await runOf(pool, due, "succeeded");
  });
  await announcer.idle();
  assert.deepEqual(told(receiver), ["late 2026-03-01 null", "recovered 2026-03-01 1"]);
  const [{ error, schedule, kind }] = receiver.events;
  assert.deepEqual([error, schedule, kind], ["it takes longer than max_duration, 1s", "often", "partial"]);
});

Deno.test("around() tells of a day that is not ready in time, once, and not of one made up long after", async () => {
  await using pool = await testPool();
  const arrived = Promise.withResolvers<void>();
  await using receiver = createReceiver(() => (arrived.resolve(), 204));
  const sla = "{ ready_by: '06:30' }";
  const { announcer } = announcerOf(pool, receiver.url, { sla, now: "2026-03-01T06:30:00Z" });
  const due = { kind: "daily", day: "2026-03-01" } as const;
  await announcer.around(due, async () => {
    await arrived.promise;
    return await runOf(pool, due, "failed");
  });
  await announcer.record();
  const old = { kind: "daily", day: "2026-02-20" } as const;
  await announcer.around(old, () => runOf(pool, old, "failed"));
  await announcer.idle();
  assert.deepEqual(told(receiver), ["late 2026-03-01 null", "failed 2026-03-01 1", "failed 2026-02-20 2"]);
});

Deno.test("record() tells of a day that waits past its time, of slots that were missed, and of drift", async () => {
  await using pool = await testPool();
  await using receiver = createReceiver();
  await pool.script(`
    insert into ops_db.slots (schedule, due_at, day, is_part, status, is_made_up, reason) values
      ('daily', '2026-03-05T02:00Z', '2026-03-05', false, 'queued', false, null),
      ('daily', '2026-03-01T02:00Z', '2026-03-01', false, 'queued', true, null),
      ('daily', '2026-03-03T02:00Z', '2026-03-03', false, 'missed', false, 'no scheduler ran'),
      ('daily', '2026-03-04T02:00Z', '2026-03-04', false, 'missed', false, 'no scheduler ran'),
      ('often', '2026-03-04T02:00Z', '2026-03-04', true, 'failed', false, 'no data')`);
  const { run } = await runOf(pool, { kind: "daily", day: "2026-02-28" }, "succeeded");
  await pool.script(
    `insert into ops_db.metric_history (run_id, metric, slice, value, threshold, is_breach) values
    (${run.run_id}, 'psi', 'year', 0.6123, 0.25, true), (${run.run_id}, 'volume', 'all', 5, 9, false)`,
  );
  const { announcer } = announcerOf(pool, receiver.url, {
    sla: "{ ready_by: '06:30' }",
    now: "2026-03-05T06:30:00Z",
  });
  for (let tick = 0; tick < 3; tick++) await announcer.record();
  announcer.deliver();
  await announcer.idle();
  assert.deepEqual(receiver.events.map(({ event, day, error, next }) => [event, day, error, next]), [
    ["drift", "2026-02-28", "psi of year is 0.612, threshold 0.250", "deno task status 1"],
    [
      "failed",
      "2026-03-04",
      "the schedule daily was missed 2 times from 2026-03-03 to 2026-03-04: no scheduler ran",
      "deno task backfill --from 2026-03-03 --to 2026-03-04",
    ],
    ["failed", "2026-03-04", "the schedule often failed on 2026-03-04: no data", "deno task schedule"],
    ["late", "2026-03-05", "2026-03-05 is not ready by 06:30", "deno task status"],
  ]);
});
