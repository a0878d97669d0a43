import assert from "@std/assert";
import fc from "fast-check";
import { dueRun } from "../../../../tasks/runner/due.ts";
import { ManifestErrors, UsageError } from "../../../../tasks/runner/errors.ts";
import { seedOf } from "../../../../tasks/runner/run/execute.ts";
import type { Stage } from "../../../../tasks/runner/manifest/manifest.ts";
import type { Task } from "../../../../tasks/runner/task.ts";
import { testPool } from "../../../support/database.ts";
import { ask, askOne } from "../../import/_ask.ts";
import { fakeTask } from "../_fake_day.ts";
import { executeFake, fakeManifest, fakeStage, journal, runs } from "../_workplace.ts";

const BOOTSTRAP = { kind: "bootstrap", day: "2026-03-01" } as const;

const names = (...all: string[]) => all.map((as) => fakeStage(as));

/** Tasks that note their calls, and fail while their name is in `broken`. */
function notingTasks(stages: readonly Stage[], broken = new Set<string>()) {
  const calls: string[] = [];
  const tasks: Record<string, Task<unknown>> = Object.fromEntries(stages.map(({ task }) => [
    task,
    fakeTask({
      run() {
        calls.push(task);
        return broken.has(task) ? Promise.reject(new Error(`${task} is broken`)) : Promise.resolve({});
      },
    }),
  ]));
  return { calls, tasks, broken };
}

Deno.test("execute() resumes a run at the stage that failed", async () => {
  await using pool = await testPool();
  const stages = names("a", "b", "c");
  const { calls, tasks, broken } = notingTasks(stages, new Set(["b"]));
  assert.equal((await executeFake(pool, BOOTSTRAP, { stages, tasks })).status, "failed");
  broken.clear();
  const due = await dueRun(pool, { today: "2026-03-05", next: false });
  assert.equal(due?.unfinished?.status, "failed");
  const { run, status } = await executeFake(pool, due!, { stages, tasks });
  assert.deepEqual([run.run_id, run.day, status], [1, "2026-03-01", "succeeded"]);
  assert.deepEqual(calls, ["a", "b", "b", "c"]);
  assert.deepEqual(await journal(pool), ["a 1 succeeded", "b 1 failed", "b 2 succeeded", "c 1 succeeded"]);
  assert.deepEqual(await runs(pool), ["2026-03-01 bootstrap succeeded"]);
});

Deno.test("execute() resumes under the manifest of now, and keeps its text", async () => {
  await using pool = await testPool();
  const { tasks } = notingTasks(names("a", "b"), new Set(["b"]));
  await executeFake(pool, BOOTSTRAP, { stages: names("a", "b"), tasks });
  const due = await dueRun(pool, { today: "2026-03-01", next: false });
  const stages = [fakeStage("b", { enabled: false }), fakeStage("a")];
  assert.equal((await executeFake(pool, due!, { stages, tasks })).status, "succeeded");
  assert.deepEqual(await journal(pool), ["a 1 succeeded", "b 1 failed", "b 2 skipped"]);
  assert.deepEqual(await ask(pool.url, "select manifest, manifest_hash from ops_db.runs"), [[
    "stages: []",
    "0",
  ]]);
});

Deno.test("execute() reads the manifest as it is on the run's day", async () => {
  await using pool = await testPool();
  const seen: unknown[] = [];
  const tasks = { a: fakeTask({ run: (_, params) => Promise.resolve({ n: seen.push(params) }) }) };
  const manifestOn = (day: string) => fakeManifest([fakeStage("a", { params: { day } })]);
  await executeFake(pool, BOOTSTRAP, { stages: names("a"), tasks, manifestOn });
  assert.deepEqual(seen, [{ day: "2026-03-01" }]);
});

