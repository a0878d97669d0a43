/** The four edits that the README shows: what the plan says of each before is what the day then does. */
import assert from "@std/assert";
import { fileURLToPath } from "node:url";
import { type Checkout, createCheckout } from "../support/checkout.ts";
import { SMALL_SAMPLE } from "./_manifest.ts";

const DATA = fileURLToPath(new URL("../../../shared/data/ml-latest-small", import.meta.url));

const DAY = `name: edited
stages:
  - task: ingest
  - task: clean
  - task: prequential
  - task: features
  - task: train
    params: { model: bias, mode: scratch }
  - task: evaluate
    params: { min_users: 5 }
  - task: publish
  - task: monitor
`;

/** The day with the lines of `stage` moved to above those of `other`. */
function moved(stage: string, other: string): string {
  const block = new RegExp(`  - task: ${stage}\n(?:    .*\n)*`).exec(DAY)![0];
  return DAY.replace(block, "").replace(`  - task: ${other}\n`, `${block}  - task: ${other}\n`);
}

const disabled = (stage: string) =>
  DAY.replace(`  - task: ${stage}\n`, `  - task: ${stage}\n    enabled: false\n`);

interface Planned {
  as: string;
  action: "run" | "skip" | "if";
  reason: string;
}

interface Done {
  day: string;
  kind: string;
  status: string;
  stages: { stage: string; status: string; outputs: Record<string, unknown> }[];
  earlier: Done[];
}

interface Status {
  raw: { ratings: number; pending: number };
  lake: { ratings: number; rejects: number };
  balanced: boolean;
  runs: unknown[];
}

function hasData(): boolean {
  try {
    return Deno.statSync(DATA).isDirectory;
  } catch {
    return false;
  }
}

const env = hasData() ? { MATINEE_DATA: DATA } : SMALL_SAMPLE;

async function json<Found>(checkout: Checkout, ...args: string[]): Promise<Found> {
  const { code, stdout, stderr } = await checkout.run([...args, "--json"], env);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

/** Plans and runs the next day under `manifest`; holds one to the other, reason by reason. */
async function dayUnder(checkout: Checkout, manifest: string): Promise<{ plan: Planned[]; run: Done }> {
  await Deno.writeTextFile(`${checkout.path}/pipeline.yaml`, manifest);
  const { stages: plan } = await json<{ stages: Planned[] }>(checkout, "plan", "--next");
  const run = await json<Done>(checkout, "daily", "--next");
  assert.equal(run.status, "succeeded");
  for (const { as, action, reason } of plan) {
    const { status, outputs } = run.stages.find(({ stage }) => stage === as)!;
    if (action !== "if") assert.equal(status, action === "run" ? "succeeded" : "skipped", `${as}: ${reason}`);
    if (status === "skipped") assert.ok(reason.includes(String(outputs.reason)), `${as}: ${reason}`);
  }
  return { plan, run };
}

const reasonOf = (plan: readonly Planned[], name: string) => plan.find(({ as }) => as === name)!.reason;
const orderOf = ({ stages }: Done) => stages.map(({ stage }) => stage);

Deno.test("four edits of the manifest do what the plan says, and lose no row", async () => {
  await using checkout = await createCheckout({ manifest: moved("train", "features") });

  // On an empty archive nothing has features yet: refused with line and column, before anything is imported.
  for (const command of ["plan", "daily"]) {
    const { code, stderr } = await checkout.run([command], env);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /error: Cannot run "train" above "features" as it reads processed_db\./);
    assert.match(stderr, /pipeline\.yaml:6:11/);
  }
  const empty = await json<Status>(checkout, "status");
  assert.deepEqual([empty.raw.ratings, empty.runs], [0, []]);

  await Deno.writeTextFile(`${checkout.path}/pipeline.yaml`, DAY);
  assert.equal((await json<Done>(checkout, "daily")).status, "succeeded");

  const { run: watched } = await dayUnder(checkout, moved("monitor", "train"));
  assert.deepEqual(orderOf(watched).slice(4), ["monitor", "train", "evaluate", "publish"]);

  const { plan, run: turned } = await dayUnder(checkout, moved("train", "features"));
  assert.match(reasonOf(plan, "train"), /; reads processed_db\.user_features, .* as of batch 2$/);
  assert.deepEqual(orderOf(turned).slice(3, 5), ["train", "features"]);

  const { plan: untrained, run: published } = await dayUnder(checkout, disabled("train"));
  assert.equal(reasonOf(untrained, "train"), "disabled in the manifest");
  const { status, outputs } = published.stages.find(({ stage }) => stage === "publish")!;
  assert.deepEqual([status, outputs.batch], ["succeeded", 4]);

  const { plan: dirty } = await dayUnder(checkout, disabled("clean"));
  assert.equal(reasonOf(dirty, "features"), "no batch waits: batch 4 is the newest from clean");
  const between = await json<Status>(checkout, "status");
  assert.ok(between.balanced && between.raw.pending > 0);

  const { plan: madeUp, run: whole } = await dayUnder(checkout, DAY);
  assert.equal(reasonOf(madeUp, "clean"), "batches 5 to 6 wait");
  // Served as of batch 6: clean has finished both, or features would have had nothing to go on to.
  assert.equal(whole.stages.find(({ stage }) => stage === "publish")!.outputs.batch, 6);
  const { raw, lake, balanced } = await json<Status>(checkout, "status");
  assert.ok(balanced);
  assert.equal(raw.ratings, lake.ratings + lake.rejects + raw.pending);
});
