import assert from "@std/assert";
import fc from "fast-check";
import { UsageError } from "../../../tasks/runner/errors.ts";
import { type Manifest, parseManifest } from "../../../tasks/runner/manifest.ts";
import { formatManifestErrors } from "../../../tasks/runner/manifest_error.ts";
import { decide, plan, type PlanOptions, type PlanStage } from "../../../tasks/runner/plan.ts";
import { planBatches, type PlanState } from "../../../tasks/runner/plan_state.ts";
import type { Task, Tasks } from "../../../tasks/runner/task.ts";
import type { TableName } from "../../../sql/tables.ts";
import { DAY, fakeTask, planState } from "./_fake_day.ts";
import { eachSnapshot } from "./_snapshots.ts";

const DEFAULT = Deno.readTextFileSync(new URL("../../../pipeline.yaml", import.meta.url));
const champion = { version: "3f2a", throughBatch: 40 };
const finished = {
  ingest: 40,
  clean: 40,
  prequential: 40,
  features: 40,
  train: 40,
  evaluate: 40,
  publish: 40,
  monitor: 40,
};
const yesterday = planState({ newestBatch: 40, finished, champion });

function manifestOf(text: string, tasks: Tasks = DAY): Manifest {
  const { manifest, errors } = parseManifest(text, { file: "pipeline.yaml", tasks });
  if (manifest === undefined) throw new Error(formatManifestErrors(errors, text));
  return manifest;
}

function planned(text: string, state: PlanState, options?: PlanOptions): PlanStage[] {
  const { stages, errors } = plan(manifestOf(text), DAY, state, options);
  if (stages === undefined) throw new Error(formatManifestErrors(errors, text));
  return stages;
}

const actions = (stages: readonly PlanStage[]) =>
  Object.fromEntries(stages.map(({ as, action }) => [as, action]));
const reasonOf = (stages: readonly PlanStage[], name: string) => stages.find(({ as }) => as === name)?.reason;

/** Moves the stage's line to where the line of `other` stands. */
function move(stage: string, other: string): string {
  const lines = DEFAULT.split("\n");
  const at = (name: string) => lines.findIndex((line) => line.startsWith(`  - task: ${name} `));
  const end = lines.findIndex((line, i) => i > at(stage) && !line.startsWith("    "));
  const block = lines.splice(at(stage), end - at(stage));
  return lines.toSpliced(at(other), 0, ...block).join("\n");
}

const disable = (stage: string) =>
  DEFAULT.replace(`\n  - task: ${stage} `, `\n  - enabled: false\n    task: ${stage} `);

Deno.test("plan() of the first run skips what needs a champion, and leaves publishing to the verdict", () => {
  const stages = planned(DEFAULT, planState({ kind: "bootstrap" }));
  assert.deepEqual(actions(stages), {
    ingest: "run",
    clean: "run",
    prequential: "skip",
    features: "run",
    train: "run",
    evaluate: "run",
    publish: "if",
    monitor: "run",
  });
  assert.equal(reasonOf(stages, "clean"), "batch 0 waits");
  assert.equal(reasonOf(stages, "prequential"), "no champion yet");
  assert.equal(
    reasonOf(stages, "publish"),
    "depends on evaluate: a champion to serve; or skipped: no champion yet",
  );
});

Deno.test("plan() of a day with a champion runs every stage", () => {
  assert.ok(planned(DEFAULT, yesterday).every(({ action }) => action === "run"));
});

Deno.test("plan() of a day without new ratings says so at each stage that waits for them", () => {
  const stages = planned(DEFAULT, { ...yesterday, waiting: { imported: 0, live: 0, unparsable: 0 } });
  assert.deepEqual(stages.filter(({ action }) => action === "run").map(({ as }) => as), [
    "publish",
    "monitor",
  ]);
  assert.equal(reasonOf(stages, "clean"), "no batch waits: batch 40 is the newest from ingest");
});

Deno.test("plan() makes up what a disabled stage left", () => {
  const disabled = planned(disable("clean"), yesterday);
  assert.equal(reasonOf(disabled, "clean"), "disabled in the manifest");
  assert.equal(reasonOf(disabled, "features"), "no batch waits: batch 40 is the newest from clean");
  const next = { ...yesterday, newestBatch: 41, finished: { ...finished, ingest: 41 } };
  assert.equal(reasonOf(planned(DEFAULT, next), "clean"), "batches 41 to 42 wait");
});

