/** The product as its user meets it: a copy of the checkout, its commands, real data, three days, and the server. */
import assert from "@std/assert";
import { fileURLToPath } from "node:url";
import { type Checkout, createCheckout } from "../support/checkout.ts";
import { QUICK_DAY, SMALL_SAMPLE } from "./_manifest.ts";

const DATA = fileURLToPath(new URL("../../../shared/data/ml-latest-small", import.meta.url));

function hasData(): boolean {
  try {
    return Deno.statSync(DATA).isDirectory;
  } catch {
    return false;
  }
}

interface Document {
  day: string;
  kind: string;
  status: string;
  nothing_to_do: boolean;
  stages: { task: string; status: string; rows: number | null }[];
  metrics: Record<string, Record<string, Record<string, Record<string, number>>>>;
  warnings: string[];
}

interface Status {
  label: string;
  raw: { ratings: number; pending: number; inbox: number };
  lake: { ratings: number; rejects: number };
  balanced: boolean;
  digest: string;
  champion: { version: string; model: string; metrics: Record<string, number> };
  prequential: { rmse: number; bias_rmse: number; n: number }[];
  runs: { day: string; kind: string; status: string }[];
}

async function json<Found>(checkout: Checkout, args: string[], env: Record<string, string>): Promise<Found> {
  const { code, stdout, stderr } = await checkout.run([...args, "--json"], env);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

Deno.test({
  name: "three days on ml-latest-small account for every row, and rate as well as the bias baseline",
  ignore: !hasData(),
  async fn() {
    await using checkout = await createCheckout();
    const env = { MATINEE_DATA: DATA };
    const first = await json<Document>(checkout, ["daily"], env);
    assert.deepEqual([first.kind, first.status], ["daily", "succeeded"]);
    await json<Document>(checkout, ["daily", "--next"], env);
    const third = await json<Document>(checkout, ["daily", "--next"], env);
    assert.ok(third.day > first.day);
    // A warm update that does not improve on the champion leaves evaluate without a candidate.
    for (const { task, status } of third.stages) {
      assert.ok(status === "succeeded" || task === "evaluate" && status === "skipped", `${task}: ${status}`);
    }

    const status = await json<Status>(checkout, ["status"], env);
    assert.equal(status.label, "ml-latest-small");
    assert.deepEqual(status.raw, { ratings: 100_836, pending: 100_836 - 80_668 - 3 * 1_008, inbox: 0 });
    assert.equal(status.lake.ratings + status.lake.rejects, 80_668 + 3 * 1_008);
    assert.ok(status.balanced);
    assert.deepEqual(status.runs.map(({ kind }) => kind), ["daily", "daily", "daily", "bootstrap"]);
    // Training is seeded by the day's label, and three days are some thirty people: the accuracy itself is held, with
    // a fixed seed, by tests/models/accuracy_test.ts. Here a model that learned nothing would be 20 % above.
    const total = (of: (day: Status["prequential"][number]) => number) =>
      status.prequential.reduce((sum, day) => sum + of(day) ** 2 * day.n, 0);
    assert.equal(status.prequential.length, 3);
    const ratio = Math.sqrt(total(({ rmse }) => rmse) / total(({ bias_rmse }) => bias_rmse));
    assert.ok(ratio < 1.03, JSON.stringify(status.prequential));
  },
});

Deno.test("a second daily has nothing to do, and one beside a running one says who runs", async () => {
  await using checkout = await createCheckout({ manifest: QUICK_DAY });
  const running = checkout.start(["daily"], SMALL_SAMPLE);
  await running.said("Importing");
  const beside = await checkout.run(["daily"], SMALL_SAMPLE);
  assert.equal(beside.code, 2);
  assert.match(beside.stderr, /Cannot start as "matinee daily \(pid \d+\)".* since .* is at work/);
  assert.equal((await running.finished).code, 0);

  const again = await checkout.run(["daily"], SMALL_SAMPLE);
  assert.equal(again.code, 0);
  assert.match(again.stdout, /Nothing to do/);
  const status = await json<Status>(checkout, ["status"], {});
  assert.equal(status.label, "sample");
  const plan = await json<{ stages: { action: string }[] }>(checkout, ["plan"], {});
  assert.ok(plan.stages.every(({ action }) => action === "skip"));
});

Deno.test("what the plan prints is what then happens, on an empty archive and on the day after", async () => {
  await using checkout = await createCheckout({ manifest: QUICK_DAY });
  const empty = await json<Plan>(checkout, ["plan"], SMALL_SAMPLE);
  const first = await json<Document & { earlier: Document[] }>(checkout, ["daily"], SMALL_SAMPLE);
  sameAsPlanned(empty, first.earlier[0]);
  const next = await json<Plan>(checkout, ["plan", "--next"], {});
  sameAsPlanned(next, await json<Document>(checkout, ["daily", "--next"], {}));
});

interface Plan {
  stages: { task: string; action: string }[];
}

function sameAsPlanned({ stages }: Plan, run: Document): void {
  for (const { task, action } of stages) {
    const { status } = run.stages.find((stage) => stage.task === task)!;
    const isAsPlanned = action === "if" || status === (action === "run" ? "succeeded" : "skipped");
    assert.ok(isAsPlanned, `${run.kind}, ${task}: ${action}, ${status}`);
  }
}

Deno.test("one stage run twice at once for one day works once, and both exit with 0", async () => {
  await using checkout = await createCheckout({ manifest: QUICK_DAY });
  assert.equal((await checkout.run(["import", "sample:20000"])).code, 0);
  const both = await Promise.all([checkout.run(["stage", "ingest"]), checkout.run(["stage", "ingest"])]);
  assert.deepEqual(both.map(({ code }) => code), [0, 0], both.map(({ stderr }) => stderr).join());
  assert.match(both.map(({ stderr }) => stderr).join(), /Stage ingest is done/);
  const status = await json<Status>(checkout, ["status"], {});
  assert.deepEqual(status.runs.map(({ kind }) => kind), ["bootstrap"]);
  assert.equal(status.raw.ratings, 20_000);
});

Deno.test("wrong flags, a broken manifest and missing data exit with 2 and say what to do", async () => {
  await using checkout = await createCheckout({ manifest: "stages:\n  - task: ingset\n" });
  const broken = await checkout.run(["plan"]);
  assert.equal(broken.code, 2);
  assert.match(broken.stderr, /pipeline\.yaml:2:11/);
  assert.match(broken.stderr, /did you mean ingest\?/);
  const flag = await checkout.run(["daily", "--nxet"]);
  assert.equal(flag.code, 2);
  assert.match(flag.stderr, /Did you mean "--next"\?/);
  await Deno.writeTextFile(`${checkout.path}/pipeline.yaml`, QUICK_DAY);
  const missing = await checkout.run(["daily"], { MATINEE_DATA: "/no/such/folder" });
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /no such folder or file/);
  const help = await checkout.run(["daily", "--help"]);
  assert.equal(help.code, 0);
  assert.match(help.stdout, /--next/);
});
