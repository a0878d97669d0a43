/** PostgreSQL killed under a day at work: the day starts it again, goes on, and ends as if nothing had happened. */
import assert from "@std/assert";
import { join } from "node:path";
import { placeFor } from "../../sql/_launcher/place.ts";
import { createCheckout } from "../support/checkout.ts";
import { QUICK_DAY, SMALL_SAMPLE } from "./_manifest.ts";

const RETRYING = QUICK_DAY.replace("epochs: 2,", "epochs: 40,")
  .replace("  - task: evaluate", "    retry: { attempts: 3, backoff: 1s }\n  - task: evaluate");

interface Run {
  kind: string;
  status: string;
  stages: { stage: string; status: string; attempt: number }[];
}

async function killServer(home: string): Promise<void> {
  const { data } = await placeFor(home);
  const [pid] = (await Deno.readTextFile(join(data, "postmaster.pid"))).split("\n");
  Deno.kill(Number(pid), "SIGKILL");
}

Deno.test("daily starts a killed PostgreSQL again, tries the stage again, and keeps the ledger true", async () => {
  await using checkout = await createCheckout({ manifest: RETRYING });
  const running = checkout.start(["daily", "--verbose"], SMALL_SAMPLE);
  await running.said("event=detail stage=train");
  await killServer(join(checkout.path, ".matinee"));
  const { code, stderr } = await running.finished;
  assert.equal(code, 0, stderr);
  assert.match(stderr, /The connection to PostgreSQL was lost/);
  assert.match(stderr, /attempt 1 failed \(database\); the next begins in 1 s/);

  const { stdout } = await checkout.run(["status", "--json"]);
  const { runs, balanced }: { runs: Run[]; balanced: boolean } = JSON.parse(stdout);
  assert.ok(balanced);
  assert.deepEqual(runs.map(({ kind, status }) => [kind, status]), [
    ["daily", "succeeded"],
    ["bootstrap", "succeeded"],
  ]);
  const train = runs[1].stages.find(({ stage }) => stage === "train");
  assert.deepEqual([train?.status, train?.attempt], ["succeeded", 2]);
});
