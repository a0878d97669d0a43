import assert from "@std/assert";
import { describeError } from "../../../../tasks/runner/run/run.ts";
import { testPool } from "../../../support/database.ts";
import { ask } from "../../import/_ask.ts";
import { fakeStage, journal, runs } from "../_workplace.ts";
import { type Behaviour, fails, runDay } from "./_run_day.ts";

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
    does: { a: () => pool.script("drop table ops_db.stage_runs cascade").then(() => ({})) },
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
