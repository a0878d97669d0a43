/** What holds of every plan: random tasks, graphs, conditions, ledgers and outcomes. */
import assert from "@std/assert";
import fc from "fast-check";
import type { Stage } from "../../../../tasks/runner/manifest/manifest.ts";
import { decide, plan, type PlanOptions, type PlanStage } from "../../../../tasks/runner/plan/plan.ts";
import type { PlanState } from "../../../../tasks/runner/plan/plan_state.ts";
import type { Tasks } from "../../../../tasks/runner/task.ts";
import { fakeTask, manifestOf, planState } from "../_fake_day.ts";
import { type Chance, type Happened, type World, worlds } from "../_random_day.ts";

const NOON = "2026-03-01T12:00:00.000Z";
const numRuns = Number(Deno.env.get("MATINEE_TEST_RUNS") ?? 400);

/** Works through the day as a runner does; of the stages that could come next, any may. */
function execute({ manifest, tasks, state: before }: World, { order, outcome, stop }: Chance): Happened {
  let state: PlanState = {
    ...before,
    run: before.run ?? { status: "running", finishedAt: null, done: {}, skipped: {}, batch: null },
  };
  const ran: string[] = [];
  const skipped: Record<string, string> = {};
  const settled = new Set<string>();
  let failed: string | undefined;
  for (;;) {
    const ready = manifest.stages.filter(({ as, needs }) =>
      as !== failed && !settled.has(as) && needs.every((name) => settled.has(name))
    );
    if (ready.length === 0) return { ran, skipped, state };
    const stage = ready[order(ready.length)];
    const verdict = decide(stage, { manifest, tasks, state });
    if (verdict.action === "run" && stage.as === stop) {
      failed = stage.as;
      continue;
    }
    settled.add(stage.as);
    if (verdict.action === "skip") {
      skipped[stage.as] = verdict.reason;
      if (verdict.by !== "run") state = noteSkip(state, stage, verdict);
      continue;
    }
    ran.push(stage.as);
    const ways = verdict.outcomes ?? [{}];
    state = { ...state, ...ways[outcome(ways.length, stage.as)] };
    state = noteRun(state, { stage, tasks, pick: (n) => outcome(n, stage.as) });
  }
}

function noteSkip(
  state: PlanState,
  { as }: Stage,
  { by, reason }: { by: string; reason: string },
): PlanState {
  const run = state.run!;
  const skipped = by === "manifest" ? run.skipped : { ...run.skipped, [as]: reason };
  const stages = { ...state.facts!.stages, [as]: { status: "skipped" as const } };
  return { ...state, facts: { ...state.facts!, stages }, run: { ...run, skipped } };
}

function noteRun(
  state: PlanState,
  { stage: { as, task }, tasks, pick }: { stage: Stage; tasks: Tasks } & { pick: (n: number) => number },
): PlanState {
  const run = state.run!;
  const { stages, metrics } = state.facts!;
  const outputs = { status: "succeeded" as const, flag: pick(2) === 1 };
  const measures = tasks[task].writes.includes("ops_db.metric_history");
  const facts = {
    stages: { ...stages, [as]: outputs },
    metrics: measures ? { psi: pick(11) / 10 } : metrics,
  };
  return { ...state, facts, run: { ...run, done: { ...run.done, [as]: NOON } } };
}

/** Holds each line of the plan to what came of its stage. */
function hold(planned: readonly PlanStage[], { ran, skipped }: Happened, stages: readonly Stage[]) {
  for (const { as, action, reason } of planned) {
    const happened = ran.includes(as) ? "run" : as in skipped ? "skip" : "not reached";
    if (happened === "not reached" || action === "if") continue;
    assert.equal(happened, action, `${as} of ${JSON.stringify({ planned, stages, ran, skipped }, null, 1)}`);
    if (action === "skip") assert.ok(reason.includes(skipped[as]), `${as}: ${reason} / ${skipped[as]}`);
  }
}

const numbers = fc.infiniteStream(fc.nat(1000)).map((stream) => (n: number) => stream.next().value! % n);
const chances = numbers.map((pick): Chance => ({ order: pick, outcome: pick }));
const planOf = ({ manifest, tasks, state }: World) => plan(manifest, tasks, state).stages!;

Deno.test("plan() keeps the order of the lines, and skips all that is disabled", () => {
  fc.assert(fc.property(worlds, (world) => {
    const { stages } = world.manifest;
    const found = planOf(world);
    assert.deepEqual(found.map(({ as, task }) => [as, task]), stages.map(({ as, task }) => [as, task]));
    found.forEach(({ action }, i) => assert.ok(stages[i].enabled || action === "skip"));
    for (const { reason } of found) assert.match(reason, /^(?!.*undefined).*\w/);
  }));
});

