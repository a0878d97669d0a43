/** What operators ask of the past: days made up by `backfill`, one run by `status RUN`, its lines by `logs`. */
import assert from "@std/assert";
import { type Checkout, createCheckout, type Result } from "../support/checkout.ts";
import { SMALL_SAMPLE } from "./_manifest.ts";

/** Bootstrap 16,000 of 20,000 ratings; the rest lasts for three days. */
const THREE_DAYS = `
name: history
batch: { size: 1_500, at_most: 1 }
stages:
  - task: ingest
  - task: clean
  - task: features
  - task: train
    params: { model: bias, mode: scratch }
  - task: monitor
`;

const RANGE = ["--from", "2026-01-29", "--to", "2026-02-02"];

interface Run {
  run_id: number;
  day: string;
  kind: string;
  status: string;
}

async function ok(checkout: Checkout, args: string[]): Promise<Result> {
  const result = await checkout.run(args, SMALL_SAMPLE);
  assert.equal(result.code, 0, result.stderr);
  return result;
}

async function runsOf(checkout: Checkout): Promise<string[]> {
  const { runs } = JSON.parse((await ok(checkout, ["status", "--json"])).stdout) as { runs: Run[] };
  return runs.map(({ day, kind, status }) => `${day} ${kind} ${status}`).reverse();
}

const FILLED = [
  "2026-01-29 bootstrap succeeded",
  "2026-01-29 daily succeeded",
  "2026-01-30 daily succeeded",
  "2026-01-31 daily succeeded",
];

Deno.test("backfill runs each missing day once, oldest first, until the archive is exhausted", async () => {
  await using checkout = await createCheckout({ manifest: THREE_DAYS });
  const first = await ok(checkout, ["backfill", ...RANGE]);
  assert.match(first.stderr, /The archive is exhausted: 2 of 5 days are left without ratings/);
  assert.deepEqual(await runsOf(checkout), FILLED);
  assert.match((await ok(checkout, ["backfill", ...RANGE])).stdout, /Nothing to do: no rating waits/);
  assert.match(
    (await ok(checkout, ["backfill", "--from", "2026-01-29", "--to", "2026-01-31"])).stdout,
    /Nothing to do: every day of the range is done/,
  );
  const older = await checkout.run(["backfill", "--from", "2026-01-20", "--to", "2026-01-21"]);
  assert.equal(older.code, 2);
  assert.match(older.stderr, /2026-01-20 … 2026-01-21 \(2 days\) as 2026-01-31 is done already.*--late/);
  assert.equal((await checkout.run(["backfill"])).code, 2);
  assert.deepEqual(await runsOf(checkout), FILLED);

  const detail = (await ok(checkout, ["status", "2026-01-30"])).stdout;
  assert.match(detail, /^Run 3 of 2026-01-30 \(daily\): succeeded$/m);
  assert.match(detail, /^train +1 +succeeded/m);
  assert.match(detail, /^\| {3}- task: ingest$/m);
  const lines = (await ok(checkout, ["logs", "2026-01-29/bootstrap"])).stdout;
  assert.match(lines, /^\d\d:\d\d:\d\d run +run=1 .*status=started/m);
  assert.match(lines, /^\d\d:\d\d:\d\d run +run=1 .*status=succeeded/m);
  const clean = (await ok(checkout, ["logs", "latest", "clean"])).stdout.trimEnd().split("\n");
  assert.ok(clean.length > 0 && clean.every((line) => line.includes("stage=clean")), clean.join("\n"));
  const wrong = await checkout.run(["logs", "latest", "claen"]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /Did you mean "clean"\?/);
});

Deno.test("a killed backfill goes on where it stopped, and an older day runs when it may be late", async () => {
  await using checkout = await createCheckout({ manifest: THREE_DAYS });
  const killed = checkout.start(["backfill", ...RANGE], SMALL_SAMPLE);
  await killed.said("Run of 2026-01-30");
  killed.kill("SIGKILL");
  await killed.finished;
  await ok(checkout, ["backfill", ...RANGE.slice(0, 2), "--to", "2026-01-30"]);
  assert.deepEqual(await runsOf(checkout), FILLED.slice(0, 3));
  await ok(checkout, ["backfill", "--from", "2026-01-28", "--to", "2026-01-28", "--late"]);
  assert.deepEqual(await runsOf(checkout), [...FILLED.slice(0, 3), "2026-01-28 daily succeeded"]);
});
