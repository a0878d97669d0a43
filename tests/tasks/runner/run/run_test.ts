import assert from "@std/assert";
import type { Pool } from "../../../../sql/db.ts";
import type { AttemptContext } from "../../../../tasks/runner/checks/checks.ts";
import { openRun } from "../../../../tasks/runner/run/journal.ts";
import type { Stage } from "../../../../tasks/runner/manifest/manifest.ts";
import type { SkippedBy } from "../../../../tasks/runner/plan/plan.ts";
import { describeError, executeRun, type RunOptions } from "../../../../tasks/runner/run/run.ts";
import type { TaskContext } from "../../../../tasks/runner/task.ts";
import { testPool } from "../../../support/database.ts";
import { ask } from "../../import/_ask.ts";
import { fakeTask } from "../_fake_day.ts";
import { fakeStage, inARow, journal, memoryLog, runs } from "../_workplace.ts";

type Behaviour = (context: TaskContext, attempt: number) => Promise<object> | object;

interface Day {
  stages: Stage[];
  /** What a task does; absent: nothing, and succeeds. */
  does?: Record<string, Behaviour>;
  /** Why stages are skipped. */
  skips?: Record<string, { reason: string; by?: SkippedBy }>;
  /** Whether stages wait for what they say that they need; else each for the one above. */
  needs?: boolean;
  concurrency?: number;
  stop?: AbortController;
}

/** Executes a run of `stages`; `calls` are the tasks that were really called, in order. */
async function runDay(
  pool: Pool,
  { stages, does = {}, skips = {}, needs, concurrency = 2, stop = new AbortController() }: Day,
) {
  const manifest = { text: "", hash: "" };
  const run = await openRun(pool, { day: "2026-03-01", kind: "daily", seed: 1, manifest });
  const scratch = await Deno.makeTempDir({ prefix: "matinee_scratch_" });
  const calls: string[] = [];
  const log = memoryLog();
  const tasks = Object.fromEntries(stages.map(({ task }) => [
    task,
    fakeTask({
      async run(context) {
        calls.push(task);
        const attempt = calls.filter((name) => name === task).length;
        return { ...await does[task]?.(context, attempt) };
      },
    }),
  ]));
  const attempts: string[] = [];
  const options: RunOptions = {
    run,
    db: pool,
    ledger: (work) => work(),
    stages: needs ? stages : inARow(stages),
    concurrency,
    tasks,
    log,
    signal: stop.signal,
    seedOf: () => 1,
    decide: ({ as, enabled }) => {
      const by = enabled ? "plan" as const : "manifest" as const;
      return Promise.resolve(
        as in skips ? { action: "skip", by, ...skips[as] } : { action: "run", reason: "asked for" },
      );
    },
    context: (stage, signal) => contextOf(pool, { stage, signal, scratch: `${scratch}/${stage.as}` }),
    onAttempt: ({ stage, status }) => attempts.push(`${stage} ${status}`),
  };
  const status = await executeRun(options);
  const left = [...Deno.readDirSync(scratch)].map(({ name }) => name);
  await Deno.remove(scratch, { recursive: true });
  return { status, calls, lines: log.lines, warnings: log.warnings, attempts, left };
}

function contextOf(
  db: Pool,
  { stage, signal, scratch }: { stage: Stage; signal: AbortSignal; scratch: string },
): AttemptContext {
  return {
    day: "2026-03-01",
    run: { id: 1, kind: "daily", startedAt: new Date(0) },
    db,
    artifacts: scratch,
    scratch,
    log: memoryLog().ofStage(stage.as),
    settings: {
      seed: 1,
      batch: { size: 1, atMost: 1 },
      bootstrap: { ratings: 1, atMost: 1 },
      holdoutDays: 1,
    },
    seed: 1,
    signal,
    pendingBatches: () => Promise.resolve([]),
    rowChecks: [],
    finishBatch: () => Promise.resolve(),
    checks: { ofBatch: () => Promise.resolve(), around: (body) => body() },
  };
}

const fails = (message: string) => () => Promise.reject(new Error(message));

/** Never succeeds by itself; fails with the signal's reason. */
const hangs: Behaviour = ({ signal }) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));

Deno.test("executeRun() calls the tasks in the order of the stages and journals each", async () => {
  await using pool = await testPool();
  const result = await runDay(pool, {
    stages: ["c", "a", "b"].map((as) => fakeStage(as)),
    does: { a: () => ({ rowsIn: 7, rowsOut: 5, version: "x1" }) },
  });
  assert.equal(result.status, "succeeded");
  assert.deepEqual(result.calls, ["c", "a", "b"]);
  assert.deepEqual(await journal(pool), ["c 1 succeeded", "a 1 succeeded", "b 1 succeeded"]);
  assert.deepEqual(result.attempts, ["c succeeded", "a succeeded", "b succeeded"]);
  assert.deepEqual(await runs(pool), ["2026-03-01 daily succeeded"]);
  assert.deepEqual(
    await ask(
      pool.url,
      `select rows_in, rows_out, outputs::text, error from ops_db.stage_runs where stage = 'a'`,
    ),
    [["7", "5", '{"version": "x1"}', null]],
  );
  const line = result.lines.find((line) => line.includes("stage=a"));
  assert.match(
    line ?? "",
    /event=stage run=1 day=2026-03-01 stage=a attempt=1 status=succeeded ms=\d+ rows_in=7 rows_out=5 version=x1$/,
  );
});

