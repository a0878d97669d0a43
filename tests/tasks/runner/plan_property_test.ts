/** What holds of every plan: random tasks, manifests, ledgers and outcomes. */
import assert from "@std/assert";
import fc from "fast-check";
import type { TableName } from "../../../sql/tables.ts";
import type { Manifest } from "../../../tasks/runner/manifest.ts";
import { decide, plan, type PlanOptions } from "../../../tasks/runner/plan.ts";
import { planBatches, type PlanState } from "../../../tasks/runner/plan_state.ts";
import type { Task, Tasks } from "../../../tasks/runner/task.ts";
import { fakeTask, manifestOf, planState } from "./_fake_day.ts";

const champion = { version: "3f2a", model: "two_tower", throughBatch: 2 };
const TABLES: readonly TableName[] = ["raw_db.ratings", "data_lake_db.ratings", "ops_db.model_versions"];
const NAMES = ["a", "b", "c", "d", "e"];

/** Ways in which a task's plan may look at the ledger, and change it. */
const plans: NonNullable<Task<unknown>["plan"]>[] = [
  ...NAMES.map(planBatches),
  ({ newestBatch, finished }, { task }) => {
    const batch = (newestBatch ?? -1) + 1;
    return {
      action: "run",
      reason: "forms",
      outcomes: [{ newestBatch: batch, finished: { ...finished, [task]: batch } }],
    };
  },
  ({ candidate }) =>
    candidate
      ? { action: "skip", reason: "has one" }
      : { action: "run", reason: "makes", outcomes: [{ candidate: champion }] },
  ({ candidate }) =>
    candidate
      ? {
        action: "run",
        reason: "judges",
        outcomes: [{ candidate: null, champion: candidate }, { candidate: null }],
      }
      : { action: "skip", reason: "no candidate" },
  ({ champion }) =>
    champion ? { action: "run", reason: "has champion" } : { action: "skip", reason: "no champion" },
];

const tasksArbitrary: fc.Arbitrary<Tasks> = fc.tuple(...NAMES.map(() =>
  fc.record({
    reads: fc.subarray([...TABLES]),
    writes: fc.subarray([...TABLES]),
    plan: fc.option(fc.constantFrom(...plans), { nil: undefined }),
  })
)).map((parts) => Object.fromEntries(parts.map((part, i) => [NAMES[i], fakeTask(part)])));

const stagesArbitrary = fc.array(
  fc.record({ task: fc.constantFrom(...NAMES), enabled: fc.boolean() }),
  { minLength: 1, maxLength: 7 },
).map((stages) => stages.map((stage, i) => ({ ...stage, as: `s${i}` })));

const stateArbitrary: fc.Arbitrary<PlanState> = fc.record({
  newestBatch: fc.option(fc.nat(3)),
  finished: fc.dictionary(fc.constantFrom(...NAMES), fc.nat(3)),
  champion: fc.option(fc.constant(champion)),
  candidate: fc.option(fc.constant(champion)),
}).map(planState);

const worlds = fc.record({ tasks: tasksArbitrary, stages: stagesArbitrary, state: stateArbitrary });

/** Worlds in which every order is allowed. */
const orderlyWorlds = worlds.map(({ tasks, ...world }) => {
  const readless = Object.entries(tasks).map(([name, task]) => [name, { ...task, reads: [] }]);
  return { ...world, tasks: Object.fromEntries(readless) as Tasks };
});

const written = (stages: readonly { task: string; enabled: boolean; as: string }[], tasks: Tasks) =>
  manifestOf(JSON.stringify({ stages }), tasks);

/** Works through the day as a runner does: `choose` picks the outcome of each stage, `stop` a stage that fails. */
function execute(
  { manifest, tasks, state: before }: { manifest: Manifest; tasks: Tasks; state: PlanState },
  { choose, stop }: { choose: (ways: number) => number; stop?: string },
): { ran: string[]; skipped: string[]; state: PlanState } {
  let state: PlanState = {
    ...before,
    run: before.run ?? { status: "running", finishedAt: null, done: {}, skipped: {}, batch: null },
  };
  const ran: string[] = [];
  const skipped: string[] = [];
  for (const stage of manifest.stages) {
    const run = state.run!;
    const decision = decide(stage, { manifest, tasks, state });
    if (decision.action === "skip") {
      skipped.push(stage.as);
      const isSettled = stage.enabled && !Object.hasOwn(run.done, stage.as);
      const settled = { ...run.skipped, ...isSettled && { [stage.as]: decision.reason } };
      state = { ...state, run: { ...run, skipped: settled } };
      continue;
    }
    if (stage.as === stop) break;
    const ways = decision.outcomes ?? [{}];
    const done = { ...run.done, [stage.as]: "2026-03-01T12:00:00.000Z" };
    state = { ...state, ...ways[choose(ways.length)], run: { ...run, done } };
    ran.push(stage.as);
  }
  return { ran, skipped, state };
}

