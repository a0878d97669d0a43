import assert from "@std/assert";
import { UsageError } from "../../../../tasks/runner/errors.ts";
import { plan, type PlanOptions } from "../../../../tasks/runner/plan/plan.ts";
import { withParams } from "../../../../tasks/runner/plan/selection.ts";
import type { PlanState } from "../../../../tasks/runner/plan/plan_state.ts";
import { DAY, manifestOf, planState } from "../_fake_day.ts";

const TEXT = `
stages:
  - task: ingest
  - task: clean
  - task: features
    enabled: false
  - task: monitor
    needs: [ingest]
  - task: train
    needs: [clean, features]
    params: { model: als, retrain_every: 3d }
`;
const MANIFEST = manifestOf(TEXT);
const done = Object.fromEntries(MANIFEST.stages.map(({ as }) => [as, "2026-03-01T12:00:00.000Z"]));
const state = planState({
  newestBatch: 1,
  finished: { ingest: 1, clean: 0, features: 0 },
  run: { status: "succeeded", finishedAt: null, done, skipped: {}, batch: 1 },
});

function running(selection: PlanOptions): string[] {
  const { stages = [] } = plan(MANIFEST, DAY, state, selection);
  return stages.filter(({ action }) => action === "run").map(({ as }) => as);
}

Deno.test("plan() --from runs a stage and what needs it, not what stands beside it", () => {
  assert.deepEqual(running({ from: "clean" }), ["clean", "train"]);
  assert.deepEqual(running({ from: "monitor" }), ["monitor"]);
});

Deno.test("plan() of a set of stages runs these once, and leaves disabled ones disabled", () => {
  assert.deepEqual(running({ stages: ["monitor", "clean", "features"] }), []);
  const asked = (stages: string[], run: PlanState["run"]) => {
    const { stages: found = [] } = plan(MANIFEST, DAY, { ...state, run }, { stages });
    return found.filter(({ action }) => action === "run").map(({ as }) => as);
  };
  assert.deepEqual(asked(["monitor", "clean", "features"], null), ["clean", "monitor"]);
  assert.deepEqual(asked([], null), []);
  const failed = { ...state.run!, status: "failed" as const, done: { clean: done.clean } };
  assert.deepEqual(asked(["monitor", "clean"], failed), ["monitor"]);
});

Deno.test("plan() refuses names in a set, or in parameters, that are no stages", () => {
  const message = /Cannot select stage "trian" .* Did you mean "train"\?/;
  assert.throws(() => running({ stages: ["clean", "trian"] }), message);
  assert.throws(() => running({ params: { trian: {} } }), message);
  assert.throws(() => running({ stages: ["clean"], only: "train" }), UsageError);
});

Deno.test("withParams() replaces single parameters, and keeps the others as they are written", () => {
  const params = { train: { model: "two_tower" } };
  const { stages } = withParams(MANIFEST, DAY, { params });
  const before = MANIFEST.stages[4].params as object;
  assert.deepEqual(stages[4].params, { ...before, model: "two_tower" });
  assert.equal((stages[4].params as { retrain_every: number }).retrain_every, 3 * 86_400_000);
  assert.deepEqual(stages.slice(0, 4), MANIFEST.stages.slice(0, 4));
  assert.equal(withParams(MANIFEST, DAY, {}), MANIFEST);
});

Deno.test("withParams() says all that does not fit, with the value found", () => {
  const params = { train: { model: "asl", adam: { learning_rate: -1 } } };
  assert.throws(() => withParams(MANIFEST, DAY, { params }), (error: Error) => {
    assert.ok(error instanceof UsageError);
    assert.match(error.message, /train\.model is "asl": .*; train\.adam\.learning_rate is -1: /);
    return true;
  });
});
