import assert from "@std/assert";
import { connect, type Pool } from "../../../../sql/db.ts";
import type { Announcer } from "../../../../tasks/runner/notify/announcer.ts";
import { createPresence } from "../../../../tasks/runner/schedule/presence.ts";
import type { PipelineRunner } from "../../../../tasks/runner/schedule/runner.ts";
import { createScheduler } from "../../../../tasks/runner/schedule/scheduler.ts";
import type { Ended } from "../../../../tasks/runner/schedule/work.ts";
import { testPool } from "../../../support/database.ts";
import { ask } from "../../import/_ask.ts";
import { DAY, manifestOf } from "../_fake_day.ts";
import { memoryLog } from "../_workplace.ts";

/** A scheduler of its own process, as far as the database can tell; its runner answers when it is let go. */
function schedulerOf(pool: Pool, { schedule, pid = 1 }: { schedule: string; pid?: number }) {
  const name = `matinee schedule (pid ${pid})`;
  const db = connect(pool.url, { name });
  const stop = new AbortController();
  const clock = { now: "2026-03-01T12:00:30Z" };
  const said: string[] = [];
  const calls: string[] = [];
  let settled = Promise.withResolvers<void>();
  const state = {
    answer: (): Promise<Ended["status"]> => Promise.resolve("succeeded"),
    /** Resolves when the next tick has settled. */
    settled: () => (settled = Promise.withResolvers()).promise,
  };
  const announcer: Announcer = {
    around: (_due, work) => work(),
    record: () => Promise.resolve(settled.resolve()),
    deliver: () => {},
    idle: () => Promise.resolve(),
  };
  const run = async (what: string, day: string): Promise<Ended> => {
    calls.push(what);
    return { status: await state.answer(), runId: null, day };
  };
  const runner: PipelineRunner = {
    day: (label) => run(label, label),
    part: ({ slot, day }) => run(slot, day),
    champion: ({ action }, day) => run(action, day),
    resume: () => Promise.resolve((calls.push("resume"), null)),
  };
  const log = memoryLog();
  const world = {
    out: () => {},
    say: (line: string) => void said.push(line),
    log,
    signal: stop.signal,
    now: () => new Date(clock.now),
  };
  const manifest = manifestOf(`schedule: ${schedule}\nstages: [{ task: ingest }]`);
  const presence = createPresence({ db }, name);
  const pipeline = () => Promise.resolve({ manifest, text: "", hash: "0", tasks: DAY });
  const scheduler = createScheduler({
    session: { db },
    world,
    announcer,
    presence,
    runner,
    pipeline,
  });
  return {
    clock,
    said,
    calls,
    state,
    log,
    stop,
    scheduler,
    async minute(now: string) {
      clock.now = now;
      scheduler.start();
      await scheduler.idle();
    },
    async [Symbol.asyncDispose]() {
      await scheduler.idle();
      await presence[Symbol.asyncDispose]();
      await db.end();
    },
  };
}

const slots = (pool: Pool) =>
  ask(pool.url, "select schedule, due_at, status from ops_db.slots order by due_at")
    .then((rows) => rows.map(([schedule, due, status]) => `${schedule} ${due?.slice(5, 16)} ${status}`));

Deno.test("createScheduler() says what is due next, makes up what was missed, and runs what comes due once", async () => {
  await using pool = await testPool();
  await using one = schedulerOf(pool, { schedule: '{ cron: "0 2 * * *", timezone: Asia/Kathmandu }' });
  await one.minute("2026-03-01T12:00:30Z");
  assert.deepEqual(one.said, [
    'Schedule daily ("0 2 * * *", the whole day): next due 2026-03-02 02:00 Asia/Kathmandu.',
    "Schedule daily makes up 2026-03-01 02:00, when no scheduler ran.",
  ]);
  await one.minute("2026-03-01T12:01:30Z");
  await one.minute("2026-03-01T20:15:00Z");
  await one.minute("2026-03-01T20:16:00Z");
  assert.deepEqual(one.calls, ["2026-03-01", "2026-03-02"]);
  assert.deepEqual(await slots(pool), ["daily 02-28T20:15 done", "daily 03-01T20:15 done"]);
});

Deno.test("createScheduler() finds days done that were run by hand while no scheduler ran", async () => {
  await using pool = await testPool();
  const schedule = "{ catch_up: last }";
  {
    await using one = schedulerOf(pool, { schedule });
    await one.minute("2026-03-01T12:00:30Z");
  }
  await pool.script(`insert into ops_db.runs (day, kind, status, manifest_hash, manifest, seed, pid, host)
    select day, 'daily', 'succeeded', '', '', 1, 1, ''
    from unnest(array['2026-03-02', '2026-03-04']::date[]) day`);
  await using two = schedulerOf(pool, { schedule, pid: 2 });
  await two.minute("2026-03-04T12:00:30Z");
  assert.deepEqual(two.said.slice(1), [
    "Schedule daily missed 2026-03-03 02:00: no scheduler ran, and catch_up is last.",
  ]);
  assert.deepEqual(two.calls, ["resume"]);
  assert.deepEqual(await slots(pool), [
    "daily 03-01T02:00 done",
    "daily 03-02T02:00 done",
    "daily 03-03T02:00 missed",
    "daily 03-04T02:00 done",
  ]);
});

