import assert from "@std/assert";
import { movedStages } from "../../../../tasks/runner/plan/_diff_order.ts";
import { diffLines, diffManifests } from "../../../../tasks/runner/plan/diff.ts";
import { DAY, manifestOf } from "../_fake_day.ts";

const BEFORE = `
seed: 1
stages:
  - task: ingest
  - task: clean
  - task: features
  - task: train
    params: { retrain_every: 7d }
    timeout: 1h
  - task: evaluate
  - task: monitor
`;
const version = (version: string) => ({ version, model: "als", throughBatch: 4 });
const state = {
  champion: version("3f2a"),
  candidates: [version("77aa")],
  finished: { ingest: 4, clean: 4, features: 4, train: 4, monitor: 4 },
};
const since = { run_id: 7, day: "2026-03-01" };

function linesOf(now: string, was = BEFORE): string[] {
  const diff = diffManifests(manifestOf(was), manifestOf(now), { tasks: DAY, state });
  return diffLines({ ...diff, since, unreadable: null });
}

Deno.test("diffManifests() finds nothing where nothing changed, comments and layout aside", () => {
  const same = ["Since run 7 of 2026-03-01: the manifest is the same."];
  assert.deepEqual(linesOf(BEFORE), same);
  assert.deepEqual(linesOf(BEFORE.replace("timeout: 1h", "timeout: 60m # an hour")), same);
});

Deno.test("diffManifests() tells parameters from old to new, and which versions were trained with others", () => {
  assert.deepEqual(linesOf(BEFORE.replace("retrain_every: 7d", "retrain_every: 3d, model: als")), [
    "Since run 7 of 2026-03-01:",
    '  train.params.model: "two_tower" → "als"',
    '  train.params.retrain_every: "7d" → "3d"',
    "Made otherwise, and kept:",
    "  champion 3f2a and candidate 77aa: train had another params.model",
    "  champion 3f2a and candidate 77aa: train had another params.retrain_every",
  ]);
});

Deno.test("diffManifests() tells of seed and holdout_days that hold-outs are others", () => {
  assert.deepEqual(linesOf(BEFORE.replace("seed: 1", "seed: 2\nholdout_days: 3")), [
    "Since run 7 of 2026-03-01:",
    "  seed: 1 → 2",
    "  holdout_days: 7 → 3",
    "Made otherwise, and kept:",
    "  the hold-out rows of champion 3f2a and candidate 77aa: seed changed: another seed fixes chance",
    "  the hold-out rows of champion 3f2a and candidate 77aa: holdout_days changed: other batches are held out",
  ]);
});

Deno.test("diffManifests() tells the one stage that moved, not those that it passed", () => {
  const moved = BEFORE.replace("  - task: monitor\n", "").replace(
    "  - task: train",
    "  - task: monitor\n  - task: train",
  );
  assert.deepEqual(linesOf(moved), [
    "Since run 7 of 2026-03-01:",
    "  monitor: moved from the end to above train",
    "Made otherwise, and kept:",
    "  ops_db.metric_history up to batch 4: monitor stood elsewhere",
  ]);
});

Deno.test("diffManifests() tells stages that came, went, and were switched, and their limits", () => {
  const now = BEFORE.replace("  - task: monitor\n", "").replace(
    "- task: clean",
    "- task: clean\n    enabled: false",
  )
    .replace("timeout: 1h", "timeout: 90m\n    needs: [clean]\n    when: day.month == 3")
    .replace("- task: evaluate", "- task: evaluate\n    as: gate");
  assert.deepEqual(linesOf(now).slice(1), [
    "  evaluate: removed",
    "  monitor: removed",
    "  gate: added",
    "  clean: disabled",
    '  train.when: none → "day.month == 3"',
    '  train.timeout: "1h" → "1h30m"',
    '  train.needs: none → ["clean"]',
    "Made otherwise, and kept:",
    "  champion 3f2a and candidate 77aa: train had another needs",
  ]);
});

Deno.test("movedStages() takes out the fewest", () => {
  const moved = (before: string, now: string) => movedStages([...before], [...now]).map(({ stage }) => stage);
  assert.deepEqual(moved("abcdef", "abcdef"), []);
  assert.deepEqual(moved("abcdef", "afbcde"), ["f"]);
  assert.deepEqual(moved("abcdef", "bcadef"), ["a"]);
  assert.deepEqual(moved("abcdef", "axcdef"), []);
});