Deno.test("execute() of one stage, or from one on, runs it again and leaves the rest", async () => {
  await using pool = await testPool();
  const stages = names("a", "b", "c");
  const { calls, tasks } = notingTasks(stages);
  const { run } = await executeFake(pool, BOOTSTRAP, { stages, tasks });
  const due = { ...BOOTSTRAP, unfinished: run };
  await executeFake(pool, due, { stages, tasks, selection: { only: "b" } });
  await executeFake(pool, due, { stages, tasks, selection: { from: "b" } });
  assert.deepEqual(calls, ["a", "b", "c", "b", "b", "c"]);
  assert.equal(await askOne(pool.url, "select count(*) from ops_db.runs"), "1");
});

Deno.test("execute() opens no run for a stage that is not there, or an order that makes no sense", async () => {
  await using pool = await testPool();
  const stages = names("reads", "writes");
  const tasks = {
    reads: fakeTask({ reads: ["data_lake_db.ratings"] }),
    writes: fakeTask({ writes: ["data_lake_db.ratings"] }),
  };
  await assert.rejects(executeFake(pool, BOOTSTRAP, { stages, tasks }), ManifestErrors);
  const { tasks: fine } = notingTasks(stages);
  const selection = { only: "write" };
  await assert.rejects(executeFake(pool, BOOTSTRAP, { stages, tasks: fine, selection }), (error: Error) => {
    assert.ok(error instanceof UsageError);
    assert.match(error.message, /Did you mean "writes"/);
    return true;
  });
  assert.deepEqual(await runs(pool), []);
});

Deno.test("execute() gives tasks their own batches, seed, folder and parameters", async () => {
  await using pool = await testPool();
  const found: unknown[] = [];
  const looking = fakeTask({
    async run({ db, day, run, seed, scratch, settings, pendingBatches, finishBatch }, params) {
      const pending = await pendingBatches("first");
      for (const batch of pending) await db.transaction((tx) => finishBatch(tx, batch));
      found.push({ day, kind: run.kind, seed, params, size: settings.batch.size });
      found.push(scratch.split("/").at(-1), pending, await pendingBatches("first"));
      return {};
    },
  });
  await pool.script(`
    insert into ops_db.runs (day, kind, status, manifest_hash, manifest, seed, pid, host)
    values ('2026-02-01', 'bootstrap', 'succeeded', '', '', 1, 1, '');
    insert into ops_db.batches values (0, 1, 'bootstrap', 12);
    insert into ops_db.batch_stages values (0, 'first', 1);`);
  await executeFake(pool, { kind: "daily", day: "2026-03-01" }, {
    stages: [fakeStage("look", { params: { n: 3 } })],
    tasks: { look: looking },
  });
  const seed = seedOf(1, { day: "2026-03-01", kind: "daily" }, "look");
  assert.deepEqual(found, [
    { day: "2026-03-01", kind: "daily", seed, params: { n: 3 }, size: 100 },
    "2-look",
    [{ id: 0, kind: "bootstrap", nRatings: 12 }],
    [],
  ]);
});

Deno.test("execute() keeps to a skip that the plan made before the run was cut off", async () => {
  await using pool = await testPool();
  const stages = names("a", "b");
  const { calls, tasks, broken } = notingTasks(stages, new Set(["b"]));
  let hasWork = false;
  tasks.a = { ...tasks.a, plan: () => ({ action: hasWork ? "run" : "skip", reason: "no batch waits" }) };
  const { run } = await executeFake(pool, BOOTSTRAP, { stages, tasks });
  hasWork = true;
  broken.clear();
  await executeFake(pool, { ...BOOTSTRAP, unfinished: run }, { stages, tasks });
  assert.deepEqual(calls, ["b", "b"]);
});