Deno.test("createScheduler() makes up nothing for who has run today by hand before its time", async () => {
  await using pool = await testPool();
  await pool.script(`insert into ops_db.runs (day, kind, status, manifest_hash, manifest, seed, pid, host)
    values ('2026-03-02', 'daily', 'succeeded', '', '', 1, 1, '')`);
  await using one = schedulerOf(pool, { schedule: "{}" });
  await one.minute("2026-03-02T01:00:30Z");
  assert.deepEqual(one.said, [
    'Schedule daily ("0 2 * * *", the whole day): next due 2026-03-02 02:00 UTC.',
  ]);
  await one.minute("2026-03-02T02:00:30Z");
  assert.deepEqual(one.calls, ["resume"]);
  assert.deepEqual(await slots(pool), ["daily 03-02T02:00 done"]);
});

Deno.test("createScheduler() resumes what was left unfinished first, once", async () => {
  await using pool = await testPool();
  await using one = schedulerOf(pool, { schedule: "{ catch_up: none }" });
  await one.minute("2026-03-01T12:00:30Z");
  await one.minute("2026-03-01T12:01:30Z");
  // A machine that slept until then has watched nothing.
  await one.minute("2026-03-02T02:05:00Z");
  assert.deepEqual(one.calls, ["resume"]);
  assert.deepEqual(await slots(pool), ["daily 03-02T02:00 missed"]);
});

Deno.test("createScheduler() sees what comes due while a run is on, at its time, and lets it wait", async () => {
  await using pool = await testPool();
  const schedule = '[{ catch_up: none }, { name: often, cron: "* * * * *", only: [ingest], overlap: skip }]';
  await using one = schedulerOf(pool, { schedule });
  await one.minute("2026-03-02T01:59:30Z");
  await pool.script(`insert into ops_db.runs (day, kind, status, manifest_hash, manifest, seed, pid, host)
    values ('2026-02-28', 'daily', 'succeeded', '', '', 1, 1, '')`);
  const begun = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<"succeeded">();
  one.state.answer = () => (begun.resolve(), gate.promise);
  one.clock.now = "2026-03-02T02:00:00Z";
  one.scheduler.start();
  await begun.promise;
  one.clock.now = "2026-03-02T02:01:00Z";
  const settled = one.state.settled();
  one.scheduler.start();
  await settled;
  gate.resolve("succeeded");
  await one.scheduler.idle();
  assert.deepEqual(one.calls, ["resume", "2026-03-02", "often 2026-03-02T02:00:00.000Z"]);
  assert.deepEqual((await slots(pool)).sort(), [
    "daily 03-02T02:00 done",
    "often 03-02T02:00 done",
    "often 03-02T02:01 skipped",
  ]);
});

Deno.test("two schedulers at once: one works, the other says who, and takes over", async () => {
  await using pool = await testPool();
  await using two = schedulerOf(pool, { schedule: "{}", pid: 2 });
  {
    await using one = schedulerOf(pool, { schedule: "{}", pid: 1 });
    await one.minute("2026-03-01T12:00:30Z");
    await two.minute("2026-03-01T12:00:40Z");
    await two.minute("2026-03-01T12:01:40Z");
    assert.deepEqual([one.calls, two.calls], [["2026-03-01"], []]);
    assert.deepEqual(two.said, [
      'Standing by, as "matinee schedule (pid 1)" is at work; this one takes over when it ends.',
    ]);
  }
  await two.minute("2026-03-01T12:02:40Z");
  await two.minute("2026-03-02T02:00:10Z");
  assert.deepEqual(two.calls, ["resume", "2026-03-02"]);
  assert.equal((await slots(pool)).length, 2);
});

Deno.test("createScheduler() that is stopped leaves its slot to the next one", async () => {
  await using pool = await testPool();
  {
    await using one = schedulerOf(pool, { schedule: "{}" });
    one.state.answer = () => (one.stop.abort(), Promise.resolve("interrupted"));
    await one.minute("2026-03-01T12:00:30Z");
    assert.deepEqual(await slots(pool), ["daily 03-01T02:00 queued"]);
  }
  await using next = schedulerOf(pool, { schedule: "{ catch_up: none }", pid: 2 });
  await next.minute("2026-03-01T13:00:00Z");
  assert.deepEqual(next.calls, ["2026-03-01"]);
  assert.deepEqual(await slots(pool), ["daily 03-01T02:00 done"]);
});

Deno.test("createScheduler() lets a slot wait while another process is at work, and says what goes wrong", async () => {
  await using pool = await testPool();
  await using one = schedulerOf(pool, { schedule: "{}" });
  one.state.answer = () => Promise.resolve("busy");
  await one.minute("2026-03-01T12:00:30Z");
  await one.minute("2026-03-01T12:01:30Z");
  assert.deepEqual(await slots(pool), ["daily 03-01T02:00 queued"]);
  assert.equal(one.calls.length, 2, "once a minute");
  await pool.script("alter table ops_db.slots rename to gone");
  await one.minute("2026-03-01T12:02:30Z");
  assert.equal(one.calls.length, 2);
  assert.match(one.log.lines.join("\n"), /event=schedule what=tick status=failed error=.*ops_db\.slots/);
  await pool.script("alter table ops_db.gone rename to slots");
  one.state.answer = () => Promise.resolve("succeeded");
  await one.minute("2026-03-01T12:03:30Z");
  assert.deepEqual(await slots(pool), ["daily 03-01T02:00 done"]);
});
