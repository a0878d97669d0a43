/** Stages that run together: what starts when, what a failure holds back, how they stop. */
import assert from "@std/assert";
import { testPool } from "../../../support/database.ts";
import { fakeTask } from "../_fake_day.ts";
import { executeFake, type FakeRun, fakeStage, journal, runs } from "../_workplace.ts";
import type { TaskContext } from "../../../../tasks/runner/task.ts";

const DAY = { kind: "daily", day: "2026-03-01" } as const;

/** Tasks that note when they start and end, and end when the test lets them. */
function gates(...names: string[]) {
  const events: string[] = [];
  const doors = new Map(names.map((name) => [name, Promise.withResolvers<void>()]));
  const started = new Map(names.map((name) => [name, Promise.withResolvers<void>()]));
  const run = (name: string) => async ({ signal }: TaskContext) => {
    events.push(`${name} starts`);
    started.get(name)!.resolve();
    signal.addEventListener("abort", () => doors.get(name)!.reject(signal.reason), { once: true });
    await doors.get(name)!.promise.finally(() => events.push(`${name} ends`));
    return {};
  };
  return {
    events,
    tasks: Object.fromEntries(names.map((name) => [name, fakeTask({ run: run(name) })])),
    started: (name: string) => started.get(name)!.promise,
    open: (name: string) => doors.get(name)!.resolve(),
    fail: (name: string) => doors.get(name)!.reject(new Error(`${name} is broken`)),
  };
}

const graph = (needs: Record<string, string[]>): Pick<FakeRun, "stages" | "needs"> => ({
  stages: Object.entries(needs).map(([as, needs]) => fakeStage(as, { needs })),
  needs: true,
});

Deno.test("execute() runs what needs nothing of each other at once, and what needs both after both", async () => {
  await using pool = await testPool();
  const { events, tasks, started, open } = gates("a", "b", "c", "d");
  const running = executeFake(pool, DAY, { ...graph({ a: [], b: ["a"], c: ["a"], d: ["b", "c"] }), tasks });
  open("a");
  await Promise.all([started("b"), started("c")]);
  open("c");
  open("d");
  open("b");
  assert.equal((await running).status, "succeeded");
  assert.deepEqual(events.slice(0, 4), ["a starts", "a ends", "b starts", "c starts"]);
  assert.deepEqual(events.slice(-2), ["d starts", "d ends"]);
});

Deno.test("execute() starts no more stages at once than the manifest's concurrency, its first ones first", async () => {
  await using pool = await testPool();
  const { events, tasks, started, open } = gates("a", "b", "c");
  const running = executeFake(pool, DAY, { ...graph({ a: [], b: [], c: [] }), tasks, concurrency: 2 });
  await Promise.all([started("a"), started("b")]);
  assert.deepEqual(events, ["a starts", "b starts"]);
  open("b");
  await started("c");
  assert.deepEqual(events, ["a starts", "b starts", "b ends", "c starts"]);
  open("a");
  open("c");
  assert.equal((await running).status, "succeeded");
});

Deno.test("execute() with concurrency 1 keeps the order of the lines", async () => {
  await using pool = await testPool();
  const { events, tasks, open } = gates("a", "b", "c");
  for (const name of ["a", "b", "c"]) open(name);
  await executeFake(pool, DAY, { ...graph({ a: [], b: [], c: [] }), tasks, concurrency: 1 });
  assert.deepEqual(events.filter((event) => event.endsWith("starts")), ["a starts", "b starts", "c starts"]);
});

Deno.test("execute() ends the branches that do not need a failed stage, and starts nothing below it", async () => {
  await using pool = await testPool();
  const { events, tasks, started, open, fail } = gates("a", "below", "b", "after");
  const { stages } = graph({ a: [], below: ["a"], b: [], after: ["b"] });
  const running = executeFake(pool, DAY, { stages, needs: true, tasks });
  await Promise.all([started("a"), started("b")]);
  fail("a");
  open("b");
  open("after");
  const { run, status } = await running;
  assert.equal(status, "failed");
  assert.deepEqual(events.toSorted(), [
    "a ends",
    "a starts",
    "after ends",
    "after starts",
    "b ends",
    "b starts",
  ]);
  assert.deepEqual(await runs(pool), ["2026-03-01 daily failed"]);

  const again = gates("a", "below", "b", "after");
  for (const name of ["a", "below"]) again.open(name);
  await executeFake(pool, { ...DAY, unfinished: run }, { stages, needs: true, tasks: again.tasks });
  assert.deepEqual(again.events, ["a starts", "a ends", "below starts", "below ends"]);
  assert.deepEqual((await journal(pool)).toSorted(), [
    "a 1 failed",
    "a 2 succeeded",
    "after 1 succeeded",
    "b 1 succeeded",
    "below 1 succeeded",
  ]);
  assert.deepEqual(await runs(pool), ["2026-03-01 daily succeeded"]);
});

Deno.test("execute() that is interrupted stops every stage at work, and resumes each of them", async () => {
  await using pool = await testPool();
  const stop = new AbortController();
  const { tasks, started } = gates("a", "b", "c");
  const { stages } = graph({ a: [], b: [], c: ["a", "b"] });
  const running = executeFake(pool, DAY, { stages, needs: true, tasks, signal: stop.signal });
  await Promise.all([started("a"), started("b")]);
  stop.abort(new Error("stopped by a person"));
  assert.equal((await running).status, "interrupted");
  assert.deepEqual((await journal(pool)).toSorted(), ["a 1 interrupted", "b 1 interrupted"]);
  assert.deepEqual(await runs(pool), ["2026-03-01 daily interrupted"]);
});

Deno.test("execute() waits for the stages at work when the runner itself fails, and says why", async () => {
  await using pool = await testPool();
  const { events, tasks, started } = gates("a", "b");
  const { stages } = graph({ a: [], b: [] });
  const broken = {
    ...tasks.b,
    run: () => started("a").then(() => pool.script("drop table ops_db.stage_runs cascade")).then(() => ({})),
  };
  const running = executeFake(pool, DAY, { stages, needs: true, tasks: { ...tasks, b: broken } });
  await assert.rejects(running, /stage_runs/);
  assert.deepEqual(events, ["a starts", "a ends"]);
});

Deno.test("execute() waits for what is above a disabled stage", async () => {
  await using pool = await testPool();
  const { events, tasks, open } = gates("a", "b", "c");
  for (const name of ["a", "b", "c"]) open(name);
  const stages = [
    fakeStage("c", { needs: ["b"] }),
    fakeStage("b", { needs: ["a"], enabled: false }),
    fakeStage("a"),
  ];
  await executeFake(pool, DAY, { stages, needs: true, tasks });
  assert.deepEqual(events, ["a starts", "a ends", "c starts", "c ends"]);
});