Deno.test("executeRun() has the journal say running before the task is called", async () => {
  await using pool = await testPool();
  let seen: string[] = [];
  await runDay(pool, {
    stages: [fakeStage("a")],
    does: {
      async a({ scratch }) {
        seen = [...await journal(pool), ...await runs(pool), String((await Deno.stat(scratch)).isDirectory)];
        return {};
      },
    },
  });
  assert.deepEqual(seen, ["a 1 running", "2026-03-01 daily running", "true"]);
});

Deno.test("executeRun() stops at the first stage that fails, and keeps why", async () => {
  await using pool = await testPool();
  const result = await runDay(pool, {
    stages: ["a", "b", "c"].map((as) => fakeStage(as)),
    does: { b: () => Promise.reject(new Error("no disk", { cause: new Error("ENOSPC") })) },
  });
  assert.equal(result.status, "failed");
  assert.deepEqual(result.calls, ["a", "b"]);
  assert.deepEqual(await journal(pool), ["a 1 succeeded", "b 1 failed"]);
  assert.deepEqual(await runs(pool), ["2026-03-01 daily failed"]);
  assert.deepEqual(await ask(pool.url, "select error from ops_db.stage_runs where stage = 'b'"), [
    ["no disk\ncaused by: ENOSPC"],
  ]);
});

Deno.test("executeRun() removes what an attempt left in its scratch folder, failed or not", async () => {
  await using pool = await testPool();
  const litter: Behaviour = ({ scratch }) => Deno.writeTextFile(`${scratch}/half`, "x").then(() => ({}));
  const { left } = await runDay(pool, {
    stages: [fakeStage("a"), fakeStage("b")],
    does: { a: litter, b: async (context, n) => (await litter(context, n), await fails("no")()) },
  });
  assert.deepEqual(left, []);
});

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
  const result = await runDay(pool, {
    stages: [fakeStage("a", { retry: { attempts: 3, backoff: 3_600_000 } }), fakeStage("b")],
    does: { a: () => (setTimeout(() => stop.abort(), 30), fails("no")()) },
    stop,
  });
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

Deno.test("executeRun() journals a skip with its reason and with who skipped", async () => {
  await using pool = await testPool();
  const result = await runDay(pool, {
    stages: [fakeStage("a"), fakeStage("b", { enabled: false }), fakeStage("c")],
    skips: { a: { reason: "no batch waits" }, b: { reason: "disabled in the manifest" } },
  });
  assert.equal(result.status, "succeeded");
  assert.deepEqual(result.calls, ["c"]);
  assert.deepEqual(
    await ask(
      pool.url,
      `select stage, status, outputs ->> 'reason', outputs ->> 'skipped_by' from ops_db.stage_runs order by 1`,
    ),
    [
      ["a", "skipped", "no batch waits", "plan"],
      ["b", "skipped", "disabled in the manifest", "manifest"],
      ["c", "succeeded", null, null],
    ],
  );
});

Deno.test("executeRun() leaves the journal of what is done, or not asked for, as it is", async () => {
  await using pool = await testPool();
  const { calls } = await runDay(pool, {
    stages: [fakeStage("a"), fakeStage("b")],
    skips: {
      a: { by: "run", reason: "done in this run at 02:00" },
      b: { by: "selection", reason: "not asked for (--only c)" },
    },
  });
  assert.deepEqual(calls, []);
  assert.deepEqual(await journal(pool), []);
});

Deno.test("executeRun() lets what the database says of the ledger itself come out", async () => {
  await using pool = await testPool();
  const day = runDay(pool, {
    stages: [fakeStage("a")],
    does: { a: () => pool.script("drop table ops_db.stage_runs").then(() => ({})) },
  });
  await assert.rejects(day, /stage_runs/);
});

Deno.test("describeError() gives each cause a line, and any thrown value words", () => {
  const error = new Error("outer", { cause: new TypeError("", { cause: "plain text" }) });
  assert.equal(describeError(error), "outer\ncaused by: TypeError\ncaused by: plain text");
  assert.equal(describeError(42), "42");
  const quoted = new Error("Cannot use it: it is broken. Next: mend it", {
    cause: new Error("it is broken"),
  });
  assert.equal(describeError(quoted), quoted.message);
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