Deno.test("seedOf() differs by seed, day, kind and stage, and is the same at every attempt", () => {
  const day = "2026-03-01";
  const seeds = [
    seedOf(1, { day, kind: "daily" }, "train"),
    seedOf(2, { day, kind: "daily" }, "train"),
    seedOf(1, { day: "2026-03-02", kind: "daily" }, "train"),
    seedOf(1, { day, kind: "bootstrap" }, "train"),
    seedOf(1, { day, kind: "daily" }, "evaluate"),
    seedOf(1, { day, kind: "partial", slot: "often 2026-03-01T02:00:00.000Z" }, "train"),
    seedOf(1, { day, kind: "partial", slot: "often 2026-03-01T03:00:00.000Z" }, "train"),
  ];
  assert.equal(new Set(seeds).size, seeds.length);
  assert.ok(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31));
  // What a run stores beside its number does not move it; the figure itself is part of the promise to replay.
  assert.equal(seedOf(1, { ...{ run_id: 9, pid: 7 }, day, kind: "daily" }, "train"), seeds[0]);
  assert.equal(seeds[0], 1_568_230_819);
});

type Outcome = "succeeds" | "fails" | "is interrupted";

const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  { weight: 3, arbitrary: fc.constant("succeeds" as const) },
  { weight: 2, arbitrary: fc.constant("fails" as const) },
  { weight: 1, arbitrary: fc.constant("is interrupted" as const) },
);
const scenario = fc.record({
  stages: fc.array(
    fc.record({ enabled: fc.boolean(), attempts: fc.integer({ min: 1, max: 3 }) }),
    { minLength: 1, maxLength: 5 },
  ),
  outcomes: fc.array(outcome, { maxLength: 14 }),
});

Deno.test("execute() over any failures runs each stage until it succeeds once, and journals what tasks saw", async () => {
  await using pool = await testPool();
  let day = 0;
  const property = fc.asyncProperty(scenario, async ({ stages: shapes, outcomes }) => {
    const label = new Date(Date.UTC(2026, 0, ++day)).toISOString().slice(0, 10);
    const stages = shapes.map(({ enabled, attempts }, i) =>
      fakeStage(`s${i}`, { enabled, retry: { attempts, backoff: 1 } })
    );
    const saw: string[] = [];
    let stop = new AbortController();
    const act = (name: string) => () => {
      const next = outcomes[saw.length] ?? "succeeds";
      saw.push(`${name} ${next}`);
      if (next === "succeeds") return Promise.resolve({});
      if (next === "is interrupted") stop.abort(new Error("stopped"));
      return Promise.reject(new Error(next));
    };
    const tasks = Object.fromEntries(stages.map(({ as }) => [as, fakeTask({ run: act(as) })]));
    for (let tries = 0;; tries++) {
      const due = await dueRun(pool, { today: label, next: false });
      if (due === null) break;
      assert.ok(tries <= outcomes.length, "a run that never ends");
      stop = new AbortController();
      await executeFake(pool, due, { stages, tasks, signal: stop.signal });
    }
    await check(stages, saw, label);
  });

  /** `saw`, as the rows of the journal say it. */
  async function check(stages: Stage[], saw: readonly string[], label: string) {
    const rows = await ask(
      pool.url,
      `select s.stage, s.status, s.attempt, r.status from ops_db.stage_runs s join ops_db.runs r using (run_id)
       where r.day = '${label}' order by stage_run_id`,
    );
    const words = { succeeded: "succeeds", failed: "fails", interrupted: "is interrupted" };
    const called = rows.filter(([, status]) => status !== "skipped");
    assert.deepEqual(
      called.map(([stage, status]) => `${stage} ${words[status as keyof typeof words]}`),
      saw,
    );
    const enabled = stages.filter((stage) => stage.enabled).map(({ as }) => as);
    assert.deepEqual(
      saw.filter((call) => call.endsWith("succeeds")).map((call) => call.split(" ")[0]),
      enabled,
      "each once, in order",
    );
    for (const { as } of stages) {
      const attempts = rows.filter(([stage]) => stage === as).map(([, , attempt]) => Number(attempt));
      assert.deepEqual(attempts, attempts.map((_, i) => i + 1));
    }
  }
  const first = notingTasks(names("first"));
  await executeFake(pool, { kind: "bootstrap", day: "2025-12-31" }, {
    stages: names("first"),
    tasks: first.tasks,
  });
  await fc.assert(property, { numRuns: 40, seed: 3 });
});