Deno.test("plan() runs the stages that a disabled one stands above", () => {
  const stages = planned(disable("train"), yesterday);
  assert.equal(reasonOf(stages, "evaluate"), "no candidate");
  assert.deepEqual(actions(stages), {
    ...actions(planned(DEFAULT, yesterday)),
    train: "skip",
    evaluate: "skip",
  });
});

Deno.test("plan() says how old the tables are when a reader stands above their writer", () => {
  const stages = planned(move("train", "features"), yesterday);
  assert.deepEqual(stages.map(({ as }) => as).slice(2, 5), ["prequential", "train", "features"]);
  assert.equal(
    reasonOf(stages, "train"),
    "warm; reads processed_db.user_features, processed_db.movie_features as of batch 40",
  );
});

Deno.test("plan() says how old the tables of a disabled writer are, or that nothing wrote them yet", () => {
  const old = planned(disable("features"), yesterday);
  assert.equal(
    reasonOf(old, "train"),
    "warm; reads processed_db.user_features, processed_db.movie_features as of batch 40",
  );
  const never = planned(disable("features"), planState({ kind: "bootstrap" }));
  assert.match(reasonOf(never, "train")!, /; reads processed_db\..*, not written yet: features is disabled$/);
});

Deno.test("plan() lets monitor stand above train from the first day on", () => {
  assert.equal(actions(planned(move("monitor", "train"), planState({ kind: "bootstrap" }))).monitor, "run");
});

Deno.test("plan() resumes behind the stages that are done, and finds nothing to do in a finished run", () => {
  const done = { ingest: "2026-03-01T12:03:09.000Z", clean: "2026-03-01T12:04:00.000Z" };
  const run = { status: "failed" as const, finishedAt: null, done, skipped: {}, batch: 41 };
  const state = { ...yesterday, newestBatch: 41, finished: { ...finished, ingest: 41, clean: 41 }, run };
  const stages = planned(DEFAULT, state);
  assert.equal(reasonOf(stages, "ingest"), "done in this run at 12:03");
  assert.equal(reasonOf(stages, "clean"), "done in this run at 12:04");
  assert.equal(reasonOf(stages, "features"), "batch 41 waits");
  const over = { ...run, status: "succeeded" as const, finishedAt: "2026-03-01T12:30:00.000Z" };
  for (const { action, reason } of planned(DEFAULT, { ...state, run: over })) {
    assert.deepEqual([action, reason], ["skip", "2026-03-01 is done since 12:30"]);
  }
});

Deno.test("plan() takes --from and --only even of stages that are done or disabled", () => {
  const done = Object.fromEntries(Object.keys(DAY).map((name) => [name, "2026-03-01T12:03:09.000Z"]));
  const state = {
    ...yesterday,
    run: { status: "succeeded" as const, finishedAt: null, done, skipped: {}, batch: 40 },
  };
  const running = (options: PlanOptions, text = DEFAULT) =>
    planned(text, state, options).filter(({ action }) => action === "run").map(({ as }) => as);
  assert.deepEqual(running({ from: "publish" }), ["publish", "monitor"]);
  assert.deepEqual(running({ only: "monitor" }), ["monitor"]);
  assert.deepEqual(running({ only: "monitor" }, disable("monitor")), ["monitor"]);
  assert.deepEqual(running({ from: "publish" }, disable("monitor")), ["publish"]);
});

Deno.test("plan() refuses to select a stage that is not there, with the nearest name", () => {
  const wrong: [PlanOptions, RegExp][] = [
    [{ from: "clena" }, /Did you mean "clean"\?/],
    [{ only: "toString" }, /the manifest has ingest, clean/],
    [{ from: "clean", only: "train" }, /exclude each other/],
  ];
  for (const [options, message] of wrong) {
    assert.throws(
      () => planned(DEFAULT, yesterday, options),
      (error: unknown) => error instanceof UsageError && message.test(error.message),
    );
  }
});

eachSnapshot("order", (text) => {
  const { errors } = plan(manifestOf(text), DAY, planState());
  return formatManifestErrors(errors ?? [], text);
});

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