Deno.test("plan() never throws, and keeps the order of the lines", () => {
  fc.assert(fc.property(worlds, ({ tasks, stages, state }) => {
    const manifest = written(stages, tasks);
    const { stages: found, errors } = plan(manifest, tasks, state);
    if (errors) return assert.ok(errors.length > 0 && errors.every(({ line }) => line === 1));
    assert.deepEqual(found.map(({ as, task }) => [as, task]), stages.map(({ as, task }) => [as, task]));
    found.forEach(({ action }, i) => assert.ok(stages[i].enabled || action === "skip"));
  }));
});

Deno.test("plan() is what then happens, whatever the stages' outcomes", () => {
  fc.assert(
    fc.property(orderlyWorlds, fc.infiniteStream(fc.nat(9)), ({ tasks, stages, state }, picks) => {
      const manifest = written(stages, tasks);
      const { stages: found = [] } = plan(manifest, tasks, state);
      const choose = (ways: number) => picks.next().value! % ways;
      const { ran, skipped } = execute({ manifest, tasks, state }, { choose });
      for (const { as, action } of found) {
        if (action !== "if") {
          assert.equal(ran.includes(as) ? "run" : "skip", action, `${as} of ${JSON.stringify(found)}`);
        }
      }
      assert.equal(ran.length + skipped.length, stages.length);
    }),
    { numRuns: 500 },
  );
});

Deno.test('plan() says "if" only of a stage that can go either way', () => {
  fc.assert(
    fc.property(orderlyWorlds, ({ tasks, stages, state }) => {
      const manifest = written(stages, tasks);
      const unsure = (plan(manifest, tasks, state).stages ?? []).filter(({ action }) => action === "if");
      if (unsure.length === 0) return;
      // Two outcomes a stage at most: walk every combination.
      const days = Array.from({ length: 2 ** stages.length }, (_, bits) => {
        let stage = 0;
        return execute({ manifest, tasks, state }, { choose: (ways) => ((bits >> stage++) & 1) % ways });
      });
      for (const { as } of unsure) {
        assert.ok(
          days.some(({ ran }) => ran.includes(as)) && days.some(({ skipped }) => skipped.includes(as)),
          as,
        );
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("plan() after a failure resumes at the stage that failed, and ends as if nothing had happened", () => {
  fc.assert(fc.property(orderlyWorlds, fc.nat(6), ({ tasks, stages, state }, failing) => {
    const manifest = written(stages, tasks);
    const stop = `s${failing}`;
    const first = execute({ manifest, tasks, state }, { choose: () => 0, stop });
    const { stages: resumed } = plan(manifest, tasks, first.state);
    for (const { as, action, reason } of resumed ?? []) {
      if (first.ran.includes(as)) assert.deepEqual([action, reason], ["skip", "done in this run at 12:00"]);
    }
    const second = execute({ manifest, tasks, state: first.state }, { choose: () => 0 });
    const undisturbed = execute({ manifest, tasks, state }, { choose: () => 0 });
    assert.deepEqual([...first.ran, ...second.ran], undisturbed.ran);
    assert.deepEqual(second.state, undisturbed.state);
  }));
});

Deno.test("plan() with --only runs exactly that stage, with --from the enabled ones from there", () => {
  fc.assert(fc.property(orderlyWorlds, fc.nat(6), ({ tasks, stages, state }, picked) => {
    const willing = Object.entries(tasks).map(([name, task]) => [name, { ...task, plan: undefined }]);
    const always: Tasks = Object.fromEntries(willing);
    const manifest = written(stages, always);
    const at = picked % stages.length;
    const running = (options: PlanOptions) => {
      const { stages = [] } = plan(manifest, always, state, options);
      return stages.filter(({ action }) => action === "run").map(({ as }) => as);
    };
    assert.deepEqual(running({ only: `s${at}` }), [`s${at}`]);
    assert.deepEqual(
      running({ from: `s${at}` }),
      stages.slice(at).filter(({ enabled }) => enabled).map(({ as }) => as),
    );
  }));
});

Deno.test("plan() refuses a reader above the only writer of its table, until an earlier run wrote it", () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(NAMES, { minLength: 2 }), fc.constantFrom(...TABLES), (names, table) => {
      const [reader, writer] = names;
      const tasks = {
        ...Object.fromEntries(names.map((name) => [name, fakeTask()])),
        [reader]: fakeTask({ reads: [table] }),
        [writer]: fakeTask({ writes: [table] }),
      };
      const stages = (order: string[]) => order.map((task) => ({ task, as: task, enabled: true }));
      const errorsOf = (order: string[], finished: Record<string, number>) =>
        plan(written(stages(order), tasks), tasks, planState({ finished })).errors?.length ?? 0;
      assert.equal(errorsOf(names, {}), 1);
      assert.equal(errorsOf(names, { [writer]: 3 }), 0);
      assert.equal(errorsOf(names.toReversed(), {}), 0);
    }),
  );
});
