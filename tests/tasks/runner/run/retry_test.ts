import assert from "@std/assert";
import { testPool } from "../../../support/database.ts";
import { ask } from "../../import/_ask.ts";
import { fakeStage, journal, runs } from "../_workplace.ts";
import { fails, hangs, runDay } from "./_run_day.ts";

Deno.test("executeRun() tries again after a pause that doubles, up to the stage's attempts", async () => {
  await using pool = await testPool();
  const retry = { attempts: 4, backoff: 4 };
  const result = await runDay(pool, {
    stages: [fakeStage("a", { retry }), fakeStage("b", { retry: { attempts: 2, backoff: 1 } })],
    does: { a: (_, n) => n < 4 ? fails("not yet")() : {}, b: fails("never") },
  });
  assert.equal(result.status, "failed");
  assert.deepEqual(await journal(pool), [
    "a 1 failed",
    "a 2 failed",
    "a 3 failed",
    "a 4 succeeded",
    "b 1 failed",
    "b 2 failed",
  ]);
  assert.deepEqual(result.warnings, [
    "a: attempt 1 failed (error); the next begins in 0.004 s",
    "a: attempt 2 failed (error); the next begins in 0.008 s",
    "a: attempt 3 failed (error); the next begins in 0.016 s",
    "b: attempt 1 failed (error); the next begins in 0.001 s",
  ]);
});

Deno.test("executeRun() aborts an attempt that takes longer than its timeout, and counts it as failed", async () => {
  await using pool = await testPool();
  const retry = { attempts: 2, backoff: 1 };
  const result = await runDay(pool, {
    stages: [fakeStage("a", { timeout: 20, retry }), fakeStage("b")],
    does: { a: (context, n) => n === 1 ? hangs(context, n) : { again: !context.signal.aborted } },
  });
  assert.equal(result.status, "succeeded");
  assert.deepEqual(await journal(pool), ["a 1 failed", "a 2 succeeded", "b 1 succeeded"]);
  assert.deepEqual(
    await ask(
      pool.url,
      "select error, outputs::text from ops_db.stage_runs where stage = 'a' order by attempt",
    ),
    [["Stage took longer than 0.02 s", "{}"], [null, '{"again": true}']],
  );
});

Deno.test("executeRun() interrupted in a stage leaves the later ones untouched, and tries nothing again", async () => {
  await using pool = await testPool();
  const stop = new AbortController();
  const result = await runDay(pool, {
    stages: [fakeStage("a"), fakeStage("b", { retry: { attempts: 5, backoff: 1 } }), fakeStage("c")],
    does: {
      b(context, n) {
        const hanging = hangs(context, n);
        stop.abort(new Error("stopped by a person"));
        return hanging;
      },
    },
    stop,
  });
  assert.equal(result.status, "interrupted");
  assert.deepEqual(result.calls, ["a", "b"]);
  assert.deepEqual(await journal(pool), ["a 1 succeeded", "b 1 interrupted"]);
  assert.deepEqual(await runs(pool), ["2026-03-01 daily interrupted"]);
});

Deno.test("executeRun() interrupted between two attempts begins no other", async () => {
  await using pool = await testPool();
  const stop = new AbortController();
  const running = runDay(pool, {
    stages: [fakeStage("a", { retry: { attempts: 3, backoff: 3_600_000 } }), fakeStage("b")],
    does: { a: fails("no") },
    stop,
  });
  while ((await journal(pool)).join() !== "a 1 failed");
  stop.abort();
  const result = await running;
  assert.equal(result.status, "interrupted");
  assert.deepEqual(await journal(pool), ["a 1 failed"]);
});

Deno.test("executeRun() interrupted as a stage ends keeps that stage, and begins no other", async () => {
  await using pool = await testPool();
  const stop = new AbortController();
  const result = await runDay(pool, {
    stages: [fakeStage("a"), fakeStage("b")],
    does: { a: () => (stop.abort(), {}) },
    stop,
  });
  assert.equal(result.status, "interrupted");
  assert.deepEqual(await journal(pool), ["a 1 succeeded"]);
});

Deno.test("executeRun() tries again only what the stage's retry is for", async () => {
  await using pool = await testPool();
  const retry = { attempts: 3, backoff: 1, on: ["timeout" as const] };
  const result = await runDay(pool, {
    stages: [fakeStage("a", { retry })],
    does: { a: fails("no") },
  });
  assert.equal(result.status, "failed");
  assert.deepEqual(await journal(pool), ["a 1 failed"]);
  assert.match(result.lines.at(-1) ?? "", / cause=error error=no$/);
});
