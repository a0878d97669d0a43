import assert from "@std/assert";
import { createTicker } from "../../../../tasks/runner/schedule/ticker.ts";

const never = new AbortController().signal;
const failed = (error: unknown) => assert.fail(String(error));

/** Work that lasts until it is told to end, and counts itself. */
function gatedWork() {
  const gates: PromiseWithResolvers<void>[] = [];
  const work = () => {
    gates.push(Promise.withResolvers());
    return gates[gates.length - 1].promise;
  };
  return { gates, work };
}

/** Lets what is ready to go on go on. */
const turn = () => new Promise<void>((resolve) => queueMicrotask(resolve));

Deno.test("createTicker() begins nothing while the last work is under way", async () => {
  const { gates, work } = gatedWork();
  const ticker = createTicker(work, { signal: never, failed });
  ticker.start();
  ticker.start();
  await turn();
  ticker.start();
  assert.equal(gates.length, 1);
  assert.equal(ticker.isBusy, true);
  gates[0].resolve();
  await ticker.idle();
  assert.equal(gates.length, 1, "a start that came too early is not made up");
  assert.equal(ticker.isBusy, false);
  ticker.start();
  await turn();
  assert.equal(gates.length, 2);
  gates[1].resolve();
  await ticker.idle();
});

Deno.test("createTicker() begins nothing once it is stopped, and idle() waits for what is under way", async () => {
  const { gates, work } = gatedWork();
  const stop = new AbortController();
  const ticker = createTicker(work, { signal: stop.signal, failed });
  await ticker.idle(); // nothing yet
  ticker.start();
  await turn();
  stop.abort();
  let isIdle = false;
  const idle = ticker.idle().then(() => isIdle = true);
  await turn();
  assert.equal(isIdle, false);
  gates[0].resolve();
  await idle;
  ticker.start();
  await ticker.idle();
  assert.equal(gates.length, 1);
});

for (
  const [what, work] of [
    ["rejects", () => Promise.reject(new Error("no database"))],
    ["throws at once", () => {
      throw new Error("no database");
    }],
  ] as const
) {
  Deno.test(`createTicker() hands over what goes wrong when work ${what}, and works on the next start`, async () => {
    const errors: unknown[] = [];
    let calls = 0;
    const ticker = createTicker(() => (calls++, work()), {
      signal: never,
      failed: (error) => errors.push(error),
    });
    ticker.start();
    await ticker.idle();
    assert.deepEqual([calls, String(errors)], [1, "Error: no database"], "not repeated by itself");
    ticker.start();
    await ticker.idle();
    assert.deepEqual([calls, errors.length], [2, 2]);
  });
}
