/** PostgreSQL killed under a day at work: the day starts it again, goes on, and ends as if nothing had happened. */
import assert from "@std/assert";
import { join } from "node:path";
import { createCheckout } from "../support/checkout.ts";
import { childrenOf, serverOf, signalTo } from "../support/embedded_server.ts";
import { QUICK_DAY } from "./_manifest.ts";

const RETRYING = QUICK_DAY.replace("epochs: 2,", "epochs: 1,").replace(
  "  - task: evaluate",
  "    retry: { attempts: 3, backoff: 1s }\n  - task: evaluate",
);

/** As many as training takes a while to read: PostgreSQL has to die before the last of them. */
const LONG_TO_READ = { MATINEE_DATA: "sample:200000" };

interface Run {
  kind: string;
  status: string;
  stages: { stage: string; status: string; attempt: number }[];
}

/**
 * Kills the server and all its processes while it sends rows: what is idle loses nothing.
 *
 * The sender is stopped first, and looked at again: between a look and a kill it would send a whole batch.
 */
async function killWhileSending(home: string): Promise<void> {
  const server = (await serverOf(home))!;
  for (;;) {
    const children = await childrenOf(server);
    const titles = await Promise.all(children.map(titleOf));
    const sender = children[titles.findIndex(isSending)];
    if (sender === undefined) continue;
    signalTo(sender, "SIGSTOP");
    if (isSending(await titleOf(sender))) {
      for (const pid of [...children, server]) signalTo(pid, "SIGKILL");
      return;
    }
    signalTo(sender, "SIGCONT");
  }
}

const isSending = (title: string) => title.includes(" COPY");

/** What a backend says it is doing; "" when it has just ended. */
const titleOf = (pid: number) => Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "");

const isLinux = Deno.build.os === "linux"; // /proc says what a backend does

Deno.test("daily starts a killed PostgreSQL again, tries the stage again, and keeps the ledger true", {
  ignore: !isLinux,
}, async () => {
  await using checkout = await createCheckout({ manifest: RETRYING });
  const running = checkout.start(["daily", "--verbose"], LONG_TO_READ);
  await running.said("event=detail stage=train");
  await killWhileSending(join(checkout.path, ".matinee"));
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
