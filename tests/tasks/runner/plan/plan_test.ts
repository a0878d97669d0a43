import assert from "@std/assert";
import { UsageError } from "../../../../tasks/runner/errors.ts";
import { formatManifestErrors } from "../../../../tasks/runner/manifest/manifest_error.ts";
import { plan, type PlanOptions, type PlanStage } from "../../../../tasks/runner/plan/plan.ts";
import type { PlanState } from "../../../../tasks/runner/plan/plan_state.ts";
import { DAY, manifestOf, planState } from "../_fake_day.ts";
import { eachSnapshot } from "../_snapshots.ts";

const DEFAULT = Deno.readTextFileSync(new URL("../../../../pipeline.yaml", import.meta.url));
const champion = { version: "3f2a", model: "two_tower", throughBatch: 40 };
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
