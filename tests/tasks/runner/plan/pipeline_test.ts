/** The default manifest with the real tasks: what a plan says on the days that people have. */
import assert from "@std/assert";
import fc from "fast-check";
import { parseManifest } from "../../../../tasks/runner/manifest/manifest.ts";
import { formatManifestErrors } from "../../../../tasks/runner/manifest/manifest_error.ts";
import { plan, type PlanStage } from "../../../../tasks/runner/plan/plan.ts";
import type { PlanState } from "../../../../tasks/runner/plan/plan_state.ts";
import { loadTasks } from "../../../../tasks/runner/registry.ts";
import { planState } from "../_fake_day.ts";

const TEXT = Deno.readTextFileSync(new URL("../../../../pipeline.yaml", import.meta.url));
const NAMES = ["ingest", "clean", "prequential", "features", "train", "evaluate", "publish", "monitor"];
const through = (batch: number) => Object.fromEntries(NAMES.map((name) => [name, batch]));

const yesterday = planState({
  newestBatch: 40,
  finished: through(40),
  champion: { version: "3f2a", model: "two_tower", throughBatch: 40 },
  retrainedOn: "2026-02-26",
  published: { version: "3f2a", batch: 40 },
});

async function planned(state: PlanState, text = TEXT): Promise<PlanStage[]> {
  const tasks = await loadTasks();
  const { manifest, errors } = parseManifest(text, { file: "pipeline.yaml", tasks });
  if (manifest === undefined) throw new Error(formatManifestErrors(errors, text));
  const found = plan(manifest, tasks, state);
  if (found.stages === undefined) throw new Error(formatManifestErrors(found.errors, text));
  return found.stages;
}

const doing = (stages: PlanStage[], action: string) =>
  stages.filter((stage) => stage.action === action).map(({ as }) => as);

Deno.test("pipeline.yaml places every task once", async () => {
  assert.deepEqual(doing(await planned(yesterday), "skip"), []);
  assert.deepEqual((await planned(yesterday)).map(({ task }) => task), NAMES);
  assert.deepEqual(Object.keys(await loadTasks()), NAMES.toSorted());
});

Deno.test("pipeline.yaml bootstraps an archive whole, but for what needs a champion", async () => {
  const stages = await planned(planState({ kind: "bootstrap" }));
  assert.deepEqual(doing(stages, "skip"), ["prequential"]);
  assert.deepEqual(doing(stages, "run"), NAMES.filter((name) => name !== "prequential"));
});

Deno.test("pipeline.yaml trains from scratch when the last time is retrain_every ago", async () => {
  const reason = async (state: PlanState) => (await planned(state)).find(({ as }) => as === "train")?.reason;
  assert.match(await reason(yesterday) ?? "", /^warm/);
  assert.match(await reason({ ...yesterday, retrainedOn: "2026-02-22" }) ?? "", /^from scratch/);
});

Deno.test("pipeline.yaml without new ratings learns nothing", async () => {
  const stages = await planned({ ...yesterday, waiting: { imported: 0, live: 0, unparsable: 0 } });
  assert.deepEqual(doing(stages, "skip"), [
    "ingest",
    "clean",
    "prequential",
    "features",
    "train",
    "evaluate",
  ]);
});

Deno.test("pipeline.yaml lets a live rating alone make a day", async () => {
  const stages = await planned({ ...yesterday, waiting: { imported: 0, live: 1, unparsable: 0 } });
  assert.deepEqual(doing(stages, "skip"), []);
});

Deno.test("pipeline.yaml makes a disabled clean up the day after", async () => {
  const disabled = await planned(
    yesterday,
    TEXT.replace("\n  - task: clean ", "\n  - enabled: false\n    task: clean "),
  );
  assert.deepEqual(doing(disabled, "run").slice(0, 1), ["ingest"]);
  assert.ok(["clean", "features"].every((name) => doing(disabled, "skip").includes(name)));
  const next = await planned({ ...yesterday, newestBatch: 41, finished: { ...through(40), ingest: 41 } });
  assert.equal(next.find(({ as }) => as === "clean")?.reason, "batches 41 to 42 wait");
});

Deno.test("pipeline.yaml gives every stage an action and a reason, whatever the ledger says", async () => {
  const version = fc.option(
    fc.record({ version: fc.constant("3f2a"), model: fc.constant("two_tower"), throughBatch: fc.nat(5) }),
  );
  const count = fc.nat(2);
  const state = fc.record({
    kind: fc.constantFrom("bootstrap" as const, "daily" as const),
    waiting: fc.record({ imported: count, live: count, unparsable: count }),
    newestBatch: fc.option(fc.nat(5)),
    finished: fc.dictionary(fc.constantFrom(...NAMES), fc.nat(5)),
    champion: version,
    candidates: fc.array(version.filter((found) => found !== null).map((found) => found!), { maxLength: 2 }),
    retrainedOn: fc.option(fc.constantFrom("2026-01-01", "2026-03-01", "2026-03-02")),
  }).map(planState);
  await fc.assert(fc.asyncProperty(state, async (state) => {
    for (const { action, reason } of await planned(state)) {
      assert.ok(["run", "skip", "if"].includes(action));
      assert.match(reason, /\w/);
      assert.doesNotMatch(reason, /undefined|null|NaN|-1/);
    }
  }));
});
