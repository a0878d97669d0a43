/** `deno task schedule` as a process: stopped, killed and started again, it makes each day once, and tells once. */
import assert from "@std/assert";
import { createCheckout } from "../support/checkout.ts";
import { createReceiver } from "../tasks/runner/notify/_receiver.ts";
import { QUICK_DAY, SMALL_SAMPLE } from "./_manifest.ts";

const WHOLE = "kind=daily status=succeeded";

Deno.test("schedule, stopped by SIGTERM and then killed, goes on where it was, and tells of a failure once", async () => {
  await using receiver = createReceiver();
  const day = (parts = "") =>
    `${QUICK_DAY}
schedule: { cron: "0 2 * * *", timezone: Asia/Kathmandu }
notify: [{ on: [failed, recovered], webhook: "${receiver.url}" }]
${parts}`;
  // One rating at a time, clean takes longer than a second: the first run fails.
  const broken = day().replace(
    "  - task: clean\n",
    "  - task: clean\n    timeout: 1s\n    params: { chunk: 1 }\n",
  );
  await using checkout = await createCheckout({ manifest: broken });
  const start = () => checkout.start(["schedule", "--verbose"], SMALL_SAMPLE);

  const first = start();
  await first.said("event=notify status=told of=failed");
  first.kill("SIGTERM");
  const stopped = await first.finished;
  assert.equal(stopped.code, 0, stopped.stderr);
  assert.match(
    stopped.stderr,
    /Schedule daily \("0 2 \* \* \*", the whole day\): next due .* Asia\/Kathmandu\./,
  );
  assert.match(stopped.stderr, /Schedule daily makes up /);

  // A failed run is a person's, or the next day's: a new start leaves it alone.
  await Deno.writeTextFile(`${checkout.path}/pipeline.yaml`, day());
  const second = start();
  await second.said("Schedule daily");
  second.kill("SIGTERM");
  assert.doesNotMatch((await second.finished).stderr, /event=stage/);

  const killed = checkout.start(["daily", "--verbose"], SMALL_SAMPLE);
  await killed.said("event=detail stage=train");
  killed.kill("SIGKILL");
  await killed.finished;

  const third = start();
  await third.said(WHOLE);
  third.kill("SIGTERM");
  const resumed = await third.finished;
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.match(resumed.stderr, /Resuming the interrupted run/);
  assert.deepEqual(receiver.events.map(({ event }) => event), ["failed", "recovered"]);

  const { stdout } = await checkout.run(["status", "--json"]);
  const { runs, balanced }: { runs: { kind: string; status: string }[]; balanced: boolean } = JSON.parse(
    stdout,
  );
  assert.deepEqual(runs.map(({ kind, status }) => `${kind} ${status}`), [
    "daily succeeded",
    "bootstrap succeeded",
  ]);
  assert.ok(balanced);
});