Deno.test("plan() is what then happens, with its reason, whatever the stages' order and outcomes", () => {
  fc.assert(
    fc.property(worlds, chances, (world, chance) => {
      const happened = execute(world, chance);
      hold(planOf(world), happened, world.manifest.stages);
      assert.equal(happened.ran.length + Object.keys(happened.skipped).length, world.manifest.stages.length);
    }),
    { numRuns },
  );
});

Deno.test("plan() after a failure is what then happens when the run is resumed", () => {
  fc.assert(
    fc.property(worlds, chances, fc.nat(6), (world, chance, at) => {
      const first = execute(world, { ...chance, stop: `s${at}` });
      hold(planOf(world), first, world.manifest.stages);
      const resumed = { ...world, state: first.state };
      const second = execute(resumed, chance);
      hold(planOf(resumed), second, world.manifest.stages);
      assert.deepEqual(first.ran.filter((name) => second.ran.includes(name)), [], "nothing runs twice");
      for (const [name, reason] of Object.entries(first.skipped)) assert.equal(second.skipped[name], reason);
    }),
    { numRuns },
  );
});

Deno.test('plan() says "if" only of a stage that can go either way', () => {
  const tried = { hits: 0, unsure: 0 };
  fc.assert(
    fc.property(worlds, chances, (world, chance) => {
      const unsure = planOf(world).filter(({ action }) => action === "if");
      if (unsure.length === 0) return;
      const days = Array.from(
        { length: 60 },
        () => execute(world, chance),
      );
      for (const { as } of unsure) {
        tried.unsure++;
        if (days.some(({ ran }) => ran.includes(as)) && days.some(({ skipped }) => as in skipped)) {
          tried.hits++;
        }
      }
    }),
    { numRuns: 600, seed: 7 },
  );
  // Two conditions on one metric cannot be told from independent ones: some lines stay unsure for good.
  assert.ok(tried.unsure > 30 && tried.hits > 0.9 * tried.unsure, JSON.stringify(tried));
});

Deno.test("plan() gives the same end whatever order stages beside each other take", () => {
  fc.assert(
    fc.property(worlds, fc.array(fc.nat(1000), { minLength: 7, maxLength: 7 }), (world, ways) => {
      // Each stage ends in one way, so that the order alone differs.
      const outcome = (n: number, as: string) => ways[Number(as.slice(1))] % n;
      const one = execute(world, { outcome, order: () => 0 });
      const other = execute(world, { outcome, order: (n) => n - 1 });
      assert.deepEqual(one.ran.toSorted(), other.ran.toSorted());
      assert.deepEqual(one.skipped, other.skipped);
      assert.deepEqual(one.state, other.state);
    }),
    { numRuns },
  );
});

Deno.test("plan() with --only runs exactly that stage, with --from the enabled ones below it too", () => {
  fc.assert(fc.property(worlds, fc.nat(6), ({ manifest, tasks, state }, picked) => {
    const willing = Object.entries(tasks).map(([name, task]) => [name, { ...task, plan: undefined }]);
    const always: Tasks = Object.fromEntries(willing);
    const stages = manifest.stages.map((stage) => ({ ...stage, when: undefined }));
    const asked = stages[picked % stages.length].as;
    const running = (options: PlanOptions) => {
      const { stages: found = [] } = plan({ ...manifest, stages }, always, state, options);
      return found.filter(({ action }) => action === "run").map(({ as }) => as);
    };
    assert.deepEqual(running({ only: asked }), [asked]);
    const below = new Set([asked]);
    for (let size = 0; size < below.size;) {
      size = below.size;
      for (const { as, needs } of stages) if (needs.some((name) => below.has(name))) below.add(as);
    }
    const wanted = stages.filter(({ as, enabled }) => enabled && below.has(as)).map(({ as }) => as);
    assert.deepEqual(running({ from: asked }), wanted);
  }));
});

Deno.test("plan() refuses a reader above the only writer of its table, until an earlier run wrote it", () => {
  const names = ["a", "b", "c", "d", "e"];
  const tables = ["raw_db.ratings", "data_lake_db.ratings", "ops_db.model_versions"] as const;
  fc.assert(
    fc.property(fc.shuffledSubarray(names, { minLength: 2 }), fc.constantFrom(...tables), (order, table) => {
      const [reader, writer] = order;
      const tasks = {
        ...Object.fromEntries(order.map((name) => [name, fakeTask()])),
        [reader]: fakeTask({ reads: [table] }),
        [writer]: fakeTask({ writes: [table] }),
      };
      const errorsOf = (order: string[], finished: Record<string, number>) => {
        const text = JSON.stringify({ stages: order.map((task) => ({ task })) });
        return plan(manifestOf(text, tasks), tasks, planState({ finished })).errors?.length ?? 0;
      };
      assert.equal(errorsOf(order, {}), 1);
      assert.equal(errorsOf(order, { [writer]: 3 }), 0);
      assert.equal(errorsOf(order.toReversed(), {}), 0);
    }),
  );
});
