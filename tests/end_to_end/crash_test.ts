/** SIGKILL and Ctrl-C at the worst moments: the final digest is an undisturbed run's. */
import assert from "@std/assert";
import { createCheckout } from "../support/checkout.ts";
import { QUICK_DAY, SMALL_SAMPLE } from "./_manifest.ts";

/** What the log says when it is time to kill: in import, at the end of each stage, in the midst of training. */
const MOMENTS = [
  "Importing",
  "stage=ingest attempt",
  "stage=clean attempt",
  "stage=features attempt",
  "event=detail stage=train",
  "stage=train attempt",
  "stage=evaluate attempt",
  "stage=publish attempt",
  "stage=monitor attempt",
];

interface Status {
  digest: string;
  balanced: boolean;
  champion: { version: string } | null;
  runs: { kind: string; status: string }[];
}

type Checkout = Awaited<ReturnType<typeof createCheckout>>;

async function statusOf(checkout: Checkout): Promise<Status> {
  const { stdout } = await checkout.run(["status", "--json"]);
  return JSON.parse(stdout);
}

async function undisturbed(): Promise<Status> {
  await using checkout = await createCheckout({ manifest: QUICK_DAY });
  const { code, stderr } = await checkout.run(["daily"], SMALL_SAMPLE);
  assert.equal(code, 0, stderr);
  return await statusOf(checkout);
}

Deno.test("daily, killed at every stage boundary and inside import and train, ends like an undisturbed one", async () => {
  const wanted = await undisturbed();
  assert.ok(wanted.balanced && wanted.champion);
  await using checkout = await createCheckout({ manifest: QUICK_DAY });
  for (const moment of MOMENTS) {
    const running = checkout.start(["daily", "--verbose"], SMALL_SAMPLE);
    await running.said(moment);
    running.kill("SIGKILL");
    const { stderr } = await running.finished;
    assert.ok(stderr.includes(moment), `"${moment}" should come before the end of:\n${stderr}`);
  }
  const { code, stderr } = await checkout.run(["daily"], SMALL_SAMPLE);
  assert.equal(code, 0, stderr);
  const found = await statusOf(checkout);
  assert.ok(found.balanced);
  assert.deepEqual(
    found.runs.map(({ kind, status }) => [kind, status]),
    wanted.runs.map(({ kind, status }) => [kind, status]),
  );
  assert.equal(found.champion?.version, wanted.champion?.version);
  assert.equal(found.digest, wanted.digest);
});

Deno.test("daily, interrupted in training, exits with 130 and resumes at train", async () => {
  await using checkout = await createCheckout({
    manifest: QUICK_DAY.replace("epochs: 2", "epochs: 200"),
  });
  const running = checkout.start(["daily", "--verbose"], SMALL_SAMPLE);
  await running.said("event=detail stage=train");
  running.kill("SIGINT");
  const { code, stderr } = await running.finished;
  assert.equal(code, 130, stderr);
  assert.match(stderr, /Stopping at the next safe point/);

  await Deno.writeTextFile(`${checkout.path}/pipeline.yaml`, QUICK_DAY);
  const { stdout } = await checkout.run(["plan", "--json"]);
  const plan: { stages: { task: string; action: string; reason: string }[] } = JSON.parse(stdout);
  assert.deepEqual(plan.stages.map(({ task, action }) => `${task} ${action}`).slice(0, 5), [
    "ingest skip",
    "clean skip",
    "prequential skip",
    "features skip",
    "train run",
  ]);
  const resumed = await checkout.run(["daily"], SMALL_SAMPLE);
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.match(resumed.stderr, /Resuming the interrupted run/);
});
