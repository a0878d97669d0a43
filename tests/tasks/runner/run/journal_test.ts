import assert from "@std/assert";
import {
  closeRun,
  closeStageRun,
  latestRun,
  openRun,
  openStageRun,
  recoverJournal,
  reopenRun,
  runOfSlot,
  stageRuns,
} from "../../../../tasks/runner/run/journal.ts";
import type { Pool } from "../../../../sql/db.ts";
import { testPool } from "../../../support/database.ts";
import { ask } from "../../import/_ask.ts";
import { journal, runs } from "../_workplace.ts";

const manifest = { text: "stages: []", hash: "h1" };
const open = (pool: Pool, day: string, kind: "bootstrap" | "daily" = "daily") =>
  openRun(pool, { day, kind, seed: 5, manifest });

Deno.test("openRun() writes who works on what, and a day and kind only once", async () => {
  await using pool = await testPool();
  const run = await open(pool, "2026-03-01");
  assert.deepEqual([run.run_id, run.day, run.kind, run.status, run.seed, run.pid], [
    1,
    "2026-03-01",
    "daily",
    "running",
    5,
    Deno.pid,
  ]);
  assert.equal(run.finished_at, null);
  await open(pool, "2026-03-01", "bootstrap");
  await assert.rejects(open(pool, "2026-03-01"), /runs_one_per_day/);
  assert.equal((await latestRun(pool))?.kind, "bootstrap");
});

Deno.test("openRun() of a part keeps it by its slot, beside the day's run, and latestRun() is not it", async () => {
  await using pool = await testPool();
  await open(pool, "2026-03-01");
  const part = (slot?: string) =>
    openRun(pool, { day: "2026-03-01", kind: "partial", slot, seed: 5, manifest });
  const run = await part("request 1");
  await part("request 2");
  await assert.rejects(part("request 1"), /runs_one_per_slot/);
  await assert.rejects(part(), /runs_slot_of_partial/);
  assert.equal((await runOfSlot(pool, "request 1"))?.run_id, run.run_id);
  assert.equal(await runOfSlot(pool, "request 3"), undefined);
  assert.equal((await latestRun(pool))?.kind, "daily");
});

Deno.test("reopenRun() keeps the run's row and takes the manifest of now", async () => {
  await using pool = await testPool();
  const run = await open(pool, "2026-03-01");
  await closeRun(pool, run, "failed");
  assert.notEqual((await latestRun(pool))?.finished_at, null);
  const again = await reopenRun(pool, run, { text: "new", hash: "h2" });
  assert.deepEqual([again.run_id, again.status, again.manifest, again.manifest_hash, again.finished_at], [
    run.run_id,
    "running",
    "new",
    "h2",
    null,
  ]);
  assert.deepEqual(again.started_at, run.started_at);
});

Deno.test("openStageRun() counts a stage's attempts from 1, and stageRuns() gives the newest of each", async () => {
  await using pool = await testPool();
  const run = await open(pool, "2026-03-01");
  const train = { as: "retrain", task: "train" };
  const first = await openStageRun(pool, run, train);
  await closeStageRun(pool, first, { status: "failed", error: "no" });
  await closeStageRun(pool, await openStageRun(pool, run, { as: "publish", task: "publish" }), {
    status: "skipped",
  });
  const second = await openStageRun(pool, run, train);
  const result = {
    rowsIn: 9_007_199_254_740_991,
    rowsOut: 0,
    mode: "warm",
    rmse: 0.9,
    none: null,
    gone: undefined,
  };
  const closed = await closeStageRun(pool, second, { status: "succeeded", result });
  assert.deepEqual([
    closed.attempt,
    closed.task,
    closed.rows_in,
    closed.rows_out,
    closed.outputs,
    closed.error,
  ], [
    2,
    "train",
    9_007_199_254_740_991,
    0,
    { mode: "warm", rmse: 0.9, none: null },
    null,
  ]);
  const newest = await stageRuns(pool, run);
  assert.deepEqual(newest.map(({ stage, attempt, status }) => [stage, attempt, status]), [
    ["retrain", 2, "succeeded"],
    ["publish", 1, "skipped"],
  ]);
});

Deno.test("recoverJournal() closes what a killed process left open, and nothing else", async () => {
  await using pool = await testPool();
  const done = await open(pool, "2026-03-01");
  await closeStageRun(pool, await openStageRun(pool, done, { as: "a", task: "a" }), {
    status: "failed",
    error: "no",
  });
  await closeRun(pool, done, "failed");
  const before = await ask(pool.url, "select * from ops_db.runs");
  const killed = await open(pool, "2026-03-02");
  await closeStageRun(pool, await openStageRun(pool, killed, { as: "a", task: "a" }), {
    status: "succeeded",
  });
  await openStageRun(pool, killed, { as: "b", task: "b" });
  assert.equal(await recoverJournal(pool), 1);
  assert.deepEqual(await journal(pool), ["a 1 failed", "a 1 succeeded", "b 1 interrupted"]);
  assert.deepEqual(await runs(pool), ["2026-03-01 daily failed", "2026-03-02 daily interrupted"]);
  assert.deepEqual(await ask(pool.url, "select * from ops_db.runs where run_id = 1"), before);
  assert.deepEqual(
    await ask(
      pool.url,
      "select error, finished_at is not null from ops_db.stage_runs where status = 'interrupted'",
    ),
    [["its process ended before the stage did", "true"]],
  );
  assert.equal(await recoverJournal(pool), 0);
});

Deno.test("closeStageRun() of an attempt that is not there is an error", async () => {
  await using pool = await testPool();
  const manifest = { text: "", hash: "" };
  await openRun(pool, { day: "2026-03-01", kind: "daily", seed: 1, manifest });
  await pool.script(
    "insert into ops_db.stage_runs (run_id, stage, task, attempt, status) values (1, 'a', 'a', 1, 'running')",
  );
  const [attempt] = await pool.rows<Parameters<typeof closeStageRun>[1]>("ops/stage_runs_of_run", [1]);
  await pool.script("delete from ops_db.stage_runs");
  await assert.rejects(closeStageRun(pool, attempt, { status: "failed" }), /finish_stage_run.*found none/);
});
